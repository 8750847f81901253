"""Merging: cards that are one, side by side, and made one."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.merging.pages import HANDLERS

    return HANDLERS
