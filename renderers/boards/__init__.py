"""Boards: the records of a view as cards in columns, counted and added up, moved by dragging."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The parts of a board that its page asks for, and the moving of a card; the page itself is a list's."""
    from litestar import Router

    from renderers.boards.pages import changed_cards, column_of_board, heads_of_board
    from renderers.boards.place import place_page, place_record

    return [
        Router("/", route_handlers=[column_of_board, heads_of_board, changed_cards, place_page, place_record])
    ]
