"""The pages of reports: parse the address, ask `core.query`, render."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import Html, see_other
from renderers.pages.shell import make_shell, navigation
from renderers.pivots.address import MAX_TEXT, Address, Area, area_named
from renderers.pivots.asking import Asked, asked_report
from renderers.pivots.drawing import bar_of, report_page
from renderers.pivots.fields import far_fields
from renderers.pivots.files.pages import report_as_file
from renderers.pivots.kept import base_named
from renderers.pivots.moving import moved, put, without
from renderers.pivots.saving import change_report, keep_report
from renderers.pivots.shelf import reports_page

PLACE = "/reports"


@get("/e/{entity:str}/report", sync_to_thread=True, include_in_schema=False)
def report_of_entity(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """A report in the making; for htmx all of it but the frame of the page."""
    with reading(request) as (who, tx):
        asked = asked_report(who, tx, entity, request.query_params.multi_items())
        return drawn(request, who, tx, asked)


@get("/reports/{name:str}", sync_to_thread=True, include_in_schema=False)
def kept_report(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """A report that is kept, as it is."""
    with reading(request) as (who, tx):
        base = base_named(tx, who, grants_of(tx.model, who.actor), name)
        entity = tx.model.entity_by_uid[base.entity].name
        return drawn(request, who, tx, asked_report(who, tx, entity, [("report", name)]))


@get("/e/{entity:str}/report/put", sync_to_thread=True, include_in_schema=False)
def put_field(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """A field put into an area (``add``, ``to``, ``place``), or moved from its place (``move``: `rows.0`) to another; with
    ``find`` the fields far away that are called so."""
    with reading(request) as (who, tx):
        asked = asked_report(who, tx, entity, request.query_params.multi_items())
        given = request.query_params
        if find := given.get("find", "").strip():
            found = far_fields(asked.ground, find[:MAX_TEXT])
            html = who.site.templates.page(who, "pivots/_far.html", {"found": found})
            return Html(html, headers={"Cache-Control": "no-store"})
        to, place = given.get("to", ""), _place(given.get("place", ""))
        if to == "filter":
            links = bar_of(who, tx, asked)
            return see_other(f"{links.add}&{urlencode({'_field': given.get('add', '')})}")
        area = area_named(to)
        moving = given.get("move", "")
        address = (
            _moved(asked, moving, area, place) if moving else put(asked, given.get("add", ""), area, place)
        )
        return _at(request, who, tx, entity, address)


def _place(text: str) -> int | None:
    """A place in an area, from 0 on."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _moved(asked: Asked, moving: str, to: Area | None, place: int | None) -> Address:
    name, _, number = moving.partition(".")
    area, at = area_named(name), _place(number)
    if area is None or at is None:
        raise KubikError("KBK2006")
    if to is None:
        return without(asked, area, at)
    return moved(asked, area, at, to, place)


def _at(request: AnyRequest, who: Visit, tx: Transaction, entity: str, address: Address) -> Response[Any]:
    """The report at another address: for scripts at once, else by leading there."""
    if not who.htmx:
        return see_other(address.href())
    answer = drawn(request, who, tx, asked_report(who, tx, entity, address.pairs()))
    answer.headers["HX-Push-Url"] = address.href()
    return answer


def drawn(request: AnyRequest, who: Visit, tx: Transaction, asked: Asked) -> Html:
    """The page, or for htmx what is in its frame."""
    page, status = report_page(who, tx, asked, request.query_params.get("under", ""))
    headers = {"Vary": "HX-Request, Cookie"}
    if who.htmx and request.headers.get("hx-history-restore-request") != "true":
        html = who.site.templates.page(who, "pivots/_report.html", {"page": page})
        return Html(html, status=200, headers=headers | {"Cache-Control": "no-store"})
    shell = make_shell(request, who, tx, path=asked.address.href(), place=_shelved(who, tx, asked))
    html = who.site.templates.page(who, "pivots/page.html", {"page": page, "shell": shell})
    return Html(html, status=status, headers=headers)


def _shelved(who: Visit, tx: Transaction, asked: Asked) -> str:
    """The place of the navigation that is marked: the report's own where it has one."""
    own = f"{PLACE}/{asked.address.report}"
    groups = navigation(tx.model, asked.ground.grants, who)
    return own if any(item.href == own for group in groups for item in group.items) else PLACE


ROUTES = (report_of_entity, kept_report, put_field, reports_page, keep_report, change_report, report_as_file)
