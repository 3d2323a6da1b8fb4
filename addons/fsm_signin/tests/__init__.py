from . import test_signin
