"""Photos of a shop: kept as nothing but a picture.

What a phone puts beside the pixels, place and owner, goes; so does whatever hangs on behind them.
"""

import base64
import io

from PIL import Image, ImageOps

LONGEST_SIDE = 1920  # pixels, as core keeps pictures (base.image_autoresize_max_px)
MOST_PIXELS = 50_000_000  # as core's limit: more is a bomb, or no photo of a phone
QUALITY = 85  # of JPEG and WebP

# What PIL recognises → what it is kept as. Phones write JPEGs that hold more than one picture (MPO).
KEPT_AS = {"MPO": "JPEG"}

ERRORS = (Image.DecompressionBombError, OSError, SyntaxError, ValueError)  # of PIL, and binascii


def format_of(content):
    """Return the format of a base64 picture, as PIL calls it.

    :raise ERRORS: it is none, or too large
    """
    picture = Image.open(io.BytesIO(base64.b64decode(content or "", validate=True)))
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    picture.verify()
    return KEPT_AS.get(picture.format, picture.format)


def cleaned(content, kept_as):
    """Return the picture anew, upright, not above `LONGEST_SIDE`.

    :param str content: base64
    :rtype: bytes
    :raise ERRORS: it cannot be read to its end
    """
    picture = Image.open(io.BytesIO(base64.b64decode(content)))
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # of JPEG: decoded small, much faster
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    pixels = picture.convert("RGBA" if has_alpha and kept_as != "JPEG" else "RGB")
    pixels.info.clear()
    file = io.BytesIO()
    pixels.save(file, kept_as, quality=QUALITY)
    return file.getvalue()
