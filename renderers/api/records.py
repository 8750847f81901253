"""Records: list, create, read, change, delete, restore, move, history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import query, records
from core.access.actor import Actor
from core.errors import KubikError
from core.query.query import Query
from core.records import Saved
from core.records.moving import refused_at
from core.storage.workspace import Transaction
from core.web.caller import reading, writing
from core.web.conditions import etag, if_match
from core.web.exchange import Answer, Call, answer_json
from core.web.idempotency import once
from core.web.operations import Operation
from core.web.parameters import Parameter, names, one_of, whole_number
from core.web.wire import encode
from metamodel.errors import Problem
from metamodel.fields.base import Context
from metamodel.messages import message
from renderers.api.as_of import AS_OF, read_past

MAX_LIMIT = 1000

FIELDS = Parameter(
    name="fields", about="Names or paths of fields, parted by commas; child rows only when named"
)
LIMIT = Parameter(
    name="limit",
    about="Records of a page",
    schema={"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50},
)
CURSOR = Parameter(name="cursor", about="The `next` of the page before")
LIST_PARAMETERS = (
    Parameter(name="filter", about="An expression, such as `amount > 1000 AND company.city = 'Тверь'`"),
    Parameter(name="search", about="Words to find"),
    Parameter(name="sort", about="Names or paths of fields parted by commas, `-` before a descending one"),
    FIELDS,
    LIMIT,
    CURSOR,
    Parameter(name="count", about="Whether to count", schema={"enum": ["none", "exact"], "default": "none"}),
    Parameter(
        name="deleted",
        about="`only`: what is in the bin",
        schema={"enum": ["none", "only"], "default": "none"},
    ),
)


def context_of(call: Call) -> Context:
    """How values are written in a call."""
    return Context(medium="json", language=call.language, zone=call.site.workspace.zone.key)


def list_records(call: Call) -> Answer:
    """A page of records."""
    given = call.query
    question = Query(
        entity=call.values["entity"],
        fields=names(given, "fields"),
        filter=given.get("filter"),
        search=given.get("search"),
        sort=names(given, "sort") or (),
        limit=whole_number(given, "limit", 50, 1, MAX_LIMIT),
        cursor=given.get("cursor"),
        count="exact" if one_of(given, "count", ("none", "exact")) == "exact" else "none",
        deleted="only" if one_of(given, "deleted", ("none", "only")) == "only" else "none",
    )
    with reading(call) as (transaction, actor):
        page = query.read(transaction, actor, question)
    answer: dict[str, Any] = {"items": page.items, "next": page.next}
    if question.count == "exact":
        answer["count"] = page.count
    return Answer(body=encode(answer))


def read_record(call: Call) -> Answer:
    """One record."""
    wanted, as_of = names(call.query, "fields"), call.query.get("as_of")
    with reading(call) as (transaction, actor):
        if as_of is not None:
            return read_past(transaction, actor, call.values["entity"], call.identifier(), as_of, wanted)
        return record_answer(transaction, actor, call.values["entity"], call.identifier(), wanted)


def record_answer(
    transaction: Transaction,
    actor: Actor,
    entity: str,
    identifier: int,
    wanted: tuple[str, ...] | None = None,
) -> Answer:
    """A record that the actor may see, with its version as ETag."""
    fields = wanted if wanted is None or "version" in wanted else (*wanted, "version")
    item, _ = query.record(transaction, actor, entity, identifier, fields)
    version = item["version"]
    if fields is not wanted:
        del item["version"]
    return answer_json(item, 200, etag(version))


def saved_answer(
    transaction: Transaction, actor: Actor, entity: str, saved: Saved, status: int = 200
) -> Answer:
    """The record after a write; one that the writer may not see is told by id and version alone."""
    try:
        answer = record_answer(transaction, actor, entity, saved.id)
    except KubikError as error:
        if error.code != "KBK2006":
            raise
        answer = answer_json({"id": saved.id, "version": saved.version}, 200, etag(saved.version))
    answer.status = status
    if status == 201:
        answer.headers.append((b"location", f"/api/records/{entity}/{saved.id}".encode()))
    return answer


def create_record(call: Call) -> Answer:
    """A new record."""
    values, entity = call.json_object(), call.values["entity"]

    def action(transaction: Transaction, actor: Actor) -> Answer:
        saved = records.create(transaction, actor, entity, values, context=context_of(call))
        return saved_answer(transaction, actor, entity, saved, 201)

    return writing(call, once(call, action))


def update_record(call: Call) -> Answer:
    """Changed fields of a record."""
    values, entity, identifier = call.json_object(), call.values["entity"], call.identifier()

    def action(transaction: Transaction, actor: Actor) -> Answer:
        version = version_meant(call, transaction, actor, entity, identifier)
        saved = records.update(
            transaction, actor, entity, identifier, values, if_version=version, context=context_of(call)
        )
        return saved_answer(transaction, actor, entity, saved)

    return writing(call, once(call, action))


def version_meant(
    call: Call, transaction: Transaction, actor: Actor, entity: str, identifier: int
) -> int | None:
    """The version that ``If-Match`` allows; of several the one that is there; -1 when none can match."""
    condition = if_match(call)
    if condition is None:
        return None
    if condition != "any" and len(condition) < 2:
        return condition[0] if condition else -1
    item, _ = query.record(transaction, actor, entity, identifier, ("version",))
    version: int = item["version"]
    return version if condition == "any" or version in condition else -1


def delete_record(call: Call) -> Answer:
    """Into the bin."""
    entity, identifier = call.values["entity"], call.identifier()

    def action(transaction: Transaction, actor: Actor) -> None:
        version = version_meant(call, transaction, actor, entity, identifier)
        records.delete(transaction, actor, entity, identifier, if_version=version)

    writing(call, action)
    return Answer(status=204)


def restore_record(call: Call) -> Answer:
    """Back from the bin."""
    entity, identifier = call.values["entity"], call.identifier()

    def action(transaction: Transaction, actor: Actor) -> Answer:
        check_version_in_bin(call, transaction, actor, entity, identifier)
        saved = records.restore(transaction, actor, entity, identifier)
        return saved_answer(transaction, actor, entity, saved)

    return writing(call, once(call, action))


def check_version_in_bin(
    call: Call, transaction: Transaction, actor: Actor, entity: str, identifier: int
) -> None:
    """Refuse a restore that is meant for another version (KBK3009)."""
    condition = if_match(call)
    if condition is None or condition == "any":
        return
    item, _ = query.record(transaction, actor, entity, identifier, ("version",), deleted=True)
    if item["version"] not in condition:
        raise KubikError("KBK3009", version=item["version"])


def move_record(call: Call) -> Answer:
    """To another stage, with what that stage requires."""
    body, entity, identifier = call.json_object(), call.values["entity"], call.identifier()
    to, values = body.get("to"), body.get("values", {})
    if not isinstance(to, str):
        why = message("The name of a stage is expected.")
        raise KubikError("KBK3002", why, errors=[Problem(pointer="/to", code="KBK3002", message=why)])
    if not isinstance(values, dict):
        why = message("An object of fields and values is expected.")
        raise KubikError("KBK3002", why, errors=[Problem(pointer="/values", code="KBK3002", message=why)])
    known_members(body, ("to", "values"))

    def action(transaction: Transaction, actor: Actor) -> Answer:
        version = version_meant(call, transaction, actor, entity, identifier)
        try:
            saved = records.move(
                transaction,
                actor,
                entity,
                identifier,
                to,
                values,
                if_version=version,
                context=context_of(call),
            )
        except KubikError as error:
            stages = (
                transaction.model.entities[entity].stages if entity in transaction.model.entities else None
            )
            field = transaction.model.entities[entity].by_uid[stages.field].name if stages else ""
            raise refused_at(error, field) from None
        return saved_answer(transaction, actor, entity, saved)

    return writing(call, once(call, action))


def take_back_move(call: Call) -> Answer:
    """Back to where it was before the caller's last move, within ten minutes."""
    entity, identifier = call.values["entity"], call.identifier()
    if call.body:
        known_members(call.json_object(), ())

    def action(transaction: Transaction, actor: Actor) -> Answer:
        version = version_meant(call, transaction, actor, entity, identifier)
        saved = records.take_back(
            transaction, actor, entity, identifier, if_version=version, context=context_of(call)
        )
        return saved_answer(transaction, actor, entity, saved)

    return writing(call, once(call, action))


