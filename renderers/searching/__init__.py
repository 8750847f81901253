"""Find or do: one search over everything, in a page of its own and above every other page (Ctrl K)."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The page and its parts."""
    from renderers.searching.pages import search_page

    return [search_page]
