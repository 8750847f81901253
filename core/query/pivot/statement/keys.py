"""The keys of a statement: what records are grouped by, and what each of these groups stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.query.grouping import stepped
from core.query.pivot.resolving import LINKS, Key, Place
from core.query.pivot.statement.ground import begins_index, first_target, in_index
from core.query.pivot.statement.rows import Rows, Value
from core.query.title import visible_id
from core.storage.any_links import ANY, any_of, leads_to, record_of
from core.storage.expressions import compile_value
from core.storage.expressions.dates import beginning, begins, begun, start_of
from core.storage.expressions.environment import Cell, as_type, in_order
from core.storage.expressions.hints import not_in_order
from core.storage.expressions.paths import linked
from core.storage.expressions.texts import folded
from core.storage.types import BIG, TEXT
from metamodel.expression.convert import as_day
from metamodel.expression.tree import Path
from metamodel.model import Model
from metamodel.value_steps import DATE_STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyColumns:
    """A key among the columns of the inner select, and how the groups made by it are asked for what it stands for."""

    key: Key
    inner: tuple[Value, ...]
    """The value to group by, and the text that is shown of it (of texts)."""
    mapped: bool = False
    there: Value | None = None
    """Of a link whether it leads to a record at all, where the value says whether it is one that may be seen."""
    begins: bool = False
    """Whether records are grouped by the first letters of their day, and each group is told its first one."""


def keys_of(rows: Rows, keys: Sequence[Key], *, mapping: bool) -> list[KeyColumns]:
    """The columns that keys group by; with ``mapping`` what groups can be asked for is not asked of each record."""
    ordered = mapping and _ordered(rows, keys)
    return [_columns(rows, key, mapping=mapping, ordered=ordered) for key in keys]


def made_by(
    rows: Rows, keys: Sequence[KeyColumns], values: Sequence[Value], others: Sequence[Value]
) -> list[Value]:
    """What groups of records are made by: by the value of each key, and by others. Along an index only where it holds all
    that is read of them; steps of days first, which differ most: SQLite sorts by the first of them fastest."""
    steps = [value for each, value in zip(keys, values, strict=True) if _is_made_step(each)]
    if steps:
        rest = [value for each, value in zip(keys, values, strict=True) if not _is_made_step(each)]
        return [*steps, *rest, *others]
    relations, entity = rows.compiler.relations, rows.base.entity.uid
    bare = _bare(rows, [columns.key for columns in keys])
    if not bare or begins_index(relations, entity, bare, alone=not rows.slice.values):
        return [*values, *others]
    return [not_in_order(relations.dialect, values[0]), *values[1:], *others]


def _is_made_step(columns: KeyColumns) -> bool:
    """Whether the value of a key is the step of a day, not the day itself."""
    return columns.key.by in DATE_STEPS and not columns.mapped


def _columns(rows: Rows, key: Key, *, mapping: bool, ordered: bool) -> KeyColumns:
    if key.kind == "choices":
        return KeyColumns(key=key, inner=(_each_choice(rows, key),))
    if mapping and (_by_link(rows, key) or (ordered and _is_day(key))):
        first = key.place.steps[0]
        raw = rows.at(key.side, key.place.ways).cell(first[1]).value
        return KeyColumns(key=key, inner=(raw,), mapped=True)
    cell = rows.cell(key.place, key.side)
    if key.kind in LINKS:
        value = _joined_link(rows, key, cell.value)
        there = None if value is cell.value else sa.case((cell.value.is_not(None), 1), else_=0)
        return KeyColumns(key=key, inner=(value,), there=there)
    if key.kind == "text":
        dialect = rows.environment(rows.base)
        return KeyColumns(key=key, inner=(in_order(folded(cell), dialect), cell.value))
    if mapping and key.by in DATE_STEPS and begins(key.by, rows.environment(rows.base)):
        return KeyColumns(key=key, inner=(beginning(_day(rows, key), key.by),), begins=True)
    return KeyColumns(key=key, inner=(_step(rows, key, cell),))


def _by_link(rows: Rows, key: Key) -> bool:
    """Whether groups by the first link of the key are few enough to be asked what it leads to."""
    if (
        key.place.steps[0][1] == "id"
        or first_target(rows.compiler.relations.model.entity_by_uid, key) not in rows.few
    ):
        return False
    return key.by is None if len(key.place.steps) > 1 else key.kind == "link" and not _all_seen(rows, key)


def _all_seen(rows: Rows, key: Key) -> bool:
    """Whether every record that a link leads to may be seen."""
    return rows.visible_end(key.place).condition is None


def _is_day(key: Key) -> bool:
    """Whether a key is a step of a date of the records themselves."""
    return key.by in DATE_STEPS and key.kind == "date" and len(key.place.steps) == 1 and not key.place.ways


def _ordered(rows: Rows, keys: Sequence[Key]) -> bool:
    """Whether an index has the records in groups by the bare columns of the keys, and all else that is read of them: days
    are then made months by the group. PostgreSQL groups by hashes, which fewer groups make quicker than any order."""
    bare = _bare(rows, keys)
    alone = not rows.slice.values
    return bool(bare) and in_index(rows.compiler.relations, rows.base.entity.uid, bare, alone=alone)


def _bare(rows: Rows, keys: Sequence[Key]) -> list[str]:
    """The columns of the records by which SQLite may find them in groups; none when a key is more than a column."""
    if rows.compiler.relations.dialect != "sqlite":
        return []
    found: list[str] = []
    for key in keys:
        place = rows.compiler.relations.tables[key.place.steps[0][0]]
        column = place.columns.get(key.place.steps[0][1])
        bare = (
            _is_day(key) or key.kind in ("choice", "boolean") or _by_link(rows, key)
            or (key.kind == "link" and _all_seen(rows, key))
        )  # fmt: skip
        beyond = len(key.place.steps) > 1 and not _by_link(rows, key)
        if column is None or key.place.ways or beyond or not bare:
            return []
        found.append(column.value.name)
    return found


def _joined_link(rows: Rows, key: Key, link: Value) -> Value:
    """A link when the reader may see the record it leads to, else null, by a join where that asks anything."""
    if key.kind == "link_any":
        return seen_link(rows, key.place, link)
    row = rows.visible_end(key.place)
    if row.condition is None or key.place.steps[-1][1] == "id":
        return link
    rows.source = rows.source.outerjoin(row.alias, sa.and_(row.cell("id").value == link, row.condition))
    return row.cell("id").value


def _step(rows: Rows, key: Key, cell: Cell) -> Value:
    if key.by is None:
        return cell.value
    if key.by not in DATE_STEPS:
        return stepped(cell.value, key.place.type.scale, key.by, rows.compiler.relations.dialect)
    return _day_begin(rows, key.by, _day(rows, key))


def _day(rows: Rows, key: Key) -> Value:
    """The day of a date or a moment."""
    row = rows.led(key.side, key.place.ways, key.place.steps[:-1])
    last = Path(type=key.place.type, steps=key.place.steps[-1:])
    return compile_value(as_day(last), rows.environment(row)).value


def _day_begin(rows: Rows, by: str, day: Value) -> Value:
    return day if by == "day" else start_of(day, by, rows.environment(rows.base))


def seen_link(rows: Rows, place: Place, value: Value) -> Value:
    """A link when the reader may see the record it leads to, else null."""
    relations = rows.compiler.relations
    if place.type.kind == "link":
        return visible_id(relations, relations.model.entity_by_uid[place.type.entity or ""], value)
    whens: list[tuple[Any, Value]] = []
    for uid in led_to(relations.model, place):
        if relations.grants.may(uid, "read"):
            entity = relations.model.entity_by_uid[uid]
            seen = visible_id(relations, entity, record_of(value, uid, BIG))
            whens.append((leads_to(value, uid), any_of(uid, seen)))
    return sa.case(*whens) if whens else sa.cast(sa.null(), ANY)


def led_to(model: Model, place: Place) -> tuple[str, ...]:
    """The entities (uids) that a link to any record may lead to; of a computed one every entity."""
    entity, uid = place.steps[-1]
    return model.entity_by_uid[entity].by_uid[uid].targets or tuple(model.entity_by_uid)


def _each_choice(rows: Rows, key: Key) -> Value:
    """Each of the choices of a record: it is met once for every one."""
    cell = rows.cell(key.place, key.side)
    choices = [sa.select(sa.literal(c.uid, TEXT).label("uid")) for c in key.field.choices]
    listed = sa.union_all(*choices).subquery() if choices else None
    if listed is None:
        return sa.cast(sa.null(), TEXT)
    bars = sa.literal("|", TEXT)
    text = as_type(cell.value, TEXT)
    position = sa.func.instr if rows.compiler.relations.dialect == "sqlite" else sa.func.strpos
    has = position(text, bars.concat(listed.c.uid).concat(bars), type_=BIG) > sa.literal_column("0")
    rows.source = rows.source.outerjoin(listed, has)
    return listed.c.uid


def labelled(keys: Sequence[KeyColumns]) -> list[sa.Label[Any]]:
    """The keys as columns of the inner select."""
    made = [columns.inner[0].label(f"key_{i}") for i, columns in enumerate(keys)]
    made += [c.there.label(f"is_{i}") for i, c in enumerate(keys) if c.there is not None]
    return made + [c.inner[1].label(f"text_{i}") for i, c in enumerate(keys) if len(c.inner) > 1]


def resolved_keys(rows: Rows, keys: Sequence[KeyColumns], inner: sa.FromClause) -> sa.Subquery:
    """The same rows with what their keys stand for: of each its value, whether there is one, and its text."""
    made: list[sa.Label[Any]] = []
    for index, columns in enumerate(keys):
        value, there, text = _stands_for(rows, columns, index, inner)
        made += [value.label(f"value_{index}"), there.label(f"there_{index}"), text.label(f"shown_{index}")]
    rest = [c for c in inner.c if not c.name.startswith(("key_", "text_", "is_"))]
    return sa.select(*made, *rest).select_from(inner).subquery()


def _stands_for(
    rows: Rows, columns: KeyColumns, index: int, inner: sa.FromClause
) -> tuple[Value, Value, Value]:
    key, raw = columns.key, inner.c[f"key_{index}"]
    relations, one = rows.compiler.relations, sa.literal_column("1", sa.Integer())
    cell = Cell(value=raw)
    if columns.mapped and len(key.place.steps) > 1:
        cell = linked(relations.visible, raw, key.place.steps[1:])
    if key.kind == "text":
        if columns.mapped:
            return in_order(folded(cell), rows.environment(rows.base)), one, cell.value
        return raw, one, inner.c[f"text_{index}"]
    if key.kind in LINKS and not columns.mapped:
        zero = sa.literal_column("0", sa.Integer())
        return raw, zero if columns.there is None else inner.c[f"is_{index}"], sa.null()
    if key.kind in LINKS:
        there = sa.case((cell.value.is_not(None), 1), else_=0)
        return seen_link(rows, key.place, cell.value), there, sa.null()
    if columns.mapped and key.by is not None:
        return _day_begin(rows, key.by, raw), one, sa.null()
    return cell.value, one, sa.null()


def grouped_by(
    keys: Sequence[KeyColumns], found: sa.FromClause
) -> tuple[list[Value], list[Value], list[Value]]:
    """The columns that tell of keys, and those that groups are made by: the value of each, and of links whether there is one."""
    selected: list[Value] = []
    values: list[Value] = []
    others: list[Value] = []
    for index, columns in enumerate(keys):
        value, there, shown = (found.c[f"{part}_{index}"] for part in ("value", "there", "shown"))
        text: Value = sa.func.min(shown, type_=TEXT) if columns.key.kind == "text" else sa.null()
        values.append(value)
        if columns.key.kind in LINKS and (columns.mapped or columns.there is not None):
            others.append(there)
        else:
            there = sa.literal_column("0", sa.Integer())
        told = begun(value, columns.key.by or "") if columns.begins else value
        selected += [
            told.label(f"value_{index}"),
            there.label(f"there_{index}"),
            text.label(f"shown_{index}"),
        ]
    return selected, values, others
