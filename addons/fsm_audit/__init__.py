from . import models, rpc
from .hooks import uninstall_hook
