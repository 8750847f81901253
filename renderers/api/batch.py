"""Batch: many creations, changes and deletions at once, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core import records
from core.access.actor import Actor
from core.errors import KubikError
from core.records import Batch, BatchSaved, Saved
from core.storage.workspace import Transaction
from core.web.caller import writing
from core.web.exchange import Answer, Call, answer_json
from core.web.idempotency import once
from core.web.operations import MAX_BATCH, Operation
from metamodel.errors import Problem
from metamodel.messages import Message, message
from renderers.api.records import context_of, known_members

LISTS = ("create", "update", "upsert", "delete")


def batch(call: Call) -> Answer:
    """Do everything in the body, or nothing."""
    body, entity = call.json_object(), call.values["entity"]
    known_members(body, (*LISTS, "key"))
    asked = Batch(
        create=objects(body, "create"),
        update=objects(body, "update"),
        upsert=objects(body, "upsert"),
        delete=items(body, "delete"),
        key=key_of(body),
    )

    def action(transaction: Transaction, actor: Actor) -> Answer:
        return answer_json(
            answered(body, records.batch(transaction, actor, entity, asked, context=context_of(call)))
        )

    return writing(call, once(call, action))


def items(body: dict[str, Any], name: str) -> Sequence[Any]:
    """A list of the body, empty when it is absent."""
    found = body.get(name, [])
    if not isinstance(found, list):
        raise _wrong(f"/{name}", message("A list is expected."))
    return found


def objects(body: dict[str, Any], name: str) -> Sequence[dict[str, Any]]:
    """A list of objects of the body."""
    found = items(body, name)
    for index, item in enumerate(found):
        if not isinstance(item, dict):
            raise _wrong(f"/{name}/{index}", message("An object of fields and values is expected."))
    return found


def key_of(body: dict[str, Any]) -> str | None:
    """The field by which ``upsert`` finds records."""
    key = body.get("key")
    if key is not None and not isinstance(key, str):
        raise _wrong("/key", message("The name of a field is expected."))
    return key


def _wrong(pointer: str, why: Message) -> KubikError:
    return KubikError("KBK2000", why, errors=[Problem(pointer=pointer, code="KBK2000", message=why)])


def answered(body: dict[str, Any], saved: BatchSaved) -> dict[str, Any]:
    """The lists that were sent, with ids and versions."""
    return {name: [_saved(each) for each in getattr(saved, name)] for name in LISTS if name in body}


def _saved(saved: Saved) -> dict[str, Any]:
    return {"id": saved.id, "version": saved.version}


OPERATIONS = (
    Operation(
        method="POST", path="/api/records/{entity}/batch", run=batch, about="update", summary="Write many records at once",
        body_limit=MAX_BATCH, request="batch", answer="batch",
    ),
)  # fmt: skip
