"""Records by a unique field, or by the identifier that the caller's own system gave them (``ext``)."""

from __future__ import annotations

from typing import Any

from core import query, records
from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.records.marks import external_ids
from core.storage.workspace import Transaction
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call
from core.web.idempotency import once
from core.web.operations import Operation
from core.web.parameters import names
from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from renderers.api.records import FIELDS, context_of, record_answer, saved_answer, version_meant

EXTERNAL = "ext"


def read_by(call: Call) -> Answer:
    """The record with that value."""
    wanted = names(call.query, "fields")
    with reading(call) as (transaction, actor):
        identifier = find(transaction, actor, call)
        return record_answer(transaction, actor, call.values["entity"], identifier, wanted)


def find(transaction: Transaction, actor: Actor, call: Call) -> int:
    """The id of the record in the path; 404 when the caller sees none."""
    entity, field, value = call.values["entity"], call.values["field"], call.values["value"]
    if field == EXTERNAL:
        return _external(transaction, actor, entity, value)
    item, _ = query.record_by(
        transaction, actor, entity, field, _parsed(transaction, entity, field, value), ("id",)
    )
    identifier: int = item["id"]
    return identifier


def _external(transaction: Transaction, actor: Actor, entity: str, value: str) -> int:
    found = transaction.model.entities.get(entity)
    if found is None or not grants_of(transaction.model, actor).may(found.uid, "read"):
        raise KubikError("KBK2006")
    identifier = external_ids(transaction, found.uid, [value]).get(value)
    if identifier is None:
        raise KubikError("KBK2006")
    return identifier


def _parsed(transaction: Transaction, entity: str, field: str, value: str) -> Any:
    """The value of the engine, None for what no record can have; `query` judges first whether there is such a field."""
    known = transaction.model.entities.get(entity)
    found = known.by_name.get(field) if known else None
    if found is None:
        return value
    try:
        return found.type.parse(found, value, Context(medium="csv", language="en"))
    except ValueRefused:
        return None


def put_by(call: Call) -> Answer:
    """Create the record with that value, or change it."""
    values = call.json_object()
    entity, field, value = call.values["entity"], call.values["field"], call.values["value"]

    def action(transaction: Transaction, actor: Actor) -> Answer:
        version = None
        if call.header(b"if-match") is not None:
            version = version_meant(call, transaction, actor, entity, find(transaction, actor, call))
        saved = records.upsert(
            transaction, actor, entity, field, value, values, if_version=version, context=context_of(call)
        )
        return saved_answer(transaction, actor, entity, saved, 201 if saved.created else 200)

    return writing(call, once(call, action))


_PATH = "/api/records/{entity}/by/{field}/{value}"

OPERATIONS = (
    Operation(
        method="GET", path=_PATH, run=read_by, about="read", summary="Read a record by a unique field",
        parameters=(FIELDS,), answer="record",
    ),
    Operation(
        method="PUT", path=_PATH, run=put_by, about="create|update",
        summary="Create or change a record by a unique field", request="update", answer="record",
    ),
)  # fmt: skip
