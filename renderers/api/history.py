"""History over HTTP: a record as of a moment, brought back to a version, and the feed of what happened."""

from __future__ import annotations

from typing import Any

from core.access.actor import Actor
from core.errors import KubikError
from core.i18n import texts
from core.query.feed import Asked, feed
from core.records.revert import Reverting, preview_revert, revert
from core.storage.workspace import Transaction
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call, answer_json
from core.web.idempotency import once
from core.web.operations import Operation
from core.web.parameters import Parameter, names, whole_number
from metamodel.errors import Problem
from metamodel.messages import message
from renderers.api.as_of import day_or_moment
from renderers.api.records import (
    CURSOR,
    LIMIT,
    MAX_LIMIT,
    context_of,
    known_members,
    saved_answer,
    version_meant,
)  # fmt: skip


def revert_record(call: Call) -> Answer:
    """Back to a version, whole or in some fields; with ``dry_run`` only what that would do."""
    body, entity, identifier = call.json_object(), call.values["entity"], call.identifier()
    known_members(body, ("version", "fields", "dry_run"))
    version, fields = body.get("version"), body.get("fields")
    if not isinstance(version, int) or isinstance(version, bool) or not 0 < version < 2**63:
        raise _wrong("/version", message("a number above zero is expected"))
    if fields is not None and not (isinstance(fields, list) and all(isinstance(f, str) for f in fields)):
        raise _wrong("/fields", message("A list of names of fields is expected."))
    if not isinstance(body.get("dry_run", False), bool):
        raise _wrong("/dry_run", message("true or false is expected"))

    def dry(transaction: Transaction, actor: Actor) -> Answer:
        plan = preview_revert(
            transaction, actor, entity, identifier, version, fields, context=context_of(call)
        )
        return answer_json(_told(plan, call.language))

    def action(transaction: Transaction, actor: Actor) -> Answer:
        expected = version_meant(call, transaction, actor, entity, identifier)
        saved = revert(
            transaction, actor, entity, identifier, version, fields,
            if_version=expected, context=context_of(call),
        )  # fmt: skip
        return saved_answer(transaction, actor, entity, saved)

    return writing(call, dry) if body.get("dry_run") else writing(call, once(call, action))


def _told(plan: Reverting, language: str) -> dict[str, Any]:
    render = texts(language).render
    return {
        "version": plan.then.stand.version, "at": plan.then.stand.at,
        "changes": {each.field.name: {"from": each.before, "to": each.after} for each in plan.returns},
        "left": [{"field": each.field.name, "message": render(each.why)} for each in plan.left],
        "errors": [{"pointer": p.pointer, "code": p.code, "message": render(p.message)} for p in plan.problems],
    }  # fmt: skip


def _wrong(pointer: str, why: Any) -> KubikError:
    return KubikError("KBK3002", why, errors=[Problem(pointer=pointer, code="KBK3002", message=why)])


def read_feed(call: Call) -> Answer:
    """What happened, the newest first."""
    given, zone = call.query, call.site.workspace.zone
    limit = whole_number(given, "limit", 50, 1, MAX_LIMIT)
    by = whole_number(given, "by", 0, 0, 2**53) or None
    asked = Asked(
        entities=names(given, "entity") or (), by=by, kind=given.get("kind"), action=given.get("action"),
        begins=day_or_moment(given.get("from"), zone, "from"),
        ends=day_or_moment(given.get("to"), zone, "to", after=True),
    )  # fmt: skip
    with reading(call) as (transaction, actor):
        page = feed(transaction, actor, asked, given.get("cursor"), limit)
    return answer_json({"items": page.items, "next": page.next, "looked_to": page.looked_to})


OPERATIONS = (
    Operation(
        method="POST", path="/api/records/{entity}/{id}/revert", run=revert_record, about="update",
        summary="Bring a record back to a version",
        request={
            "type": "object", "required": ["version"], "additionalProperties": False,
            "properties": {
                "version": {"type": "integer", "minimum": 1},
                "fields": {"type": "array", "items": {"type": "string"}},
                "dry_run": {"type": "boolean", "default": False},
            },
        },
        answer="record",
    ),
    Operation(
        method="GET", path="/api/feed", run=read_feed, summary="What happened, the newest first",
        parameters=(
            Parameter(name="entity", about="Names of entities, parted by commas; absent: all", many=True),
            Parameter(name="by", about="The id of a user", schema={"type": "integer", "minimum": 1}),
            Parameter(name="kind", about="created, updated, deleted, restored, revealed, erased or issued"),
            Parameter(name="action", about="The name of an action"),
            Parameter(name="from", about="A day or a moment, included"),
            Parameter(name="to", about="A day, included, or a moment"),
            LIMIT, CURSOR,
        ),
        answer={
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": {"type": "object"}},
                "next": {"type": ["string", "null"]},
                "looked_to": {"type": ["string", "null"], "format": "date-time"},
            },
        },
    ),
)  # fmt: skip
