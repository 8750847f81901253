"""The pages of a list: parse the address, ask `core.query`, render."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.access.grants import grants_of
from core.query.names import readable_entity
from core.query.read import count, read
from core.web.context import AnyRequest, Visit, reading
from core.web.render import render
from metamodel.messages import message
from renderers.lists.address import read_address
from renderers.lists.build import Listing, list_page_view, listing
from renderers.pages.cells import cells_of
from renderers.pages.notices import COOKIE, forget_notice
from renderers.pages.shell import make_shell

COUNTED = 100_000
"""Rows up to which a list says its count by itself."""


def _listing(request: AnyRequest, visit: Visit, transaction: Any, entity: str) -> Listing:
    grants = grants_of(transaction.model, visit.actor)
    found = readable_entity(transaction.model, grants, entity)
    asked = read_address(found.name, request.query_params.multi_items())
    return listing(transaction.model, grants, found, visit.actor.roles, asked)


@get("/e/{entity:str}", sync_to_thread=True, include_in_schema=False)
def list_page(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The list of an entity's records; asked by htmx the part below the title, with ``part=rows`` rows alone."""
    with reading(request) as (visit, transaction):
        asked = _listing(request, visit, transaction, entity)
        page = read(transaction, visit.actor, asked.query())
        cells = cells_of(visit.site.templates.environment, visit.texts, visit.zone, transaction.model)
        view = list_page_view(asked, page, cells, visit.texts, visit.csrf)
        if request.query_params.get("part") == "rows":
            answer = render(visit, "lists/_rows.html", page=view)
        elif visit.htmx and request.headers.get("hx-history-restore-request") != "true":
            answer = render(visit, "lists/_list.html", page=view)
        else:
            shell = make_shell(request, visit, transaction, asked.entity.name)
            answer = render(visit, "lists/page.html", page=view, shell=shell)
    answer.headers["Vary"] = "HX-Request, Cookie"
    if COOKIE in request.cookies and not visit.htmx:
        answer.cookies.append(forget_notice(visit))
    return answer


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
