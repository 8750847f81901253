"""The pages of a list: parse the address, ask `core.query`, render."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.query import Page, Query, read
from core.records.saved import shareable_roles
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import Html
from metamodel.text import number_of
from renderers.actions.buttons import above_list, on_rows
from renderers.boards.pages import board_html
from renderers.calendars.pages import calendar_html
from renderers.filters.bar import bar
from renderers.filters.view import FilterBar
from renderers.lists.asking import asked_list
from renderers.lists.bodies import (
    Bodies,
    comes_late,
    counted_groups,
    flat,
    foot,
    foot_later,
    grouped,
    late_groups,
)
from renderers.lists.build import Listing, drawn_rows, list_page_view
from renderers.lists.columns import ListColumn
from renderers.lists.frames import ROWS, Same, frame
from renderers.lists.groups import group_of_key
from renderers.lists.table import fit, with_marks
from renderers.pages.cells import cells_of
from renderers.pages.columns import Width
from renderers.pages.notices import COOKIE, forget_notice
from renderers.pages.shell import make_shell
from renderers.trees.pages import tree_html

MOST_AGAIN = 1_000
"""Rows that are drawn at once when they are asked for again, or to come back to where one was."""

PARTS = ("rows", "cells", "groups")


@get("/e/{entity:str}", sync_to_thread=True, include_in_schema=False)
def list_page(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The list of an entity's records; asked by htmx the part below the title, with ``part`` bodies of its table:
    ``rows`` behind a cursor, ``in`` a group; ``groups``; ``cells`` of the rows ``id`` as they are now."""
    with reading(request) as (who, tx):
        asked = asked_list(who, tx, entity, request.query_params.multi_items())
        told = COOKIE in request.cookies and not who.htmx
        forgotten = [forget_notice(who)] if told else None
        headers = {"Vary": "HX-Request, Cookie"}
        part = request.query_params.get("part")
        if part in PARTS:
            return Html(
                _part(request, who, tx, asked, str(part)), headers=headers | {"Cache-Control": "no-store"}
            )
        over = bar_of(who, tx, asked)
        if over.problem:
            html = _framed(request, who, tx, asked, (), "", over)
            return Html(html, status=422, headers=headers, cookies=forgotten)
        if asked.view is not None and asked.view.kind == "board":
            html = board_html(request, who, tx, asked, over)
        elif asked.view is not None and asked.view.kind == "calendar":
            html = calendar_html(request, who, tx, asked, over)
        elif asked.view is not None and asked.view.kind == "tree":
            html = tree_html(request, who, tx, asked, over)
        else:
            made = bodies_of(who, tx, asked)
            html = _framed(request, who, tx, asked, made.read, _bodies(request, made), over)
    return Html(html, headers=headers, cookies=forgotten)


def bar_of(who: Visit, tx: Transaction, asked: Listing) -> FilterBar:
    """The bar of filters of a list or a board; its links keep the rest of the address."""
    state = [pair for pair in asked.address.pairs() if pair[0] != "filter"]
    return bar(who, tx, asked.entity, asked.filter, state)


def bodies_of(who: Visit, tx: Transaction, asked: Listing, cents: Collection[str] = ()) -> Bodies:
    """What makes the bodies of a list's table; ``cents`` are columns that show them."""
    cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)

    def draw(page: Page) -> str:
        buttons = _row_buttons(who, tx, asked, page)
        return drawn_rows(asked, page, cells, who.texts, who.csrf, buttons, tx.now, cents)

    return Bodies(tx=tx, who=who, listing=asked, cells=cells, draw=draw, read=[])


def _bodies(request: AnyRequest, made: Bodies) -> str:
    """The bodies that come with the page, and the foot."""
    whole = request.query_params.get("count") == "all"
    late = not whole and comes_late(made)
    if made.listing.group:
        if late:
            return late_groups(made) + foot_later(made)
        found = counted_groups(made)
        return grouped(made, found) + (foot(made, found) if found else "")
    body = flat(made, made.listing.query())
    if not made.read[0].items:
        return body
    return body + (foot_later(made) if late else foot(made, all=whole))


