"""The page of a board and the parts that it asks for: parse the address, ask `core.query`, render."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import Html, render
from metamodel.text import number_of
from renderers.actions.buttons import above_list
from renderers.boards.build import (
    Drawing,
    board_view,
    cards_of,
    column_cards,
    comes_late,
    counted,
    drawing,
    more_part,
)
from renderers.boards.columns import board_of, passing, place_of, places
from renderers.boards.heads import head
from renderers.filters.view import FilterBar
from renderers.lists.asking import asked_list
from renderers.lists.build import Listing, list_page_view
from renderers.pages.shell import make_shell

MOST_CHANGED = 50


def board_html(
    request: AnyRequest, who: Visit, tx: Transaction, asked: Listing, bar: FilterBar | None
) -> str:
    """The page of a board, or for htmx the part below its title."""
    made = drawing(tx, who, board_of(asked))
    found = None if comes_late(made) else counted(made)
    opened = set(request.query_params.getall("open", []))
    board = board_view(made, found, opened)
    nothing = found is not None and not found
    actions = above_list(tx, who.actor, asked.entity, who.texts)
    page = list_page_view(asked, (), who.texts, "", empty=nothing, actions=actions, bar=bar)
    partial = who.htmx and request.headers.get("hx-history-restore-request") != "true"
    if partial:
        return who.site.templates.page(who, "boards/_board.html", {"page": page, "board": board})
    shell = make_shell(request, who, tx, asked.entity.name, asked.address.href())
    return who.site.templates.page(who, "boards/page.html", {"page": page, "board": board, "shell": shell})


@contextmanager
def board_asked(request: AnyRequest, entity: str) -> Iterator[Drawing]:
    """The board of an address; KBK2006 when its view is none, or is not for this person."""
    with reading(request) as (who, tx):
        yield drawing_of(request, who, tx, entity)


def drawing_of(request: AnyRequest, who: Visit, tx: Transaction, entity: str) -> Drawing:
    """The same in a snapshot that is there."""
    return named_board(who, tx, entity, request.query_params.multi_items())


def named_board(who: Visit, tx: Transaction, entity: str, pairs: Iterable[tuple[str, str]]) -> Drawing:
    """The board that the state of an address names."""
    asked = list(pairs)
    listed = asked_list(who, tx, entity, asked)
    named = dict(asked).get("view")
    if listed.view is None or listed.view.kind != "board" or (named or listed.view.name) != listed.view.name:
        raise KubikError("KBK2006")
    return drawing(tx, who, board_of(listed))


@get("/e/{entity:str}/board/column", sync_to_thread=True, include_in_schema=False)
def column_of_board(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """Further cards of one column."""
    with board_asked(request, entity) as made:
        place = place_of(made.tx, made.who, made.board, request.query_params.get("column", ""))
        if place is None:
            raise KubikError("KBK2006")
        drawn, following = column_cards(made, place, made.board.listing.address.cursor)
        more = more_part(made.board, place, following)
        return _part(render(made.who, "boards/_cards.html", cards=drawn, more_part=more))


@get("/e/{entity:str}/board/heads", sync_to_thread=True, include_in_schema=False)
def heads_of_board(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The heads of all columns with their counts and sums as they are now."""
    with board_asked(request, entity) as made:
        found = counted(made)
        shown = places(made.tx, made.who, made.board, found)
        heads = [head(made.board, place, found, made.cells, made.who.texts) for place in shown]
        return _part(render(made.who, "boards/_heads.html", heads=heads))


@get("/e/{entity:str}/board/cards", sync_to_thread=True, include_in_schema=False)
def changed_cards(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """Records that changed, each as the card of the column where it stands now; what is absent stands in none."""
    written = request.query_params.getall("id", [])[:MOST_CHANGED]
    ids = [id for each in written if (id := number_of(each)) is not None]
    with board_asked(request, entity) as made:
        found = _known(made) if made.board.field.result.kind == "link" else passing(made.board)
        shown = places(made.tx, made.who, made.board, found)
        drawn = [(place.key, cards_of(made, place, ids)) for place in shown] if ids else []
        return _part(render(made.who, "boards/_changed.html", drawn=drawn))


def _known(made: Drawing) -> Any:
    """The groups there are, without sums."""
    return counted(replace(made, board=replace(made.board, totals=())))


def _part(answer: Html) -> Html:
    answer.headers["Cache-Control"] = "no-store"
    return answer
