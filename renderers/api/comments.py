"""Comments on a record: read, written, changed and taken away; `@login` in their text names people."""

from __future__ import annotations

from typing import Any

from core.access.actor import Actor
from core.query.comments import comment_on, comments
from core.records.comments import add_comment, change_comment, remove_comment
from core.storage.workspace import Transaction
from core.web.caller import reading, writing
from core.web.conditions import etag, if_match
from core.web.exchange import Answer, Call, answer_json
from core.web.idempotency import once
from core.web.operations import Operation
from core.web.parameters import whole_number
from core.web.wire import encode
from renderers.api.records import CURSOR, LIMIT, MAX_LIMIT, context_of, known_members
from renderers.api.schemas import ID, INSTANT, page

_TEXT = {
    "type": "object",
    "properties": {"text": {"type": "string", "description": "`@login` names somebody who sees the record"}},
    "required": ["text"],
    "additionalProperties": False,
}

_LINK = {"type": "object", "properties": {"id": {"type": ["integer", "null"]}, "title": {"type": "string"}}}
_COMMENT = {
    "type": "object",
    "properties": {
        "id": ID, "version": ID, "text": {"type": "string"}, "mentions": {"type": "array", "items": _LINK},
        "created_at": INSTANT, "created_by": _LINK,
        "edited_at": {**INSTANT, "type": ["string", "null"], "description": "null until its author changes it"},
    },
}  # fmt: skip


def list_comments(call: Call) -> Answer:
    """The comments of a record, the oldest first."""
    limit = whole_number(call.query, "limit", 50, 1, MAX_LIMIT)
    with reading(call) as (transaction, actor):
        page = comments(
            transaction, actor, call.values["entity"], call.identifier(), call.query.get("cursor"), limit
        )
    return Answer(body=encode({"items": page.items, "next": page.next}))


def create_comment(call: Call) -> Answer:
    """A new comment."""
    text, entity, record = _text(call), call.values["entity"], call.identifier()

    def action(transaction: Transaction, actor: Actor) -> Answer:
        saved = add_comment(transaction, actor, entity, record, text, context=context_of(call))
        answer = _answer(transaction, actor, entity, record, saved.id, 201)
        answer.headers.append((b"location", f"/api/records/{entity}/{record}/comments/{saved.id}".encode()))
        return answer

    return writing(call, once(call, action))


def read_comment(call: Call) -> Answer:
    """One comment of a record."""
    with reading(call) as (transaction, actor):
        return _answer(
            transaction, actor, call.values["entity"], call.identifier(), call.identifier("comment")
        )


def update_comment(call: Call) -> Answer:
    """Another text of one's own comment."""
    text, entity, record, comment = (
        _text(call),
        call.values["entity"],
        call.identifier(),
        call.identifier("comment"),
    )

    def action(transaction: Transaction, actor: Actor) -> Answer:
        version = _version(call, transaction, actor, comment)
        change_comment(
            transaction, actor, entity, record, comment, text, if_version=version, context=context_of(call)
        )
        return _answer(transaction, actor, entity, record, comment)

    return writing(call, once(call, action))


def delete_comment(call: Call) -> Answer:
    """One's own comment into the bin."""
    entity, record, comment = call.values["entity"], call.identifier(), call.identifier("comment")

    def action(transaction: Transaction, actor: Actor) -> None:
        version = _version(call, transaction, actor, comment)
        remove_comment(transaction, actor, entity, record, comment, if_version=version)

    writing(call, action)
    return Answer(status=204)


def _text(call: Call) -> Any:
    body = call.json_object()
    known_members(body, ("text",))
    return body.get("text")


def _version(call: Call, transaction: Transaction, actor: Actor, comment: int) -> int | None:
    """The version that ``If-Match`` allows; -1 when none of those it names is there."""
    condition = if_match(call)
    if condition is None or condition == "any":
        return None
    item = comment_on(transaction, actor, call.values["entity"], call.identifier(), comment)
    version: int = item["version"]
    return version if version in condition else -1


def _answer(
    transaction: Transaction, actor: Actor, entity: str, record: int, comment: int, status: int = 200
) -> Answer:
    item = comment_on(transaction, actor, entity, record, comment)
    return answer_json(item, status, etag(item["version"]))


_COMMENTS = "/api/records/{entity}/{id}/comments"
_ONE = "/api/records/{entity}/{id}/comments/{comment}"

OPERATIONS = (
    Operation(
        method="GET", path=_COMMENTS, run=list_comments, about="read", summary="Comments on a record",
        parameters=(LIMIT, CURSOR), answer=page(_COMMENT),
    ),
    Operation(
        method="POST", path=_COMMENTS, run=create_comment, about="read", summary="Comment on a record",
        request=_TEXT, answer=_COMMENT, status=201,
    ),
    Operation(method="GET", path=_ONE, run=read_comment, about="read", summary="Read a comment", answer=_COMMENT),
    Operation(
        method="PATCH", path=_ONE, run=update_comment, about="read", summary="Change one's own comment",
        request=_TEXT, answer=_COMMENT,
    ),
    Operation(
        method="DELETE", path=_ONE, run=delete_comment, about="read", summary="Delete one's own comment", status=204,
    ),
)  # fmt: skip
