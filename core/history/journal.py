"""The writer of the journal: one row a change of a record, in the transaction that made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from core.storage.prepared import Prepared
from metamodel.expression.durations import Span
from metamodel.fields.link_any import AnyLink
from metamodel.json_text import JsonValue

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

Kind = Literal["created", "updated", "deleted", "restored", "revealed", "erased", "issued"]
KINDS: tuple[Kind, ...] = ("created", "updated", "deleted", "restored", "revealed", "erased", "issued")
"""What may have happened to a record: ``erased`` is personal data taken out of it for ever, ``issued`` a document."""

BESIDE: frozenset[Kind] = frozenset(("revealed", "issued"))
"""What leaves the record as it was: no change to whoever follows its values."""


HAND = "_hand"
"""Beside the fields of a difference: which following fields were changed by hand before and after it, see `marks`."""


def marks(fields: Iterable[str]) -> str:
    """Fields (uids) in one text, in which none stands in quotes as a field of the difference does."""
    return " ".join(f"+{uid}" for uid in sorted(fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to a record, by which action (uid) or job; ``differences`` are (before, after) by uid of the field, in the engine's values."""

    entity: str
    record: int
    kind: Kind
    version: int | None
    by: int | None
    behalf: int | None = None
    """The person as whom it was done, when not as oneself."""
    action: str | None = None
    job: int | None = None
    document: int | None = None
    """The document that was issued."""
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


def write(tx: Transaction, changes: Sequence[Change]) -> None:
    """Add the changes to the journal, in their order."""
    if not changes:
        return
    rows = [
        {
            "at": tx.now, "by": c.by, "kind": c.kind, "entity": c.entity, "record": c.record, "version": c.version,
            "action": c.action, "behalf": c.behalf, "job": c.job, "document": c.document,
            "diff": {uid: [neutral(old), neutral(new)] for uid, (old, new) in c.differences.items()},
        }
        for c in changes
    ]  # fmt: skip
    table = tx.tables.own.journal
    if len(rows) > 1:
        tx.connection.execute(table.insert().inline(), rows)
        return
    key = ("journal", tx.dialect, tx.tables.schema)
    statement = tx.model.derived.get(key)
    if statement is None:
        values = {table.c[name]: sa.bindparam(name, type_=table.c[name].type) for name in rows[0]}
        statement = tx.model.derived[key] = Prepared(
            table.insert().inline().values(values), tx.workspace.database
        )
    statement.run(tx.connection, rows[0])


def neutral(value: Any) -> Any:
    """A value as JSON keeps it: decimals as text with all their digits, moments in UTC with a Z."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, AnyLink):
        return str(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (Span, JsonValue)):
        return str(value)
    return value
