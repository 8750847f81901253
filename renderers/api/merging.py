"""Merging records and taking a merge back, as `core.records.merging` does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from core.access.actor import Actor
from core.errors import KubikError
from core.records.merging.merge import Order, merge
from core.records.merging.offer import BOTH
from core.records.merging.unmerge import unmerge
from core.storage.workspace import Transaction
from core.web.caller import writing
from core.web.exchange import Answer, Call, answer_json
from core.web.idempotency import once
from core.web.operations import Operation
from metamodel.errors import Problem
from metamodel.messages import Message, message

ALL = "all"
"""In place of a record: the values of all of them."""


def merge_records(call: Call) -> Answer:
    """The records of ``with`` become one with that of the path."""
    entity = call.values["entity"]
    order = read_order(call.identifier(), call.json_object())

    def work(transaction: Transaction, actor: Actor) -> Answer:
        done = merge(transaction, actor, entity, order)
        return answer_json({"job": done.job, "id": done.stays, "led": done.led})

    return writing(call, once(call, work))


def revert_merge(call: Call) -> Answer:
    """They are several again; what people changed since stays as they made it, and is told."""
    job = call.identifier()
    returned = writing(call, lambda transaction, actor: unmerge(transaction, actor, job))
    left = [{"entity": each.entity, "id": each.id, "why": each.why} for each in returned.left]
    return answer_json({"returned": returned.returned, "left": left})


def read_order(stays: int, body: Mapping[str, Any]) -> Order:
    """What the body asks; KBK3002 at the part that is not of its type."""
    for name in body:
        if name not in ("with", "take", "versions"):
            _refuse(f"/{name}", message("“{name}” is not known here.", name=name[:100]))
    others = body.get("with")
    if not isinstance(others, list) or not others or not all(_is_id(each) for each in others):
        _refuse("/with", message("A list of ids of records is expected."))
    take, versions = _object(body, "take"), _object(body, "versions")
    for name, value in take.items():
        if value != ALL and not _is_id(value):
            _refuse(f"/take/{name}", message("The id of a record or “{all}” is expected.", all=ALL))
    for name, value in versions.items():
        if not name.isdecimal() or len(name) > 18 or not _is_id(value):
            _refuse(f"/versions/{name}", message("The version of a record by its id is expected."))
    return Order(
        ids=tuple(dict.fromkeys((stays, *others))),
        stays=stays,
        take={name: BOTH if value == ALL else value for name, value in take.items()},
        versions={int(name): value for name, value in versions.items()},
    )


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name, {})
    if not isinstance(value, Mapping):
        _refuse(f"/{name}", message("An object is expected."))
    return value


def _refuse(pointer: str, words: Message) -> NoReturn:
    raise KubikError("KBK3002", words, errors=(Problem(pointer=pointer, code="KBK3002", message=words),))


_ID = {"type": "integer", "minimum": 1}
_REQUEST = {
    "type": "object",
    "required": ["with"],
    "properties": {
        "with": {"type": "array", "items": _ID, "minItems": 1},
        "take": {
            "type": "object",
            "description": "From which record the value of a field comes; `all` joins those of fields with several values",
            "additionalProperties": {"anyOf": [_ID, {"const": ALL}]},
        },
        "versions": {
            "type": "object",
            "description": "Versions by id: a record that was changed since refuses the merge",
            "additionalProperties": {"type": "integer"},
        },
    },
    "additionalProperties": False,
}
_MERGED = {
    "type": "object",
    "properties": {"job": {"type": "integer"}, "id": {"type": "integer"}, "led": {"type": "integer"}},
}
_RETURNED = {
    "type": "object",
    "properties": {
        "returned": {"type": "integer"},
        "left": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "entity": {"type": "string"},
                    "id": {"type": "integer"},
                    "why": {"type": "string"},
                },
            },
        },
    },
}

OPERATIONS = (
    Operation(
        method="POST", path="/api/records/{entity}/{id}/merge", run=merge_records, about="update",
        summary="Merge records into one", request=_REQUEST, answer=_MERGED,
    ),
    Operation(
        method="POST", path="/api/merges/{id}/revert", run=revert_merge, summary="Take a merge back", answer=_RETURNED,
    ),
)  # fmt: skip