def _part(request: AnyRequest, who: Visit, tx: Transaction, asked: Listing, part: str) -> str:
    """Bodies alone; ``cents`` names columns of amounts that show them on the page already."""
    made = bodies_of(who, tx, asked, request.query_params.getall("cents", []))
    if part == "groups":
        found = counted_groups(made)
        return grouped(made, found) + foot(made, found)
    query = asked.query()
    if part == "cells":
        return f"<tbody>{made.draw(read(tx, who.actor, _again(request, query)))}</tbody>"
    key = request.query_params.get("in", "")
    if asked.group:
        query = replace(query, group=group_of_key(asked.grants, asked.entity, asked.group, key))
    most = number_of(request.query_params.get("limit", ""))
    if most is not None:
        query = replace(query, limit=max(1, min(most, MOST_AGAIN)))
    return flat(made, query, key if asked.group else "")


def _again(request: AnyRequest, query: Query) -> Query:
    """The question for rows as they are now, whether they fit the list or not."""
    written = request.query_params.getall("id", [])[:MOST_AGAIN]
    ids = tuple(number for text in written if (number := number_of(text)) is not None)
    return replace(query, filter=None, search=None, cursor=None, ids=ids, limit=MOST_AGAIN)


def _row_buttons(who: Visit, tx: Transaction, asked: Listing, page: Page) -> Mapping[int, str]:
    """The last cell of each row, where the person has actions that stand there."""
    if not asked.row_actions:
        return {}
    sprite = who.site.templates.asset("icons.svg")
    return on_rows(tx, who.actor, asked.entity, [item["id"] for item in page.items], who.texts, sprite)


def _framed(
    request: AnyRequest,
    who: Visit,
    tx: Transaction,
    asked: Listing,
    pages: Sequence[Page],
    body: str,
    bar: FilterBar,
) -> str:
    """The page around its rows, from the frame that was made before when there is one."""
    columns = _fitted(who, tx, asked, list(chain.from_iterable(page.items for page in pages)))
    partial = who.htmx and request.headers.get("hx-history-restore-request") != "true"
    shell = None if partial else make_shell(request, who, tx, asked.entity.name, asked.address.href())
    empty = not body or bool(pages and not pages[0].items)

    def render() -> str:
        actions = above_list(tx, who.actor, asked.entity, who.texts)
        view = list_page_view(
            asked, columns, who.texts, ROWS, empty=empty, actions=actions, bar=bar, roles=shareable_roles(tx, who.actor)
        )  # fmt: skip
        name, variables = ("lists/_list.html", {}) if shell is None else ("lists/page.html", {"shell": shell})
        return who.site.templates.page(who, name, {"page": view, **variables})

    key = (
        shell, who.csrf, who.theme, who.language, asked.grants.key, who.actor.roles, asked.view and asked.view.uid,
        asked.entity.uid, tuple(asked.address.pairs()), tuple(c.width.css for c in columns), empty, Same(bar), asked.look.key,
        tuple((each.saved.uid, each.saved.label, each.saved.roles, each.saved.mine, each.lost) for each in asked.kept),
    )  # fmt: skip
    return frame(tx.model, key, render).around(body)


def _fitted(
    who: Visit, tx: Transaction, asked: Listing, items: Sequence[dict[str, Any]]
) -> tuple[ListColumn, ...]:
    """The columns as wide as what is in them, or as the person likes them."""
    cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
    columns = fit(asked.columns, items, cells, asked.sort, who.language)
    columns = with_marks(columns, items, asked.due, tx.now)
    chosen = asked.look.widths
    return tuple(
        replace(column, width=Width(css=f"w{chosen[column.name]}", pixels=8 * chosen[column.name]))
        if column.name in chosen
        else column
        for column in columns
    )


@get("/e/{entity:str}/count", sync_to_thread=True, include_in_schema=False)
def count_of_list(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The foot of a list, asked after it was shown: how many records it has, and what they add up to."""
    with reading(request) as (who, tx):
        asked = asked_list(who, tx, entity, request.query_params.multi_items())
        html = foot(bodies_of(who, tx, asked), all=request.query_params.get("count") == "all")
    return Html(html, headers={"Cache-Control": "no-store"})
