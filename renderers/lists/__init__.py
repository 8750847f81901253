"""Lists: the page of an entity's records with views, filters, search, sort and paging by key."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.lists.handlers import count_of_list, list_page

    return [list_page, count_of_list]
