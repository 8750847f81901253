"""The rows of a statement: the records, and what the lists of its keys and values lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.query.pivot.resolving import Place, Step, Way
from core.query.pivot.slicing import Slice, way_side
from core.query.summing import currency
from core.storage.expressions import compile_value
from core.storage.expressions.environment import Cell
from core.storage.expressions.lists import leading
from core.storage.expressions.numbers import exact, units
from core.storage.expressions.paths import limits
from metamodel.expression.tree import Aggregate, Node, Path
from metamodel.expression.types import INTEGER, link

if TYPE_CHECKING:
    from core.query.compile import Compiler
    from core.query.relations import VisibleRow

Value = sa.ColumnElement[Any]


@dataclass(slots=True, kw_only=True, eq=False)
class Rows:
    """The rows of a statement: the records, and what the lists of its keys and values lead to."""

    compiler: Compiler
    slice: Slice
    base: VisibleRow
    source: sa.FromClause
    few: frozenset[str] = frozenset()
    """Entities with few records: groups by links to them are made before each of them is asked."""
    opened: dict[tuple[str, tuple[Way, ...]], VisibleRow] = field(default_factory=dict)
    reached: dict[tuple[str, tuple[Way, ...], tuple[Step, ...]], VisibleRow] = field(default_factory=dict)

    def at(self, side: str, ways: tuple[Way, ...]) -> VisibleRow:
        """The alias of the records that the ways lead to; a record that leads to none stays, with none."""
        if not ways:
            return self.base
        kept = self.opened.get((side, ways))
        if kept is not None:
            return kept
        before, way = self.at(side, ways[:-1]), ways[-1]
        relations = self.compiler.relations
        child = relations.model.entity_by_uid[way.entity].parent == way.through and not way.steps
        row = relations.visible.below(before, way.entity) if child else relations.visible.open(way.entity)
        leads, _ = leading(_aggregate(way), row, relations.environment(before, relations.visible))
        self.source = self.source.outerjoin(row.alias, sa.and_(leads, *limits(row)))
        self.opened[side, ways] = row
        return row

    def cell(self, place: Place, side: str) -> Cell:
        """The cell of a place, as the reader may see it."""
        return self.led(side, place.ways, place.steps[:-1]).cell(place.steps[-1][1])

    def led(self, side: str, ways: tuple[Way, ...], links: tuple[Step, ...]) -> VisibleRow:
        """The alias of the record that links lead to from there: joined once, absent where it may not be seen."""
        if not links:
            return self.at(side, ways)
        kept = self.reached.get((side, ways, links))
        if kept is not None:
            return kept
        before = self.led(side, ways, links[:-1])
        entity = self.compiler.relations.model.entity_by_uid[links[-1][0]].by_uid[links[-1][1]].target
        row = self.compiler.relations.visible.open(entity or "", reached=True)
        same = row.cell("id").value == before.cell(links[-1][1]).value
        self.source = self.source.outerjoin(row.alias, sa.and_(same, *limits(row)))
        self.reached[side, ways, links] = row
        return row

    def visible_end(self, place: Place) -> VisibleRow:
        """A fresh alias of the record that a link at a place leads to, in the bin or not, as the reader may see it."""
        return self.compiler.relations.visible.open(place.type.entity or "", "any", reached=True)

    def environment(self, row: VisibleRow) -> Any:
        relations = self.compiler.relations
        return relations.environment(row, relations.visible)

    def value_side(self, place: Place) -> str:
        return way_side(self.slice.keys, place.ways)


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


def owner_id(rows: Rows) -> Value:
    """The record whose values are taken: each counts once."""
    owner = rows.slice.owner
    return rows.base.alias.c.id if owner is None else rows.cell(owner, rows.value_side(owner)).value


def amount_of(rows: Rows, place: Place) -> Value:
    """A value as it is added up: exact, in units of its last digit on SQLite."""
    value = rows.cell(place, rows.value_side(place)).value
    kind, scale = place.type.kind, place.type.scale
    if kind == "number" and rows.compiler.relations.dialect == "postgresql":
        return exact(value, scale)
    return units(value) if kind in ("number", "duration") else value


def currency_value(rows: Rows, node: Node, place: Place) -> Value:
    """What says in which currency the amounts of a place are."""
    row = rows.at(rows.value_side(place), place.ways)
    return compile_value(node, rows.environment(row)).value


def _aggregate(way: Way) -> Aggregate:
    of = None
    if way.steps:
        of = Path(type=link(way.parent), steps=way.steps)
    return Aggregate(
        type=INTEGER, function="COUNT", entity=way.entity, through=way.through, owner=way.owner, of=of
    )
