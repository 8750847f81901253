"""Pages of drafts: kept while one types, listed, discarded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.query.read import visible_ids
from core.records.drafts import drafts_of, drop_draft
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, see_other
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.text import number_of
from renderers.forms.draft_forms import address_of, draft_title, keep, when
from renderers.forms.draft_keys import known_key
from renderers.forms.filled import read_sent
from renderers.forms.form_pages import for_this_person
from renderers.forms.view import DraftLine
from renderers.pages.shell import make_shell


@post("/e/{entity:str}/draft", sync_to_thread=True, status_code=204, include_in_schema=False)
def keep_form(request: AnyRequest, entity: FromPath[str]) -> None:
    """Keeps what was typed so far; the form goes on."""
    who, sent = visit(request), read_sent(form_pairs(request))
    for_this_person(who, sent)
    record = sent.asked.get("_record", "")
    identity = number_of(record)
    who.workspace.write(lambda tx: keep(tx, who, entity, identity, sent))


@post("/drafts/{key:str}/discard", sync_to_thread=True, include_in_schema=False)
def discard_draft(request: AnyRequest, key: FromPath[str]) -> Response[Any]:
    """Ends a draft; back to the page that ``next`` names."""
    who = visit(request)
    if known_key(key):
        who.workspace.write(lambda tx: drop_draft(tx, who.actor, key))
    asked = dict(form_pairs(request)).get("next", "")
    to = asked if asked.startswith("/e/") and "\\" not in asked and "//" not in asked else "/drafts"
    return see_other(to)


def is_known(tx: Transaction, who: Visit, entity: Entity) -> bool:
    """Whether the person may still know the entity of a draft."""
    grants = grants_of(tx.model, who.actor)
    return grants.may(entity.uid, "read") or grants.may(entity.uid, "create")


def fields_shown(tx: Transaction, who: Visit, entity: Entity, record: int | None) -> Mapping[str, Field]:
    """The fields by which a draft may be named: those that the person may still read of the record, or set in a new one."""
    grants = grants_of(tx.model, who.actor)
    if record is None:
        known = grants.readable(entity.uid).keys() | grants.writable(entity.uid, "create").keys()
        return {entity.by_uid[uid].name: entity.by_uid[uid] for uid in known}
    if record not in visible_ids(tx, who.actor, entity, (record,)):
        return {}
    readable = grants.readable(entity.uid)
    return {entity.by_uid[uid].name: entity.by_uid[uid] for uid, how in readable.items() if how == "always"}


@get("/drafts", sync_to_thread=True, include_in_schema=False)
def list_drafts(request: AnyRequest) -> Response[Any]:
    """One's own drafts, the latest first."""
    with reading(request) as (who, tx):
        lines = []
        for each in drafts_of(tx, who.actor):
            entity = tx.model.entities[each.entity]
            if not is_known(tx, who, entity):
                continue
            what = entity.label.in_language(who.language) or entity.name
            words = (
                message("{what}: create", what=what)
                if each.record is None
                else message("{what}: change", what=what)
            )
            name = draft_title(each, fields_shown(tx, who, entity, each.record))
            shown = who.texts.render(words) + (f" — {name}" if name else "")
            lines.append(
                DraftLine(
                    key=each.key,
                    words=shown,
                    href=f"{address_of(each)}?draft={each.key}",
                    at=when(who, each, tx.now),
                )
            )
        shell = make_shell(request, who, tx, None)
        return render(who, "forms/drafts.html", drafts=tuple(lines), shell=shell)
