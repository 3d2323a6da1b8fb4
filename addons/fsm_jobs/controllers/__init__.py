from . import dispute
from . import pricelist_report
from . import sticker
from . import track
