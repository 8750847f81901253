"""The grid: cells of lists edited in place, many at once, and actions on the records that were chosen."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """What the cells of a list ask for."""
    from litestar import Router

    from renderers.grid.bulk.pages import HANDLERS
    from renderers.grid.pages import cells_of_rows, save_cells, undo_cells, widget_of_column

    return [Router("/", route_handlers=[cells_of_rows, widget_of_column, save_cells, undo_cells, *HANDLERS])]
