from . import test_access_table
from . import test_demo
from . import test_erasure
from . import test_hindi
from . import test_journey
from . import test_menus
from . import test_scale
from . import test_trail
