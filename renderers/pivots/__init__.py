"""Pivot reports: the page where one is put together, its table and chart, its files."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.pivots.pages import ROUTES

    return ROUTES
