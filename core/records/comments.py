"""Comments: written by whoever sees the record, changed by their author; people named in them are kept as people."""

from __future__ import annotations

from core.access.actor import Actor
from core.query.comments import COMMENT, comment_on, mentioned, seen
from core.records.api import JSON, create, delete, update
from core.records.shapes import Saved
from core.storage.workspace import Transaction
from metamodel.fields.base import Context


def add_comment(
    tx: Transaction, actor: Actor, entity: str, id: int, text: object, *, context: Context = JSON
) -> Saved:
    """A comment on a record; KBK2006 when the actor does not see it."""
    seen(tx, actor, entity, id)
    people = mentioned(tx, actor, entity, id, text) if isinstance(text, str) else ()
    values = {"about": {"entity": entity, "id": id}, "text": text, "mentions": list(people)}
    return create(tx, actor, COMMENT, values, context=context)


def change_comment(
    tx: Transaction, actor: Actor, entity: str, id: int, comment: int, text: object, *,
    if_version: int | None = None, context: Context = JSON,
) -> Saved:  # fmt: skip
    """Another text of a comment of the actor's own; the history keeps the one before."""
    comment_on(tx, actor, entity, id, comment)
    people = mentioned(tx, actor, entity, id, text) if isinstance(text, str) else ()
    values = {"text": text, "mentions": list(people)}
    return update(tx, actor, COMMENT, comment, values, if_version=if_version, context=context)


def remove_comment(
    tx: Transaction, actor: Actor, entity: str, id: int, comment: int, *, if_version: int | None = None
) -> None:
    """A comment of the actor's own goes to the bin."""
    comment_on(tx, actor, entity, id, comment)
    delete(tx, actor, COMMENT, comment, if_version=if_version)
