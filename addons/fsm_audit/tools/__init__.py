from . import verify_trail
