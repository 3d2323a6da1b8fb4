from . import sticker
from . import track
