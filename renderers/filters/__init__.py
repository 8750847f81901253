"""Filters: an expression as conditions in groups and back, the bar of chips above lists and boards, its pages."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.filters.pages import ROUTES

    return ROUTES
