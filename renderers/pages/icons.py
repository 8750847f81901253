"""Icons that the sprite of the build holds; a name that it does not know is drawn as a cube."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

NAMES = Path(__file__).parent.parent / "web" / "icons.json"
BUILT = Path(__file__).parent.parent / "static" / "dist" / "icons.json"
FALLBACK = "cube"


@cache
def known_icons() -> frozenset[str]:
    """The names in the sprite: those of the build, or of the sources when nothing is built."""
    return frozenset(json.loads((BUILT if BUILT.exists() else NAMES).read_text("utf-8")))


def icon_name(name: str | None, fallback: str = FALLBACK) -> str:
    """``name`` when the sprite has it."""
    return name if name in known_icons() else fallback
