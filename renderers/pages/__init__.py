"""What all pages share: the frame with its navigation, cells that show values, notices, the start page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.hookspecs import hookimpl

FOLDER = Path(__file__).parent.parent


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The start page."""
    from renderers.pages.home import home

    return [home]


@hookimpl
def kubik_templates() -> Sequence[Path]:
    """The templates of all renderers."""
    return [FOLDER / "templates"]


@hookimpl
def kubik_static() -> Path:
    """What `scripts/build.mjs` made."""
    return FOLDER / "static" / "dist"
