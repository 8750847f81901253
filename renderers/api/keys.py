"""Records by a unique field, or by the identifier that the caller's own system gave them (``ext``)."""

from __future__ import annotations

from core import query, records
from core.access.actor import Actor
from core.storage.workspace import Transaction
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call
from core.web.idempotency import once
from core.web.operations import Operation
from core.web.parameters import names
from renderers.api.records import FIELDS, context_of, record_answer, saved_answer, version_meant


def read_by(call: Call) -> Answer:
    """The record with that value."""
    entity, field, value = _key(call)
    with reading(call) as (transaction, actor):
        identifier = query.find(transaction, actor, entity, field, value)
        return record_answer(transaction, actor, entity, identifier, names(call.query, "fields"))


def put_by(call: Call) -> Answer:
    """Create the record with that value, or change it."""
    values = call.json_object()
    entity, field, value = _key(call)

    def action(transaction: Transaction, actor: Actor) -> Answer:
        version = None
        if call.header(b"if-match") is not None:
            found = query.find(transaction, actor, entity, field, value)
            version = version_meant(call, transaction, actor, entity, found)
        saved = records.upsert(
            transaction, actor, entity, field, value, values, if_version=version, context=context_of(call)
        )
        return saved_answer(transaction, actor, entity, saved, 201 if saved.created else 200)

    return writing(call, once(call, action))


def _key(call: Call) -> tuple[str, str, str]:
    return call.values["entity"], call.values["field"], call.values["value"]


_PATH = "/api/records/{entity}/by/{field}/{value}"

OPERATIONS = (
    Operation(
        method="GET", path=_PATH, run=read_by, about="read", summary="Read a record by a unique field",
        parameters=(FIELDS,), answer="record",
    ),
    Operation(
        method="PUT", path=_PATH, run=put_by, about="create", summary="Create or change a record by a unique field",
        request="update", answer="record",
    ),
)  # fmt: skip
