from . import export
from . import health
from . import pivot
from . import session
from . import vcard
