"""The pages of documents of one record: what one asks, issuing it, one that was issued."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.actor import Actor
from core.documents.issuing.issue import issue
from core.documents.issuing.once import mark_of, once
from core.documents.issuing.order import Order, check_formats
from core.documents.issuing.preparing import make_ready
from core.documents.offering import find_type
from core.errors import KubikError
from core.query.issued import document
from core.query.read import titles
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, actor_in, form_pairs, reading
from core.web.issued_files import day_of
from core.web.render import render, see_other
from core.web.threads import DOCUMENTS
from renderers.documents.asking import Pairs, document_form
from renderers.documents.kept import kept_lines
from renderers.documents.view import KeptPage
from renderers.forms.form_pages import led_to
from renderers.pages.framed import asked_page
from renderers.pages.notices import leave_notice
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words


class OnRecord(Controller):
    """A document of a record."""

    path = "/e/{entity:str}/{identity:int}/documents/{name:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], name: FromPath[str]
    ) -> Response[Any]:
        """What it asks."""
        return _page(request, entity, identity, name)

    @post(status_code=200)
    async def take(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], name: FromPath[str]
    ) -> Response[Any]:
        """Issue it, or with the step ``preview`` show how it would look."""
        return await asyncio.get_running_loop().run_in_executor(
            DOCUMENTS, _take, request, entity, identity, name
        )


def _page(
    request: AnyRequest, entity: str, id: int, name: str, given: Pairs = (), refusal: KubikError | None = None
) -> Response[Any]:
    with reading(request) as (who, tx):
        form = document_form(who, tx, entity, id, name, given, refusal)
        DOCUMENTS.submit(make_ready, who.workspace, find_type(tx, who.actor, name), who.language)
        status = refusal.status if refusal else 200
        answer = asked_page(request, who, tx, entity, "documents/_form.html", form, status)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _take(request: AnyRequest, entity: str, id: int, name: str) -> Response[Any]:
    given = form_pairs(request)
    asked = dict(given)
    formats = tuple(value for key, value in given if key == "format")
    try:
        order = Order(type=name, formats=check_formats(formats), date=day_of(asked.get("date")))
        if asked.get("_step") == "preview":
            return see_other(_preview_href(order, id))
        with reading(request) as (who, tx):
            if tx.model.entity_by_uid[find_type(tx, who.actor, name).entity].name != entity:
                raise KubikError("KBK2006")
        beside = once(asked.get("_key", "")[:100], mark_of(entity, id, order))
        issued = issue(who.workspace, who_of(request), order, id, beside)
    except KubikError as error:
        if error.status >= 500 and error.status != 503 or error.code == "KBK2006":
            raise
        return _page(request, entity, id, name, given, error)
    return led_to(
        who, f"/e/{entity}/{id}?panel=documents#rail", leave_notice(who, "issued", entity, issued.id)
    )


def _preview_href(order: Order, id: int) -> str:
    format = "pdf" if "pdf" in order.formats else order.formats[0]
    day = f"?{urlencode({'date': order.date.isoformat()})}" if order.date else ""
    return f"/files/preview/{order.type}/{id}/{format}{day}"


def who_of(request: AnyRequest) -> Any:
    """Who asks, as each transaction knows them."""

    def who(tx: Transaction) -> Actor:
        tx.way = "document"
        return actor_in(request, tx)

    return who


@get("/documents/{identity:int}", sync_to_thread=True, include_in_schema=False)
def document_page(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """A document that was issued: what it is, and its files."""
    with reading(request) as (who, tx):
        page = kept_page(who, tx, identity)
        shell = make_shell(
            request, who, tx, tx.model.entity_by_uid[document(tx, who.actor, identity).entity].name
        )
        return render(who, "documents/kept.html", page=page, shell=shell)


def kept_page(who: Visit, tx: Transaction, id: int) -> KeptPage:
    """A document as its page draws it; KBK2006 for one that the person may not open."""
    found = document(tx, who.actor, id)
    entity = tx.model.entity_by_uid[found.entity]
    link = titles(tx, who.actor, entity, (found.record,))[found.record]
    (line,) = kept_lines(who, tx, who.actor, [found])
    return KeptPage(
        line=line,
        list_label=entity.label_many.in_language(who.language) or entity.name,
        list_href=f"/e/{entity.name}",
        record=title_words(link.title, found.record, who.texts) if link.id is not None else "",
        record_href=f"/e/{entity.name}/{found.record}" if link.id is not None else "",
    )


HANDLERS = (OnRecord, document_page)
