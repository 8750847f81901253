"""Plans that are kept: written down with the version they were made for, found again, begun, done."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import KubikError
from core.solutions.plans import Move, Target
from core.solutions.targets import read_document
from core.storage.own import OwnTables
from core.storage.templates import keep_template, touch_templates
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.resolve import resolve

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A plan as it is written down; ``state`` is None until it is begun, ``applied`` the version it became."""

    id: str
    base: int
    target: Mapping[str, Any]
    state: Mapping[str, Any] | None
    applied: int | None


def keep(tx: Transaction, by: int | None, target: Target) -> str:
    """Write a plan down; its id. Plans of long ago are forgotten."""
    table = tx.tables.own.plan
    tx.connection.execute(table.delete().where(table.c.at < tx.now - KEPT))
    for content in target.files.values():
        keep_template(tx, content)
    touch_templates(tx, [t.sha256 for each in target.document.documents for t in each.templates])
    plan = secrets.token_hex(8)
    tx.connection.execute(
        table.insert().values(
            id=plan, at=tx.now, by=by, base=target.base, target=_written(target), state=None
        )
    )
    return plan


def find(tx: Transaction, plan: str) -> KeptPlan:
    """The plan of that id; KBK2006 when there is none (any more)."""
    table = tx.tables.own.plan
    row = tx.connection.execute(sa.select(table).where(table.c.id == plan)).one_or_none()
    if row is None:
        raise KubikError("KBK2006", message("there is no plan “{id}”", id=plan[:100]))
    return KeptPlan(id=row.id, base=row.base, target=row.target, state=row.state, applied=row.applied)


def update(tx: Transaction, plan: str, **values: Any) -> None:
    """Write down how far a plan has come."""
    own: OwnTables = tx.tables.own
    tx.connection.execute(own.plan.update().where(own.plan.c.id == plan).values(**values))


def target_of(kept: KeptPlan) -> Target:
    """Where the plan leads."""
    written = kept.target
    document = read_document(written["document"])
    moves = tuple(
        Move(
            field=m["field"], source=m["source"], target=m["target"], mapped=m["mapped"], asked=tuple(m["asked"]),
            since=m["since"],
        )
        for m in written["moves"]
    )  # fmt: skip
    return Target(
        base=kept.base, document=document, model=resolve(document, kept.base + 1, written["columns"]),
        columns=written["columns"], moves=moves, breaks=(), summary=written["summary"],
    )  # fmt: skip


def _written(target: Target) -> dict[str, Any]:
    moves = [
        {
            "field": m.field, "source": m.source, "target": m.target, "mapped": dict(m.mapped), "asked": list(m.asked),
            "since": m.since,
        }
        for m in target.moves
    ]  # fmt: skip
    return {
        "document": target.document.to_json(), "columns": dict(target.columns), "moves": moves,
        "summary": dict(target.summary),
    }  # fmt: skip