def known_members(body: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Refuse a body with members that the call does not know."""
    for name in body:
        if name not in known:
            why = message("“{name}” is not known here.", name=name[:100])
            raise KubikError(
                "KBK2000", why, errors=[Problem(pointer=f"/{name}", code="KBK2000", message=why)]
            )


def record_history(call: Call) -> Answer:
    """Who changed what when, newest first."""
    limit = whole_number(call.query, "limit", 50, 1, MAX_LIMIT)
    with reading(call) as (transaction, actor):
        page = query.history(
            transaction, actor, call.values["entity"], call.identifier(), call.query.get("cursor"), limit,
            field=call.query.get("field"), by=whole_number(call.query, "by", 0, 0, 2**53) or None,
            rows=one_of(call.query, "rows", ("false", "true")) == "true",
        )  # fmt: skip
    return answer_json({"items": page.items, "next": page.next})


_ENTITY = "/api/records/{entity}"
_RECORD = "/api/records/{entity}/{id}"

OPERATIONS = (
    Operation(
        method="GET", path=_ENTITY, run=list_records, about="read", summary="List records",
        parameters=LIST_PARAMETERS, answer="page",
    ),
    Operation(
        method="POST", path=_ENTITY, run=create_record, about="create", summary="Create a record",
        request="create", answer="record", status=201,
    ),
    Operation(
        method="GET", path=_RECORD, run=read_record, about="read", summary="Read a record",
        parameters=(FIELDS, AS_OF), answer="record",
    ),
    Operation(
        method="PATCH", path=_RECORD, run=update_record, about="update", summary="Change a record",
        request="update", answer="record",
    ),
    Operation(method="DELETE", path=_RECORD, run=delete_record, about="delete", summary="Delete a record", status=204),
    Operation(
        method="POST", path=f"{_RECORD}/restore", run=restore_record, about="delete", summary="Restore a record",
        answer="record",
    ),
    Operation(
        method="POST", path=f"{_RECORD}/move", run=move_record, about="move", summary="Change the stage of a record",
        request="move", answer="record",
    ),
    Operation(
        method="POST", path=f"{_RECORD}/move/undo", run=take_back_move, about="move",
        summary="Take the last own move of a record back", answer="record",
    ),
    Operation(
        method="GET", path=f"{_RECORD}/history", run=record_history, about="read", summary="History of a record",
        parameters=(
            Parameter(name="field", about="Only changes of this field"),
            Parameter(name="by", about="Only what this user did", schema={"type": "integer", "minimum": 1}),
            Parameter(
                name="rows", about="Also what happened to child rows",
                schema={"enum": ["false", "true"], "default": "false"},
            ),
            LIMIT, CURSOR,
        ),
        answer="history",
    ),
)  # fmt: skip
