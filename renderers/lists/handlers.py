"""The pages of a list: parse the address, ask `core.query`, render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.access.grants import grants_of
from core.query import Page, Query, count, read
from core.query.names import readable_entity
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import Html, render
from metamodel.messages import message
from metamodel.text import number_of
from renderers.actions.buttons import above_list, on_rows
from renderers.boards.pages import board_html
from renderers.filters.bar import bar
from renderers.filters.view import FilterBar
from renderers.lists.address import read_address
from renderers.lists.build import Listing, drawn_rows, list_page_view, listing
from renderers.lists.frames import NEXT, ROWS, frame
from renderers.lists.table import fit, with_marks
from renderers.pages.cells import cells_of
from renderers.pages.notices import COOKIE, forget_notice
from renderers.pages.shell import make_shell

COUNTED = 100_000
"""Rows up to which a list says its count by itself."""


def _listing(request: AnyRequest, visit: Visit, transaction: Transaction, entity: str) -> Listing:
    grants = grants_of(transaction.model, visit.actor)
    found = readable_entity(transaction.model, grants, entity)
    asked = read_address(found.name, request.query_params.multi_items())
    return listing(transaction.model, grants, found, visit.actor.roles, asked)


@get("/e/{entity:str}", sync_to_thread=True, include_in_schema=False)
def list_page(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The list of an entity's records; asked by htmx the part below the title, with ``part=rows`` rows alone."""
    with reading(request) as (who, tx):
        asked = _listing(request, who, tx, entity)
        told = COOKIE in request.cookies and not who.htmx
        forgotten = [forget_notice(who)] if told else None
        headers = {"Vary": "HX-Request, Cookie"}
        whole = request.query_params.get("part") not in ("rows", "cells")
        over = bar_of(who, tx, asked) if whole else None
        if over is not None and over.problem:
            empty = Page(entity=asked.entity, columns=(), items=[])
            return Html(
                _framed(request, who, tx, asked, empty, "", over),
                status=422,
                headers=headers,
                cookies=forgotten,
            )
        if asked.view is not None and asked.view.kind == "board":
            return Html(board_html(request, who, tx, asked, over), headers=headers, cookies=forgotten)
        page = read(tx, who.actor, _query(request, asked))
        cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
        body = drawn_rows(asked, page, cells, who.texts, who.csrf, _row_buttons(who, tx, asked, page), tx.now)
        html = (
            _framed(request, who, tx, asked, page, body, over) if over else _part(who, asked, body, page.next)
        )
    return Html(html, headers=headers, cookies=forgotten)


def bar_of(who: Visit, tx: Transaction, asked: Listing) -> FilterBar:
    """The bar of filters of a list or a board; its links keep the rest of the address."""
    state = [pair for pair in asked.address.pairs() if pair[0] != "filter"]
    return bar(who, tx, asked.entity, asked.filter, state)


MOST_AGAIN = 1_000
"""Rows that are drawn again at once."""


def _query(request: AnyRequest, asked: Listing) -> Query:
    """The question for a page; with ``part=cells`` for the rows ``id`` as they are now, whether they fit the list or not."""
    query = asked.query()
    if request.query_params.get("part") != "cells":
        return query
    written = request.query_params.getall("id", [])[:MOST_AGAIN]
    ids = tuple(number for text in written if (number := number_of(text)) is not None)
    return replace(query, filter=None, search=None, cursor=None, ids=ids, limit=MOST_AGAIN)


def _row_buttons(who: Visit, tx: Transaction, asked: Listing, page: Page) -> Mapping[int, str]:
    """The last cell of each row, where the person has actions that stand there."""
    if not asked.row_actions:
        return {}
    sprite = who.site.templates.asset("icons.svg")
    return on_rows(tx, who.actor, asked.entity, [item["id"] for item in page.items], who.texts, sprite)


def _part(who: Visit, asked: Listing, body: str, following: str | None) -> str:
    view = list_page_view(asked, asked.columns, who.texts, body, following, empty=False)
    return who.site.templates.page(who, "lists/_rows.html", {"page": view})


def _framed(
    request: AnyRequest, who: Visit, tx: Transaction, asked: Listing, page: Page, body: str, bar: FilterBar
) -> str:
    """The page around its rows, from the frame that was made before when there is one."""
    cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
    columns = fit(asked.columns, page.items, cells, asked.sort, who.language)
    columns = with_marks(columns, page.items, asked.due, tx.now)
    partial = who.htmx and request.headers.get("hx-history-restore-request") != "true"
    following = NEXT if page.next else None
    shell = None if partial else make_shell(request, who, tx, asked.entity.name, asked.address.href())

    def render() -> str:
        actions = above_list(tx, who.actor, asked.entity, who.texts)
        view = list_page_view(
            asked, columns, who.texts, ROWS, following, empty=not page.items, actions=actions, bar=bar
        )
        name, variables = ("lists/_list.html", {}) if shell is None else ("lists/page.html", {"shell": shell})
        return who.site.templates.page(who, name, {"page": view, **variables})

    key = (
        shell, who.csrf, who.theme, who.language, asked.grants.key, asked.view and asked.view.uid,
        asked.entity.uid, tuple(asked.address.pairs()), tuple(c.width for c in columns), following, not page.items, bar,
    )  # fmt: skip
    return frame(tx.model, key, render).around(body, page.next)


@get("/e/{entity:str}/count", sync_to_thread=True, include_in_schema=False)
def count_of_list(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """How many records a list has, asked after it was shown."""
    with reading(request) as (visit, transaction):
        found = count(
            transaction, visit.actor, _listing(request, visit, transaction, entity).query(), cap=COUNTED + 1
        )
    if found > COUNTED:
        words = message("Total: more than {count}", count=visit.texts.number(COUNTED))
    else:
        words = message("Total: {count}", count=visit.texts.number(found))
    return render(visit, "lists/_count.html", words=visit.texts.render(words))
