"""What all pages share: the frame with its navigation, cells that show values, notices, the start page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
def kubik_static() -> Sequence[Path]:
    """What `scripts/build.mjs` made: of the renderers and of built-in plugins."""
    return [FOLDER / "static" / "dist"]


@hookimpl
def kubik_frame(visit: Any, transaction: Any, request: Any) -> Mapping[str, Any]:
    """The shell, as around every page."""
    from renderers.pages.shell import make_shell

    return {"shell": make_shell(request, visit, transaction)}
