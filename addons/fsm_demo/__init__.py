from . import story
from .hooks import post_init_hook
