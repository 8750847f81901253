"""A program apart that measures pictures and makes small ones: what a malicious picture breaks, it breaks here alone.

It reads a JSON object a line (``source``, and to make one ``target`` and ``most`` pixels a side) and answers with one
(``width`` and ``height`` as a person sees them, or ``error``). It imports nothing of Kubik and is run by its path.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile, ImageOps

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS = 64_000_000
"""Pixels that are decoded whole."""
MOST_OF_JPEG = 400_000_000
"""Pixels of a JPEG, which is decoded at an eighth of its size when that is enough."""
MEMORY = 1536 * 1024 * 1024
QUALITY = 82
_TURNED = (5, 6, 7, 8)
_ORIENTATION = 0x0112


def limit() -> None:
    """No more memory than one picture needs, and no large files, where the system can hold a process to that."""
    try:
        import resource
    except ImportError:  # Windows: the limits of pixels and of time remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (32 * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Measure a picture, and make a small one when a target is named."""
    with Image.open(asked["source"], formats=FORMATS) as picture:
        turned = picture.getexif().get(_ORIENTATION) in _TURNED
        width, height = picture.size[::-1] if turned else picture.size
        if asked.get("target"):
            make(picture, asked["target"], int(asked["most"]))
    return {"width": width, "height": height}


def make(picture: Image.Image, target: str, most: int) -> None:
    """A small picture, upright, of the first frame, with nothing of what a camera wrote beside it."""
    pixels = picture.size[0] * picture.size[1]
    if picture.format == "JPEG" and pixels <= MOST_OF_JPEG:
        picture.draft("RGB", (most, most))
    if picture.size[0] * picture.size[1] > MOST_PIXELS:
        raise ValueError(f"{pixels} pixels are too many")
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((most, most), Image.Resampling.LANCZOS)
    clear = "transparency" in upright.info or upright.mode in ("RGBA", "LA", "PA", "RGBa", "La")
    mode = "RGBA" if clear else "RGB"
    bare = Image.new(mode, upright.size)
    bare.paste(upright.convert(mode))
    written = f"{target}.{os.getpid()}"
    bare.save(written, "WEBP", quality=QUALITY, method=4)
    Path(written).replace(target)


def main() -> None:
    """Answer line by line until there are no more."""
    limit()
    Image.MAX_IMAGE_PIXELS = None  # judged by ourselves, after a JPEG has said how small it can be decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except Exception as error:  # whatever a decoder raises, this picture has no small one
            found = {"error": f"{type(error).__name__}: {error}"[:200]}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
