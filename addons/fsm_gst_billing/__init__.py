from . import controllers, gst, models, wizard
from .hooks import post_init_hook, uninstall_hook
