"""Trees: records below the record they stand under, level by level, moved under another by dragging."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """A level of a tree, and the moving of a record; the page itself is a list's."""
    from litestar import Router

    from renderers.trees.pages import level_of_tree
    from renderers.trees.placing import place_in_tree

    return [Router("/", route_handlers=[level_of_tree, place_in_tree])]
