from . import test_demo, test_journey
from . import test_trail
