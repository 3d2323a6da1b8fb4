from . import log_filter
from . import controllers, exports, models, rpc, wizard
from .hooks import uninstall_hook

log_filter.install()
