"""Counts and sums by group under the reader's rights, in one statement: for boards, the foot of a list, pivots.

A cell that the reader may not see is no part of a sum. Amounts whose currency is a field of the record are added up by
currency; one without a currency, or whose currency may not be seen, is counted among those without an amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from core.access.actor import Actor
from core.query.execute import parameters, reader_of, run
from core.query.grouping import grouping_field
from core.query.names import no_such_field, readable_fields
from core.query.query import Query
from core.query.relations import choices_of
from core.query.summing import HALF, currency
from core.storage.workspace import Transaction
from metamodel.expression.tree import Node, Path
from metamodel.model import Entity, Field, Model


@dataclass(slots=True, kw_only=True)
class FieldTotal:
    """What a field adds up to: how many records have an amount, and the sums by currency (None: the field's own)."""

    filled: int = 0
    sums: dict[str | None, Decimal | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A group: its value as the engine has it (None: without one, or with ``hidden`` one out of sight)."""

    value: Any
    hidden: bool
    count: int
    fields: Mapping[str, FieldTotal]
    """By name of the field."""


def totals(
    tx: Transaction, actor: Actor, query: Query, by: str | None = None, fields: Sequence[str] = ()
) -> tuple[Total, ...]:
    """The groups that have records, by uid of a field (None: all records as one), with sums of numeric fields (uids).

    Of ``query`` only what limits its records counts. KBK2003 for a field that the reader may not use.
    """
    reader = reader_of(tx, actor, replace(query, fields=(), sort=(), cursor=None))
    entity, grants = reader.plan.entity, reader.plan.rights
    readable = {f.uid for f in readable_fields(grants, entity)}
    for uid in fields:
        if uid not in readable or entity.by_uid[uid].result.kind != "number":
            raise no_such_field(uid, (), "/values")
    if by is not None and grouping_field(grants, entity, by) is None:
        raise no_such_field(by, (), "/group")
    prepared = reader.other("totals", (by, tuple(fields)))
    columns = run(prepared, tx.connection, parameters(tx, actor, query))
    rows = list(zip(*columns, strict=True))
    return tuple(_gather(tx, entity, by, [entity.by_uid[uid] for uid in fields], rows).values())


def size(tx: Transaction, actor: Actor, query: Query) -> int:
    """About how many records the entity has at all, whatever is asked of them: enough to know what will take long."""
    reader = reader_of(tx, actor, replace(query, fields=(), sort=(), cursor=None, group=None, ids=None))
    return int(reader.other("size").columns(tx.connection, {})[0][0] or 0)


def _gather(
    tx: Transaction, entity: Entity, by: str | None, fields: Sequence[Field], rows: Sequence[Any]
) -> dict[Any, Total]:
    """Selected rows as groups: those that differ in a currency alone are one."""
    nodes = [currency(tx.model, entity, each) for each in fields]
    varying = list(dict.fromkeys(node for node in nodes if node is not None))
    width, sqlite = 2 if by is not None else 0, tx.dialect == "sqlite"
    each_takes = 3 if sqlite else 2
    found: dict[Any, Total] = {}
    if by is None:
        found[None, False] = _nothing(None, hidden=False, fields=fields)
    for row in rows:
        value, there = (row[0], bool(row[1])) if by is not None else (None, False)
        group = (value, there and value is None)
        known = found.get(group) or _nothing(*group, fields=fields)
        at = width + len(varying)
        found[group] = replace(known, count=known.count + int(row[at]))
        for index, (each, node) in enumerate(zip(fields, nodes, strict=True)):
            parts = row[at + 1 + index * each_takes : at + 1 + (index + 1) * each_takes]
            code = None if node is None else _code(tx.model, node, row[width + varying.index(node)])
            if parts[0] and (node is None or code is not None):
                _add(known.fields[each.name], each, code, parts, sqlite=sqlite)
    return found


def _nothing(value: Any, hidden: bool, fields: Sequence[Field]) -> Total:
    return Total(value=value, hidden=hidden, count=0, fields={each.name: FieldTotal() for each in fields})


def _add(total: FieldTotal, field: Field, code: str | None, parts: Sequence[Any], *, sqlite: bool) -> None:
    scale = field.result.scale
    if sqlite:
        counted = int(parts[1]) * HALF + int(parts[2])
        amount: Decimal | int = Decimal(counted).scaleb(-scale) if scale else counted
    else:
        amount = parts[1] if scale else int(parts[1])
    total.filled += int(parts[0])
    total.sums[code] = total.sums[code] + amount if code in total.sums else amount


def _code(model: Model, node: Node, value: Any) -> str | None:
    """The currency as people write it: a text as it stands, of a choice its name in capitals; a link that has no code has none."""
    if value is None or node.type.kind == "text":
        return str(value) if value else None
    if node.type.kind == "choice" and isinstance(node, Path):
        uid = node.steps[-1][1]
        source = next(e.by_uid[uid] for e in model.entities.values() if uid in e.by_uid)
        return next((c.name.upper() for c in choices_of(model, source) if c.uid == value), None)
    return None
