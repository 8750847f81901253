"""The statements of a pivot: groups of the rows that a reader may see, with exact sums, ends, medians; pure.

What only a link decides (`company.city`, or whether a linked record may be seen at all) is asked once for each value of
the link, of the groups that are made by it, not once for each record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.grouping import stepped
from core.query.pivot.asking import MAX_CELLS
from core.query.pivot.resolving import Key, Place, Way
from core.query.pivot.slicing import Slice, way_side
from core.query.summing import HALF, currency
from core.query.title import visible_id
from core.storage.expressions import compile_value
from core.storage.expressions.environment import Cell, as_type, in_order
from core.storage.expressions.lists import leading
from core.storage.expressions.numbers import exact, units
from core.storage.expressions.paths import limits, linked
from core.storage.expressions.texts import folded
from core.storage.types import BIG, TEXT
from metamodel.expression.convert import as_day, call
from metamodel.expression.tree import Aggregate, Constant, Node, Path
from metamodel.expression.types import DATE, INTEGER, link
from metamodel.expression.types import TEXT as TEXT_TYPE
from metamodel.value_steps import DATE_STEPS

if TYPE_CHECKING:
    from core.query.compile import Compiler
    from core.query.relations import VisibleRow

Value = sa.ColumnElement[Any]

GROUPS = MAX_CELLS + 1
"""Groups that a statement answers at most."""

SUMS = ("filled", "sum", "low", "least", "greatest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the columns of a statement are read: of each key its value, whether there is one, and its text; then the
    currencies that vary; the count of owners; of each value what `SUMS` names (``low`` where sums are in two parts)."""

    keys: int
    currencies: int
    values: int
    halves: bool = False

    @property
    def count_at(self) -> int:
        return 3 * self.keys + self.currencies


