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
from core.query.grouping import Grouping, grouping_of
from core.query.names import no_such_field, readable_fields
from core.query.patient import patiently
from core.query.query import Query
from core.query.relations import choices_of
from core.query.summing import HALF, currency
from core.storage.workspace import Transaction
from metamodel.expression.tree import Node, Path
from metamodel.model import Entity, Field, Model

ENDS = ("number", "date", "datetime")
"""Kinds of values of which the least and the greatest are told."""


@dataclass(slots=True, kw_only=True)
class FieldTotal:
    """What a field adds up to: how many records have an amount, and the sums by currency (None: the field's own)."""

    filled: int = 0
    sums: dict[str | None, Decimal | int] = field(default_factory=dict)
    least: Any = None
    greatest: Any = None
    """Where they were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A group: its value as the engine has it (None: without one, or with ``hidden`` one out of sight); of steps where
    they begin. ``within`` are the value and ``hidden`` of each group it is in, the widest first."""

    value: Any
    hidden: bool
    count: int
    fields: Mapping[str, FieldTotal]
    """By name of the field."""
    within: tuple[tuple[Any, bool], ...] = ()


def totals(
    tx: Transaction,
    actor: Actor,
    query: Query,
    by: str | Sequence[Grouping] | None = None,
    fields: Sequence[str] = (),
    ends: Sequence[str] = (),
) -> tuple[Total, ...]:
    """The groups that have records, by uid of a field or by several, one within another (None: all records as one), with
    sums of numeric fields (uids), and of ``ends``, numbers or dates, the least and the greatest value.

    Of ``query`` only what limits its records counts. KBK2003 for a field that the reader may not use.
    """
    levels = () if by is None else (Grouping(field=by),) if isinstance(by, str) else tuple(by)
    reader = reader_of(tx, actor, replace(query, fields=(), sort=(), cursor=None, marks=()))
    entity, grants = reader.plan.entity, reader.plan.rights
    readable = {f.uid for f in readable_fields(grants, entity)}
    for uid in fields:
        if uid not in readable or entity.by_uid[uid].result.kind != "number":
            raise no_such_field(uid, (), "/values")
    for uid in ends:
        if uid not in readable or entity.by_uid[uid].result.kind not in ENDS:
            raise no_such_field(uid, (), "/values")
    found = [grouping_of(grants, entity, level.field, level.by) for level in levels]
    levels = tuple(level for level in found if level is not None)
    if len(levels) < len(found):
        raise no_such_field("", (), "/group")
    prepared = reader.other("totals", (levels, tuple(fields), tuple(ends)))
    with patiently(tx, reader.plan):
        columns = run(prepared, tx.connection, parameters(tx, actor, query))
    rows = list(zip(*columns, strict=True))
    summed, ended = ([entity.by_uid[uid] for uid in each] for each in (fields, ends))
    return tuple(_gather(tx, entity, len(levels), summed, ended, rows).values())


def size(tx: Transaction, actor: Actor, query: Query) -> int:
    """About how many records the entity has at all, whatever is asked of them: enough to know what will take long."""
    reader = reader_of(tx, actor, replace(query, fields=(), sort=(), cursor=None, group=None, ids=None))
    return int(reader.other("size").columns(tx.connection, {})[0][0] or 0)


def _gather(
    tx: Transaction,
    entity: Entity,
    levels: int,
    fields: Sequence[Field],
    ends: Sequence[Field],
    rows: Sequence[Any],
) -> dict[Any, Total]:
    """Selected rows as groups: those that differ in a currency alone are one."""
    nodes = [currency(tx.model, entity, each) for each in fields]
    varying = list(dict.fromkeys(node for node in nodes if node is not None))
    width, sqlite = 2 * levels, tx.dialect == "sqlite"
    each_takes = 3 if sqlite else 2
    found: dict[Any, Total] = {}
    shown = [*fields, *ends]
    if not levels:
        found[()] = _nothing((), shown)
    for row in rows:
        group = tuple((row[n], bool(row[n + 1]) and row[n] is None) for n in range(0, width, 2))
        known = found.get(group) or _nothing(group, shown)
        at = width + len(varying)
        found[group] = replace(known, count=known.count + int(row[at]))
        first = at + 1 + len(fields) * each_takes
        for index, each in enumerate(ends):
            _end(known.fields[each.name], row[first + 2 * index], row[first + 2 * index + 1])
        for index, (each, node) in enumerate(zip(fields, nodes, strict=True)):
            parts = row[at + 1 + index * each_takes : at + 1 + (index + 1) * each_takes]
            code = None if node is None else currency_code(tx.model, node, row[width + varying.index(node)])
            if parts[0] and (node is None or code is not None):
                _add(known.fields[each.name], each, code, parts, sqlite=sqlite)
    return found


def _nothing(group: tuple[tuple[Any, bool], ...], fields: Sequence[Field]) -> Total:
    value, hidden = group[-1] if group else (None, False)
    empty = {each.name: FieldTotal() for each in fields}
    return Total(value=value, hidden=hidden, count=0, fields=empty, within=group[:-1])


def _end(total: FieldTotal, least: Any, greatest: Any) -> None:
    """Ends of several rows that are one group: those of its currencies."""
    known = [each for each in (total.least, least) if each is not None]
    total.least = min(known, default=None)
    known = [each for each in (total.greatest, greatest) if each is not None]
    total.greatest = max(known, default=None)


def _add(total: FieldTotal, field: Field, code: str | None, parts: Sequence[Any], *, sqlite: bool) -> None:
    scale = field.result.scale
    if sqlite:
        counted = int(parts[1]) * HALF + int(parts[2])
        amount: Decimal | int = Decimal(counted).scaleb(-scale) if scale else counted
    else:
        amount = parts[1] if scale else int(parts[1])
    total.filled += int(parts[0])
    total.sums[code] = total.sums[code] + amount if code in total.sums else amount


def currency_code(model: Model, node: Node, value: Any) -> str | None:
    """The currency as people write it: a text as it stands, of a choice its name in capitals; a link that has no code has none."""
    if value is None or node.type.kind == "text":
        return str(value) if value else None
    if node.type.kind == "choice" and isinstance(node, Path):
        uid = node.steps[-1][1]
        source = next(e.by_uid[uid] for e in model.entities.values() if uid in e.by_uid)
        return next((c.name.upper() for c in choices_of(model, source) if c.uid == value), None)
    return None
