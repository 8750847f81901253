"""Pictures in Word documents: put among the parts of the file, and drawn in the text."""

from __future__ import annotations

import io
from typing import Any

from docx.shared import Length, Mm
from PIL import Image, ImageOps

from core.documents.making.faults import TemplateFault
from core.documents.making.values import Picture
from metamodel.messages import message

KNOWN = ("PNG", "JPEG", "GIF")
"""What Word opens as it is."""

READ = (*KNOWN, "WEBP", "BMP")
MOST_PIXELS = 40_000_000
WIDEST = 160.0
"""Millimetres of a picture without a size of its own: the text of an upright A4 page."""

DPI = 150


def drawing(picture: Picture, part: Any) -> str:
    """The ``w:drawing`` of a picture that stands in a part of the document."""
    if not hasattr(part, "new_pic_inline"):
        raise TemplateFault(message("pictures cannot stand in footnotes"))
    data, width, height = fitting(picture)
    inline = part.new_pic_inline(io.BytesIO(data), width, height)
    return f"<w:drawing>{inline.xml}</w:drawing>"


def fitting(picture: Picture) -> tuple[bytes, Length, Length]:
    """A picture as Word opens it, upright, with its width and height on paper."""
    try:
        with Image.open(io.BytesIO(picture.data), formats=READ) as opened:
            if opened.size[0] * opened.size[1] > MOST_PIXELS:
                raise TemplateFault(message("the picture “{name}” has too many pixels", name=picture.name))
            turned = opened.getexif().get(0x0112, 1) != 1
            data = picture.data if opened.format in KNOWN and not turned else _again(opened)
            size = ImageOps.exif_transpose(opened).size if turned else opened.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise TemplateFault(message("the picture “{name}” cannot be read", name=picture.name)) from error
    width, height = measures(size, picture.width, picture.height)
    return data, Mm(width), Mm(height)


def measures(pixels: tuple[int, int], width: float | None, height: float | None) -> tuple[float, float]:
    """Millimetres on paper: within both sides when both are given, the proportions kept."""
    shape = pixels[1] / max(pixels[0], 1)
    if width is not None and height is not None:
        width = min(width, height / shape)
    elif width is None and height is not None:
        width = height / shape
    elif width is None:
        width = min(pixels[0] * 25.4 / DPI, WIDEST)
    return width, width * shape


def _again(opened: Image.Image) -> bytes:
    """The same picture upright, in a form that everybody opens."""
    upright = ImageOps.exif_transpose(opened)
    clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    made = io.BytesIO()
    if clear:
        upright.convert("RGBA").save(made, "PNG")
    else:
        upright.convert("RGB").save(made, "JPEG", quality=88)
    return made.getvalue()
