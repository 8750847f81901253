"""Actions of the configuration: run on a record, or above a list on none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from core import query, records
from core.access.actor import Actor
from core.automation import Documents
from core.errors import KubikError
from core.records import Ran
from core.storage.workspace import Transaction
from core.web.caller import caller
from core.web.conditions import etag
from core.web.exchange import Answer, Call, answer_json
from core.web.idempotency import once
from core.web.operations import Operation
from core.web.printing import printed
from core.web.ways import way_of
from metamodel.errors import Problem
from metamodel.messages import message
from renderers.api.records import context_of, version_meant
from renderers.documents.api import ISSUED, told


def run_on_record(call: Call) -> Answer:
    """An action of a record."""
    return _run(call, call.identifier())


def run_above_list(call: Call) -> Answer:
    """An action that stands on no record."""
    return _run(call, None)


def _run(call: Call, identifier: int | None) -> Answer:
    entity, name = call.values["entity"], call.values["action"]
    body = call.json_object() if call.body else {}

    def action(transaction: Transaction, actor: Actor, documents: Documents) -> Answer:
        inputs, pointer = _inputs(transaction, name, body)
        version = None
        if identifier is not None and call.header(b"if-match") is not None:
            version = version_meant(call, transaction, actor, entity, identifier)
        ran = records.run_action(
            transaction, actor, entity, identifier, name, inputs,
            if_version=version, context=context_of(call), pointer=pointer, documents=documents,
        )  # fmt: skip
        return _answer(transaction, actor, entity, ran)

    def run(transaction: Transaction, documents: Documents) -> Answer:
        transaction.way = way_of(call.path)
        whole = once(call, partial(action, documents=documents))
        return whole(transaction, caller(transaction, call))

    return printed(call.site.workspace, run, lambda finish: finish(), call.waiting)


def _inputs(transaction: Transaction, name: str, body: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The inputs, written under ``inputs`` or as the body itself, and where they stand in it."""
    asked = transaction.model.actions.get(name)
    if "inputs" not in body or (asked is not None and "inputs" in asked.form.by_name):
        return body, ""
    inputs = body["inputs"]
    if not isinstance(inputs, Mapping) or len(body) > 1:
        why = message("An object with the inputs of the action is expected.")
        raise KubikError("KBK3002", why, errors=[Problem(pointer="/inputs", code="KBK3002", message=why)])
    return inputs, "/inputs"


def _answer(transaction: Transaction, actor: Actor, entity: str, ran: Ran) -> Answer:
    """The record as it is now, what the steps left behind and issued, and where a person would be led."""
    item, headers = None, []
    if ran.record is not None:
        item = _seen(transaction, actor, entity, ran.record)
        if item is not None:
            headers = [etag(item["version"])]
    made = [{"entity": m.entity, "id": m.id, "how": m.how} for m in ran.made]
    go = {"entity": ran.go.entity, "id": ran.go.id}
    documents = told(transaction, actor, ran.issued)
    return answer_json({"record": item, "made": made, "documents": documents, "go": go}, 200, *headers)


def _seen(transaction: Transaction, actor: Actor, entity: str, identifier: int) -> dict[str, Any] | None:
    """The record, unless the action has put it out of the actor's sight."""
    try:
        return query.record(transaction, actor, entity, identifier, None)[0]
    except KubikError as error:
        if error.code != "KBK2006":
            raise
        return None


_LINK = {
    "type": "object",
    "properties": {"entity": {"type": "string"}, "id": {"type": ["integer", "null"]}},
    "required": ["entity", "id"],
}
_MADE = {
    **_LINK,
    "properties": {**_LINK["properties"], "how": {"enum": ["created", "found", "taken"]}},  # type: ignore[dict-item]
}
RAN = {
    "type": "object",
    "properties": {
        "record": {"type": ["object", "null"], "description": "The record as it is now"},
        "made": {"type": "array", "items": _MADE, "description": "What the steps left behind"},
        "documents": {"type": "array", "items": ISSUED, "description": "What the steps issued"},
        "go": {**_LINK, "description": "Where the button leads; without an id to the list"},
    },
    "required": ["record", "made", "documents", "go"],
}

OPERATIONS = (
    Operation(
        method="POST", path="/api/records/{entity}/{id}/run/{action}", run=run_on_record, about="run",
        summary="Run an action on a record", request="inputs", answer=RAN,
    ),
    Operation(
        method="POST", path="/api/records/{entity}/run/{action}", run=run_above_list, about="run",
        summary="Run an action that stands on no record", request="inputs", answer=RAN,
    ),
)  # fmt: skip
