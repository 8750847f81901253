"""Lists: the page of an entity's records with views, filters, search, sort and paging by key."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from litestar import Router

    from renderers.lists.handlers import count_of_list, list_page
    from renderers.lists.looking import columns_page, keep_look
    from renderers.lists.saved import change_view, keep_view

    handlers = [list_page, count_of_list, columns_page, keep_look, keep_view, change_view]
    return [Router("/", route_handlers=handlers)]