@dataclass(slots=True, kw_only=True, eq=False)
class _Rows:
    """The rows of a statement: the records, and what the lists of its keys and values lead to."""

    compiler: Compiler
    slice: Slice
    base: VisibleRow
    source: sa.FromClause
    opened: dict[tuple[str, tuple[Way, ...]], VisibleRow] = field(default_factory=dict)

    def at(self, side: str, ways: tuple[Way, ...]) -> VisibleRow:
        """The alias of the records that the ways lead to; a record that leads to none stays, with none."""
        if not ways:
            return self.base
        kept = self.opened.get((side, ways))
        if kept is not None:
            return kept
        before, way = self.at(side, ways[:-1]), ways[-1]
        relations = self.compiler.relations
        row = relations.visible.open(way.entity)
        leads, _ = leading(_aggregate(way), row, relations.environment(before, relations.visible))
        self.source = self.source.outerjoin(row.alias, sa.and_(leads, *limits(row)))
        self.opened[side, ways] = row
        return row

    def cell(self, place: Place, side: str) -> Cell:
        """The cell of a place, as the reader may see it."""
        row = self.at(side, place.ways)
        if len(place.steps) == 1:
            return row.cell(place.steps[0][1])
        return compile_value(place.path, self.environment(row))

    def environment(self, row: VisibleRow) -> Any:
        relations = self.compiler.relations
        return relations.environment(row, relations.visible)

    def value_side(self, place: Place) -> str:
        return way_side(self.slice.keys, place.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeyColumns:
    """A key among the columns of the inner select, and how the groups made by it are asked for what it stands for."""

    key: Key
    inner: tuple[Value, ...]
    """The value to group by, and the text that is shown of it (of texts)."""
    mapped: bool


def pivot_select(compiler: Compiler, slice: Slice, *, halves: bool) -> sa.Select[Any]:
    """The statement of a slice, its columns as `shape_of` says; ``halves`` adds up sums on SQLite in two parts."""
    base = compiler.fresh()
    rows = _Rows(compiler=compiler, slice=slice, base=base, source=base.alias)
    keys = [_key_columns(rows, key, mapping=slice.what == "sums" and not slice.once) for key in slice.keys]
    varying = [_currency_value(rows, node, place) for node, place in currencies(compiler, slice)]
    match slice.what:
        case "sums":
            made = _sums(rows, keys, varying, halves=halves)
        case "distinct":
            made = _distinct(rows, keys)
        case _:
            made = _placed(rows, keys, varying)
    return made.limit(sa.literal_column(str(GROUPS), sa.Integer()))


def shape_of(compiler: Compiler, slice: Slice, *, halves: bool) -> Shape:
    """How the answer of `pivot_select` is read."""
    return Shape(
        keys=len(slice.keys),
        currencies=len(currencies(compiler, slice)),
        values=len(slice.values),
        halves=halves,
    )


def currencies(compiler: Compiler, slice: Slice) -> list[tuple[Node, Place]]:
    """The currencies that vary among the values of a slice, each with a value that is in it."""
    found: dict[Node, Place] = {}
    if slice.what == "distinct":
        return []
    for place in slice.values:
        node = currency_node(compiler, place)
        if node is not None:
            found.setdefault(node, place)
    return list(found.items())


def currency_node(compiler: Compiler, place: Place) -> Node | None:
    """What says in which currency the amounts of a place are, from the record that its ways lead to."""
    model = compiler.relations.model
    entity = model.entity_by_uid[place.steps[-1][0]]
    field_ = entity.by_uid.get(place.steps[-1][1])
    if field_ is None or field_.result.kind != "number":
        return None
    node = currency(model, entity, field_)
    if isinstance(node, Path) and len(place.steps) > 1:
        return Path(type=node.type, steps=(*place.steps[:-1], *node.steps))
    return node


def _aggregate(way: Way) -> Aggregate:
    of = None
    if way.steps:
        of = Path(type=link(way.parent), steps=way.steps)
    return Aggregate(
        type=INTEGER, function="COUNT", entity=way.entity, through=way.through, owner=way.owner, of=of
    )


def _currency_value(rows: _Rows, node: Node, place: Place) -> Value:
    row = rows.at(rows.value_side(place), place.ways)
    return compile_value(node, rows.environment(row)).value


# --- keys


def _key_columns(rows: _Rows, key: Key, *, mapping: bool) -> _KeyColumns:
    """The columns a key groups by; with ``mapping`` what its link decides is asked of the groups."""
    if key.kind == "choices":
        return _KeyColumns(key=key, inner=(_each_choice(rows, key),), mapped=False)
    if mapping and _by_link(rows, key):
        first = key.place.steps[0]
        raw = rows.at(key.side, key.place.ways).cell(first[1]).value
        return _KeyColumns(key=key, inner=(raw,), mapped=True)
    cell = rows.cell(key.place, key.side)
    if key.kind == "link":
        return _KeyColumns(key=key, inner=(cell.value,), mapped=False)
    if key.kind == "text":
        dialect = rows.environment(rows.base)
        return _KeyColumns(key=key, inner=(in_order(folded(cell), dialect), cell.value), mapped=False)
    return _KeyColumns(key=key, inner=(_step(rows, key, cell),), mapped=False)


def _by_link(rows: _Rows, key: Key) -> bool:
    """Whether groups by the first link of the key are few enough to be asked what it leads to."""
    if len(key.place.steps) > 1:
        return key.by is None
    return key.kind == "link" and key.place.steps[0][1] != "id"


def _step(rows: _Rows, key: Key, cell: Cell) -> Value:
    if key.by is None:
        return cell.value
    row = rows.at(key.side, key.place.ways)
    if key.by not in DATE_STEPS:
        return stepped(cell.value, key.place.type.scale, key.by, rows.compiler.relations.dialect)
    node = as_day(key.place.path)
    if key.by != "day":
        node = call("START_OF", DATE, node, Constant(type=TEXT_TYPE, value=key.by), at=0)
    return compile_value(node, rows.environment(row)).value


def _each_choice(rows: _Rows, key: Key) -> Value:
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


def _keyed(keys: Sequence[_KeyColumns]) -> list[sa.Label[Any]]:
    made = [columns.inner[0].label(f"key_{i}") for i, columns in enumerate(keys)]
    return made + [c.inner[1].label(f"text_{i}") for i, c in enumerate(keys) if len(c.inner) > 1]


def _resolved(rows: _Rows, keys: Sequence[_KeyColumns], inner: sa.FromClause) -> sa.Subquery:
    """The same rows with what their keys stand for: of each its value, whether there is one, and its text."""
    made: list[sa.Label[Any]] = []
    for index, columns in enumerate(keys):
        value, there, text = _stands_for(rows, columns, index, inner)
        made += [value.label(f"value_{index}"), there.label(f"there_{index}"), text.label(f"shown_{index}")]
    rest = [c for c in inner.c if not c.name.startswith(("key_", "text_"))]
    return sa.select(*made, *rest).select_from(inner).subquery()


def _stands_for(
    rows: _Rows, columns: _KeyColumns, index: int, inner: sa.FromClause
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
    if key.kind == "link":
        entity = relations.model.entity_by_uid[key.place.type.entity or ""]
        return (
            visible_id(relations, entity, cell.value),
            sa.case((cell.value.is_not(None), 1), else_=0),
            sa.null(),
        )
    return cell.value, one, sa.null()


def _grouped(keys: Sequence[_KeyColumns], found: sa.FromClause) -> tuple[list[Value], list[Value]]:
    """The columns that tell of keys, and those that groups are made by."""
    selected: list[Value] = []
    by: list[Value] = []
    for index, columns in enumerate(keys):
        value, there, shown = (found.c[f"{part}_{index}"] for part in ("value", "there", "shown"))
        text: Value = sa.func.min(shown, type_=TEXT) if columns.key.kind == "text" else sa.null()
        if columns.key.kind == "link":
            selected += [value, there, text.label(f"shown_{index}")]
            by += [value, there]
        else:
            one = sa.literal_column("1", sa.Integer())
            selected += [value, one.label(f"there_{index}"), text.label(f"shown_{index}")]
            by.append(value)
    return selected, by


# --- counts, sums and ends


def _sums(
    rows: _Rows, keys: Sequence[_KeyColumns], varying: Sequence[Value], *, halves: bool
) -> sa.Select[Any]:
    """Counts, sums and ends: of rows, or of owners that are met several times and taken once."""
    slice = rows.slice
    columns: list[sa.Label[Any]] = [*_keyed(keys)]
    columns += [value.label(f"currency_{i}") for i, value in enumerate(varying)]
    columns += [_amount(rows, place).label(f"amount_{i}") for i, place in enumerate(slice.values)]
    owner = _owner_id(rows)
    columns.append(owner.label("owner"))
    inner = sa.select(*columns).select_from(rows.source).where(*rows.compiler.limits(rows.base))
    if any(columns.mapped for columns in keys):
        return _mapped_sums(rows, keys, len(varying), inner.subquery("records"), halves=halves)
    found = _resolved(rows, keys, inner.subquery("records"))
    if slice.once:
        found = _each_once(keys, found)
    selected, by = _grouped(keys, found)
    money = [found.c[f"currency_{i}"] for i in range(len(varying))]
    figures = [
        sa.func.count(found.c.owner, type_=BIG).label("count"),
        *(each for i in range(len(slice.values)) for each in _figures(rows, found, i, halves=halves)),
    ]
    return sa.select(*selected, *money, *figures).select_from(found).group_by(*by, *money)


def _owner_id(rows: _Rows) -> Value:
    owner = rows.slice.owner
    return rows.base.alias.c.id if owner is None else rows.cell(owner, rows.value_side(owner)).value


def _each_once(keys: Sequence[_KeyColumns], met: sa.FromClause) -> sa.Subquery:
    """Each owner once in each group: its values are the same wherever it is met."""
    texts = {f"shown_{i}": columns.key.kind == "text" for i, columns in enumerate(keys)}
    by = [c for c in met.c if c.name not in texts]
    shown: list[Value] = [
        sa.func.min(met.c[name], type_=TEXT).label(name) if spelled else sa.null().label(name)
        for name, spelled in texts.items()
    ]
    return sa.select(*by, *shown).group_by(*by).subquery()


def _amount(rows: _Rows, place: Place) -> Value:
    value = rows.cell(place, rows.value_side(place)).value
    kind, scale = place.type.kind, place.type.scale
    if kind == "number" and rows.compiler.relations.dialect == "postgresql":
        return exact(value, scale)
    return units(value) if kind in ("number", "duration") else value


def _figures(rows: _Rows, found: sa.FromClause, index: int, *, halves: bool) -> list[sa.Label[Any]]:
    """What `SUMS` names of one value."""
    place, amount = rows.slice.values[index], found.c[f"amount_{index}"]
    made: list[Value] = [sa.func.count(amount, type_=BIG)]
    if place.type.kind not in ("number", "duration"):
        made += [sa.null(), sa.null()]
    elif rows.compiler.relations.dialect == "postgresql":
        made += [sa.func.sum(amount, type_=sa.Numeric()), sa.null()]
    elif halves:
        half = sa.literal_column(str(HALF), sa.Integer())
        high = amount.op("/", precedence=8, return_type=BIG)(half)
        low = amount.op("%", precedence=8, return_type=BIG)(half)
        made += [sa.func.sum(high, type_=BIG), sa.func.sum(low, type_=BIG)]
    else:
        made += [sa.func.sum(amount, type_=BIG), sa.null()]
    if place.type.kind in ("text", "choice", "link", "boolean"):
        made += [sa.null(), sa.null()]
    else:
        made += [sa.func.min(amount, type_=amount.type), sa.func.max(amount, type_=amount.type)]
    return [each.label(f"{name}_{index}") for name, each in zip(SUMS, made, strict=True)]


def _mapped_sums(
    rows: _Rows, keys: Sequence[_KeyColumns], varying: int, found: sa.Subquery, *, halves: bool
) -> sa.Select[Any]:
    """Groups by links first, then by what these lead to: the figures of groups are added up again."""
    made_by = [found.c[f"key_{i}"] for i in range(len(keys))]
    money = [found.c[f"currency_{i}"] for i in range(varying)]
    texts = [
        sa.func.min(found.c[f"text_{i}"], type_=TEXT).label(f"text_{i}")
        for i, columns in enumerate(keys)
        if len(columns.inner) > 1
    ]
    values = range(len(rows.slice.values))
    figures = [each for i in values for each in _figures(rows, found, i, halves=halves)]
    count = sa.func.count(found.c.owner, type_=BIG).label("count")
    first = sa.select(*made_by, *texts, *money, count, *figures).select_from(found).group_by(*made_by, *money)
    groups = first.subquery("groups")
    resolved = _resolved(rows, keys, groups)
    selected, by = _grouped(keys, resolved)
    again = [resolved.c[f"currency_{i}"] for i in range(varying)]
    added = [sa.func.sum(resolved.c.count, type_=BIG).label("count")]
    added += [each for i in values for each in _added(resolved, i)]
    return sa.select(*selected, *again, *added).select_from(resolved).group_by(*by, *again)


def _added(groups: sa.FromClause, index: int) -> list[sa.Label[Any]]:
    """What `SUMS` names of one value, of groups that become one."""
    found: list[sa.Label[Any]] = []
    for name in SUMS:
        column = groups.c[f"{name}_{index}"]
        made: Value
        if isinstance(column.type, sa.types.NullType):
            made = sa.null()
        elif name in ("least", "greatest"):
            made = (sa.func.min if name == "least" else sa.func.max)(column, type_=column.type)
        else:
            made = sa.func.sum(column, type_=column.type)
        found.append(made.label(f"{name}_{index}"))
    return found


# --- distinct values, medians, first and last


def _distinct(rows: _Rows, keys: Sequence[_KeyColumns]) -> sa.Select[Any]:
    place = rows.slice.values[0]
    cell = rows.cell(place, rows.value_side(place))
    value = cell.value if cell.key is None else in_order(folded(cell), rows.environment(rows.base))
    if place.type.kind == "link":
        relations = rows.compiler.relations
        value = visible_id(relations, relations.model.entity_by_uid[place.type.entity or ""], value)
    columns = [*_keyed(keys), value.label("amount_0")]
    inner = sa.select(*columns).select_from(rows.source).where(*rows.compiler.limits(rows.base))
    found = _resolved(rows, keys, inner.subquery("records"))
    selected, by = _grouped(keys, found)
    count = sa.func.count(found.c.amount_0.distinct(), type_=BIG).label("count")
    return sa.select(*selected, count).select_from(found).group_by(*by)


def _placed(rows: _Rows, keys: Sequence[_KeyColumns], varying: Sequence[Value]) -> sa.Select[Any]:
    """The values in the middle of each group, or the first or last one by the age of their records."""
    slice = rows.slice
    place = slice.values[0]
    value = _amount(rows, place) if slice.what == "median" else _plain(rows, place)
    owner = _owner_id(rows)
    columns = [*_keyed(keys), *(v.label(f"currency_{i}") for i, v in enumerate(varying))]
    columns += [value.label("amount_0"), owner.label("owner")]
    inner = sa.select(*columns).select_from(rows.source)
    inner = inner.where(*rows.compiler.limits(rows.base), value.is_not(None))
    found = _resolved(rows, keys, inner.subquery("records"))
    if slice.once:
        found = _each_once(keys, found)
    money = [found.c[f"currency_{i}"] for i in range(len(varying))]
    parted = [*money, *(found.c[f"{part}_{i}"] for i in range(len(keys)) for part in ("value", "there"))]
    told = [found.c[f"{part}_{i}"] for i in range(len(keys)) for part in ("value", "there", "shown")]
    number = sa.func.row_number().over(partition_by=parted or None, order_by=_order(slice, found))
    total = sa.func.count().over(partition_by=parted or None)
    numbered = sa.select(
        *told, *money, found.c.amount_0, number.label("number"), total.label("total")
    ).subquery("placed")
    wanted = numbered.c.number == sa.literal_column("1")
    if slice.what == "median":
        doubled = numbered.c.number * sa.literal_column("2")
        wanted = doubled.between(numbered.c.total, numbered.c.total + sa.literal_column("2"))
    taken = [c for c in numbered.c if c.name not in ("number", "total")]
    return sa.select(*taken).where(wanted)


def _plain(rows: _Rows, place: Place) -> Value:
    value = rows.cell(place, rows.value_side(place)).value
    if place.type.kind == "link":
        relations = rows.compiler.relations
        return visible_id(relations, relations.model.entity_by_uid[place.type.entity or ""], value)
    return value


def _order(slice: Slice, found: sa.FromClause) -> list[Any]:
    owner = found.c.owner
    if slice.what == "median":
        return [found.c.amount_0.asc(), owner.asc()]
    return [owner.desc() if slice.what == "last" else owner.asc()]
