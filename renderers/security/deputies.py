"""Deputies: who acts in one's place for a time; named by oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core import records
from core.access.actor import oneself, system_actor
from core.access.security import note_security
from core.errors import KubikError
from core.query.query import Query
from core.query.read import read
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading
from core.web.page_errors import reason_of
from core.web.proof import require_proof
from core.web.render import render, see_other
from core.web.security_log import note
from metamodel.fields.base import Context
from metamodel.messages import message
from renderers.pages.shell import make_shell

DEPUTY = "deputy"
_MOST = 500
"""People who are offered; a larger office names them in the list of deputies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputy:
    """Somebody who stands in, in words."""

    id: int
    name: str
    dates: str
    note: str


def deputies_of(who: Visit, tx: Transaction) -> tuple[Deputy, ...]:
    """Those of the person, without those of the past."""
    if DEPUTY not in tx.model.entities:
        return ()
    query = Query(
        entity=DEPUTY, fields=("id", "deputy", "starts_on", "ends_on", "note"), sort=("starts_on", "id"), limit=100,
        filter=f"user = {who.actor.person} AND (ends_on IS NULL OR ends_on >= today())",
    )  # fmt: skip
    return tuple(
        Deputy(
            id=item["id"], name=str(item["deputy"].title), note=item["note"] or "",
            dates=f"{who.texts.date(item['starts_on'])} – {who.texts.date(item['ends_on']) or '…'}",
        )
        for item in read(tx, system_actor(), query).items
    )  # fmt: skip


@get("/me/security/deputies/new", sync_to_thread=True, include_in_schema=False)
def deputy_page(request: AnyRequest) -> Response[Any]:
    """Asks who, from when, until when."""
    return _page(request, {})


@post("/me/security/deputies/new", sync_to_thread=True, include_in_schema=False)
def deputy_form(request: AnyRequest) -> Response[Any]:
    """Names them."""
    values = dict(form_pairs(request))
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
        offered = dict(_people(who, tx))
    chosen = values.get("deputy", "")
    if chosen not in offered:
        return _page(request, values, KubikError("KBK3001", message("Choose who stands in for you.")))
    user = who.actor.person or 0
    sent = {
        "user": user, "deputy": int(chosen), "starts_on": values.get("starts_on") or None,
        "ends_on": values.get("ends_on") or None, "note": values.get("note") or None,
    }  # fmt: skip

    def name(tx: Transaction) -> None:
        records.create(
            tx, oneself(who.actor), DEPUTY, sent, context=Context(medium="json", language=who.language)
        )
        note_security(tx, "deputy_named", user, user, address=who.address, detail=offered[chosen])

    try:
        who.workspace.write(name)
    except KubikError as error:
        if error.status >= 500:
            raise
        return _page(request, values, error)
    note(who, "deputy named", login=who.actor.login, deputy=int(chosen))
    return see_other("/me/security?told=deputy")


@post("/me/security/deputies/{deputy:int}/end", sync_to_thread=True, include_in_schema=False)
def end_deputy(request: AnyRequest, deputy: FromPath[int]) -> Response[Any]:
    """Takes one back; who stands in at this moment is themselves again at the next press."""
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
    user = who.actor.person or 0

    def end(tx: Transaction) -> None:
        found = {each.id: each for each in deputies_of(who, tx)}.get(deputy)
        if found is None:
            raise KubikError("KBK2006")
        records.delete(tx, oneself(who.actor), DEPUTY, deputy, if_version=None)
        note_security(tx, "deputy_ended", user, user, address=who.address, detail=found.name)

    who.workspace.write(end)
    note(who, "deputy ended", login=who.actor.login)
    return see_other("/me/security?told=deputy")


def _people(who: Visit, tx: Transaction) -> tuple[tuple[str, str], ...]:
    """Those whom the person may know of, who can sign in."""
    try:
        seen = read(
            tx, who.actor, Query(entity="user", fields=("id", "name"), sort=("name",), limit=_MOST)
        ).items
    except KubikError:
        return ()
    ids = tuple(item["id"] for item in seen if item["id"] != who.actor.person)
    asked = Query(entity="user", fields=("id",), filter="active", ids=ids, limit=_MOST)
    active = {item["id"] for item in read(tx, system_actor(), asked).items} if ids else set()
    return tuple(
        (str(item["id"]), str(item.get("name") or item["id"])) for item in seen if item["id"] in active
    )


def _page(request: AnyRequest, values: dict[str, str], error: KubikError | None = None) -> Response[Any]:
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
        today = tx.now.astimezone(tx.workspace.zone).date().isoformat()
        words = None if error is None else reason_of(error, who.texts)
        return render(
            who, "security/deputy.html", status=error.status if error else 200, people=_people(who, tx),
            values={"deputy": "", "starts_on": today, "ends_on": "", "note": "", **values}, error=words,
            shell=make_shell(request, who, tx, path="/me/security"),
        )  # fmt: skip


HANDLERS = (deputy_page, deputy_form, end_deputy)
