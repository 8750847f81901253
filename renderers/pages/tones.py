"""Colours that administrators choose, taken to the nearest of the seven tints of the design."""

from __future__ import annotations

import colorsys
import re
from functools import cache

TONES = ("grey", "blue", "violet", "teal", "amber", "green", "red")
_NAMES = {
    "gray": "grey", "orange": "amber", "yellow": "amber", "brown": "amber", "gold": "amber", "purple": "violet",
    "indigo": "violet", "pink": "red", "magenta": "violet", "cyan": "teal", "turquoise": "teal", "lime": "green",
    "azure": "blue", "navy": "blue", "crimson": "red",
}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{6})")
_HUES = (
    (15, "red"),
    (70, "amber"),
    (160, "green"),
    (195, "teal"),
    (245, "blue"),
    (320, "violet"),
    (360, "red"),
)


@cache
def tone_of(color: str | None) -> str:
    """The tint for a colour's name or ``#rrggbb``; grey for none, for greys and for what is no colour."""
    written = (color or "").strip().lower()
    if written in TONES:
        return written
    if written in _NAMES:
        return _NAMES[written]
    found = _HEX.fullmatch(written)
    if found is None:
        return "grey"
    red, green, blue = (int(found[1][at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return "grey" if saturation < 0.15 else next(tone for limit, tone in _HUES if hue * 360 <= limit)
