"""The page of a tree and the levels that it asks for: parse the address, ask `core.query`, render."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import Html, render
from metamodel.text import number_of
from renderers.actions.buttons import above_list
from renderers.filters.view import FilterBar
from renderers.lists.asking import asked_list
from renderers.lists.build import list_page_view
from renderers.lists.listing import Listing
from renderers.pages.shell import make_shell
from renderers.trees.build import DEEPEST, drawing, level_rows, tree_of, tree_view

MOST_OPEN = 100


def tree_html(request: AnyRequest, who: Visit, tx: Transaction, asked: Listing, bar: FilterBar | None) -> str:
    """The page of a tree, or for htmx the part below its title."""
    opened = None
    if "open" in request.query_params:
        written = request.query_params.getall("open", [])[:MOST_OPEN]
        opened = {id for each in written if (id := number_of(each)) is not None}
    tree = tree_view(drawing(tx, who, tree_of(asked)), opened)
    actions = above_list(tx, who.actor, asked.entity, who.texts)
    page = list_page_view(asked, (), who.texts, "", empty=not tree.rows, actions=actions, bar=bar)
    drawn = {"page": page, "tree": tree}
    if who.htmx and request.headers.get("hx-history-restore-request") != "true":
        return who.site.templates.page(who, "trees/_tree.html", drawn)
    shell = make_shell(request, who, tx, asked.entity.name, asked.address.href())
    return who.site.templates.page(who, "trees/page.html", {**drawn, "shell": shell})


@get("/e/{entity:str}/tree", sync_to_thread=True, include_in_schema=False)
def level_of_tree(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The records right under the one that ``of`` names, at that ``level``; of none those at the top."""
    asked = dict(request.query_params)
    with reading(request) as (who, tx):
        listed = asked_list(who, tx, entity, request.query_params.multi_items())
        if listed.view is None or listed.view.kind != "tree":
            raise KubikError("KBK2006")
        level = min(max(number_of(asked.get("level", "")) or 1, 1), DEEPEST)
        made = drawing(tx, who, tree_of(listed))
        rows, more = level_rows(made, number_of(asked.get("of", "")), level, listed.address.cursor)
        answer: Html = render(
            who, "trees/_rows.html", rows=rows, css=[c.css for c in made.columns[1:]], more_part=more
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer
