"""The two relations of every entity, `all` and `visible`: the one place where an entity enters a statement.

`all` is every live row with its columns as they are: rules run over it, so they never ask for rights again. `visible`
is what the actor may see: their rows, and of each row the cells they may read, the others null.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.access.grants import Grants, unlimited
from core.query.followed import (
    Led,
    followed_condition,
    followed_source,
    following,
    in_small,
    led_to,
    seen_whole,
)
from core.query.held import held, is_file
from core.query.ways import ALONE, Way
from core.storage.expressions import (
    AllRows,
    BareRow,
    Cell,
    Environment,
    Row,
    Values,
    compile_condition,
    compile_ids,
    compile_value,
    computed_cell,
)
from core.storage.tables import FieldColumns, Tables
from metamodel.expression.sharing import is_shared
from metamodel.expression.tree import Call, MySet, Path
from metamodel.model import Choice, Entity, Field, Grant, Model

Life = Literal["live", "bin", "any"]
"""Which records are meant: those in use, those in the bin, or both."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relations:
    """Both relations of one model for one set of grants; nothing here knows the person, who is a parameter."""

    tables: Tables
    model: Model
    grants: Grants
    dialect: Literal["sqlite", "postgresql"]
    zone: ZoneInfo

    @property
    def all(self) -> AllRows:
        return AllRows(tables=self.tables, dialect=self.dialect, zone=self.zone)

    @property
    def visible(self) -> VisibleRows:
        return VisibleRows(relations=self)

    def matching(self, row: Row, grants: Iterable[Grant]) -> sa.ColumnElement[bool]:
        """Whether the row is one of those that some of the grants stand on; rules are asked over all rows."""
        grants = tuple(grants)
        if any(unlimited(grant) for grant in grants):
            return sa.true()
        conditions = [self.rule(row, grant) for grant in grants]
        return sa.or_(*conditions) if conditions else sa.false()

    def rule(self, row: Row, grant: Grant, *, one_by_one: bool = False) -> sa.ColumnElement[bool]:
        """Whether the row is one of those that this grant stands on.

        In the form that finds its rows by indexes, or ``one_by_one`` in that which is cheap to ask of a single row.
        """
        if grant.rows is None:
            return sa.true()
        bare = BareRow(all_rows=self.all, entity=row.entity, alias=row.alias, condition=None)
        environment = self.environment(bare, self.all)
        if one_by_one:
            asked = replace(environment, one_by_one=True)
            value: sa.ColumnElement[bool] = compile_value(grant.rows.root, asked).value
            return value
        return compile_condition(grant.rows, environment)

    def sources(self, row: Row, grant: Grant) -> tuple[str, sa.Select[Any]] | None:
        """The link (field uid) and the ids it must lead to, when that is all the grant asks of a row."""
        if grant.rows is None:
            return None
        bare = BareRow(all_rows=self.all, entity=row.entity, alias=row.alias, condition=None)
        return compile_ids(grant.rows, self.environment(bare, self.all))

    def environment(self, row: Row | Values | None, rows: AllRows | VisibleRows) -> Environment:
        """Where an expression about ``row`` is compiled, its paths leading over ``rows``."""
        return Environment(
            row=row, rows=rows, tables=self.tables, dialect=self.dialect, zone=self.zone, mine=self.all
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VisibleRows:
    """The rows the actor may see, with the cells they may read."""

    relations: Relations

    @property
    def whole(self) -> bool:
        """What is not seen is left out."""
        return False

    def open(
        self, entity_uid: str, life: Life = "live", *, unfiltered: bool = False, reached: bool = False,
        bounded: bool = False, way: Way = "free",
    ) -> VisibleRow:  # fmt: skip
        """A fresh alias of the entity; ``unfiltered`` when the caller has limited it to visible rows already.

        ``reached`` says that a cell which may be read leads to the rows: that is all the right that a file needs.
        ``bounded`` says that the rows are those of one record, found by it: each is asked by itself, since a set of
        everything that the actor sees costs more than all of them, as it does of what follows a record and is reached;
        ``way`` says more of how they are asked.
        """
        place = self.relations.tables[entity_uid]
        alias = place.table.alias()
        row = VisibleRow(
            relations=self.relations, entity=place.entity, alias=alias, condition=None, reached=reached
        )
        if unfiltered:
            return row
        alone = bounded or (reached and row.follows())
        rights = row.rights("order" if alone else way)
        limits = [c for c in (row.life(life), *rights) if c is not None]
        return VisibleRow(
            relations=self.relations, entity=place.entity, alias=alias,
            condition=sa.and_(*limits) if limits else None, reached=reached,
        )  # fmt: skip

    def below(self, parent: VisibleRow, entity_uid: str) -> VisibleRow:
        """A fresh alias of the child rows of a row that is limited to what the actor sees: nothing more is asked of the
        parent, but whether it shows its rows."""
        row = self.open(entity_uid, unfiltered=True)
        link = self.relations.grants.parent_link(entity_uid)
        assert link is not None
        limits = (row.life("live"), parent.shows(link[1].uid), *row.own_rights())
        return replace(row, condition=sa.and_(*(limit for limit in limits if limit is not None)))

    def seen(self, entity_uid: str, record: sa.ColumnElement[Any]) -> sa.ColumnElement[bool] | None:
        """Whether a record that a list leads to may be seen."""
        row = self.open(entity_uid, "any", reached=True)
        if row.condition is None:
            return None
        found = sa.select(row.alias.c.id).where(row.condition, row.alias.c.id == record)
        return sa.exists(found.correlate_except(row.alias))

    def in_sight(self, entity_uid: str, record: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The record that a link leads to, null where it may not be seen; looked up only where some may not."""
        row = self.open(entity_uid, "any", reached=True)
        if row.condition is None:
            return record
        found = sa.select(row.alias.c.id).where(row.condition, row.alias.c.id == record)
        return found.correlate_except(row.alias).scalar_subquery()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VisibleRow:
    """A row of `visible`; a cell that may never be read is null, one that may on some rows is null on the others."""

    relations: Relations
    entity: Entity
    alias: sa.FromClause
    condition: sa.ColumnElement[bool] | None
    reached: bool = False
    _masks: dict[tuple[int, ...], sa.ColumnElement[bool]] = field(default_factory=dict)
    _hiding: dict[tuple[int, ...], sa.ColumnElement[bool]] = field(default_factory=dict)

    def cell(self, field_uid: str) -> Cell:
        coverage = self.relations.grants.readable(self.entity.uid).get(field_uid)
        if coverage is None:
            return _masked(self._unmasked(field_uid), sa.false())
        cell = self._unmasked(field_uid)
        return cell if coverage == "always" else _masked(cell, self.mask(field_uid))

    def shows(self, field_uid: str) -> sa.ColumnElement[bool] | None:
        """Whether the cell of a field may be read here."""
        coverage = self.relations.grants.readable(self.entity.uid).get(field_uid)
        if coverage is None:
            return sa.false()
        return None if coverage == "always" else self.mask(field_uid)

    def column(self, field_uid: str) -> sa.ColumnElement[Any]:
        """The column of a stored field as it is, for joins that rights have decided already."""
        return _stored(self.alias, self.relations.tables[self.entity.uid].columns[field_uid]).value

    def life(self, life: Life) -> sa.ColumnElement[bool] | None:
        """What limits rows to those in use or to those in the bin."""
        return _life(self.alias, life)

    def mask(self, field_uid: str) -> sa.ColumnElement[bool]:
        """Whether the cell of a field that is readable on some rows only may be read here."""
        giving = self._giving(field_uid)
        kept = tuple(id(grant) for grant in giving)
        if kept not in self._masks:
            self._masks[kept] = self.relations.matching(self, giving)
        return self._masks[kept]

    def hidden(self, field_uid: str) -> sa.ColumnElement[bool]:
        """The contrary of `mask`, never null; the same object for all fields that the same grants give."""
        kept = tuple(id(grant) for grant in self._giving(field_uid))
        if kept not in self._hiding:
            self._hiding[kept] = sa.case((self.mask(field_uid), 0), else_=1) == 1
        return self._hiding[kept]

    def sometimes(self, field_uid: str) -> bool:
        """Whether the cell is masked on some rows."""
        return self.relations.grants.readable(self.entity.uid).get(field_uid) == "sometimes"

    def branch_count(self) -> int:
        """How many branches there are, one for each grant of reading rows and each entity that they may follow; without
        any grant there is none. None of them is compiled for it."""
        led = led_to(self)
        return len(self._given()) * (1 if led is None else max(len(led), 1))

    def branch(self, index: int, way: Way = "free") -> sa.ColumnElement[bool] | None:
        """What one branch asks of a row, None for nothing; the others are not compiled."""
        mine, led, at = self._at(index)
        own = self._own(self._given()[mine], way)
        return own if led is None else _both(own, followed_condition(self, led, at, way))

    def _own(self, grant: Grant, way: Way) -> sa.ColumnElement[bool] | None:
        """What a grant itself asks of a row."""
        if unlimited(grant):
            return None
        source = self.relations.sources(self, grant) if way in ("among", "through") else None
        if source is not None and way == "among" and self.relations.dialect == "postgresql":
            return in_small("postgresql", self.column(source[0]), source[1])  # else each of them is compared
        return self.relations.rule(self, grant, one_by_one=way in ALONE and source is None)

    def granted(self, way: Way = "free") -> sa.ColumnElement[bool] | None:
        """What all branches together ask of a row, None for nothing."""
        if not self.limited():
            return None
        branches = (self.branch(index, way) for index in range(self.branch_count()))
        return sa.or_(sa.false(), *(branch for branch in branches if branch is not None))

    def own_rights(self) -> tuple[sa.ColumnElement[bool], ...]:
        """What the grants themselves ask of a row whose parent is seen."""
        given = self._given()
        if any(unlimited(grant) for grant in given):
            return ()
        return (sa.or_(sa.false(), *(self.relations.rule(self, grant) for grant in given)),)

    def limited(self) -> bool:
        """Whether no branch lets every row pass."""
        return led_to(self) is not None or not any(unlimited(grant) for grant in self._given())

    def _given(self) -> tuple[Grant, ...]:
        """The grants of reading rows; one that limits nothing makes the others needless."""
        given = self.relations.grants.branches(self.entity.uid, "read")
        return next(((grant,) for grant in given if unlimited(grant)), given)

    def _at(self, index: int) -> tuple[int, Led | None, int]:
        """Which grant and which way of following a branch is made of."""
        led = led_to(self)
        mine, at = divmod(index, 1 if led is None else max(len(led), 1))
        return mine, led, at

    def source(self, index: int) -> tuple[str, sa.Select[Any]] | None:
        """The link (field uid) and what it must lead to, when that is all that a branch asks of a row."""
        mine, led, at = self._at(index)
        grant = self._given()[mine]
        if led is None:
            return self.relations.sources(self, grant)
        ids = followed_source(self, led, at) if unlimited(grant) else None
        return None if ids is None else (following(self), ids)

    def sets(self, index: int) -> list[sa.Select[Any]]:
        """The sets by which a record is asked that rows of a branch follow, where it is asked by sets."""
        _, led, at = self._at(index)
        if not led or seen_whole(self.relations.grants, led[at][0]):
            return []
        target = self.relations.visible.open(led[at][0], "any", unfiltered=True)
        sources = (target.source(each) for each in range(target.branch_count()))
        return [source[1] for source in sources if source is not None]

    def follows(self) -> bool:
        """Whether what a row leads to decides about it."""
        return led_to(self) is not None

    def shared(self, index: int) -> MySet | None:
        """The reader's shares, when that is all that a branch asks of a row."""
        mine, led, _ = self._at(index)
        grant = self._given()[mine]
        match grant.rows.root if grant.rows is not None and led is None else None:
            case Call(function="IN", arguments=(Path(steps=(), root="row", up=0), MySet() as own)) if (
                is_shared(own)
            ):
                return own
            case _:
                return None

    def holders(self) -> sa.ColumnElement[bool] | None:
        """What a file asks of the records that hold it, unless a cell of one of them led here."""
        if self.reached or self.relations.grants.everything or not is_file(self.entity):
            return None
        return held(self.relations, self.alias)

    def rights(self, way: Way = "free") -> tuple[sa.ColumnElement[bool], ...]:
        """What a row must fulfil to be visible, all of it."""
        return tuple(limit for limit in (self.granted(way), self.holders()) if limit is not None)

    def _giving(self, field_uid: str) -> tuple[Grant, ...]:
        return self.relations.grants.covering(self.entity.uid, "read", field_uid)

    def _unmasked(self, field_uid: str) -> Cell:
        columns = self.relations.tables[self.entity.uid].columns.get(field_uid)
        if columns is not None:
            return _stored(self.alias, columns)
        environment = self.relations.environment(self, self.relations.visible)
        return computed_cell(self.entity.by_uid[field_uid], self, environment)


def _both(
    first: sa.ColumnElement[bool] | None, second: sa.ColumnElement[bool] | None
) -> sa.ColumnElement[bool] | None:
    if first is None or second is None:
        return second if first is None else first
    return sa.and_(first, second)


def choices_of(model: Model, field: Field) -> tuple[Choice, ...]:
    """The choices that are values of a field, of a computed one those of the field it takes them from."""
    if field.choices or field.result.field is None:
        return field.choices
    fields = (e.by_uid.get(field.result.field) for e in model.entities.values())
    return next((f.choices for f in fields if f is not None), ())


def _life(alias: sa.FromClause, life: Life) -> sa.ColumnElement[bool] | None:
    if life == "any":
        return None
    return alias.c.deleted_at.is_(None) if life == "live" else alias.c.deleted_at.is_not(None)


def _stored(alias: sa.FromClause, columns: FieldColumns) -> Cell:
    def column(physical: sa.Column[Any] | None) -> sa.ColumnElement[Any] | None:
        return None if physical is None else alias.c[physical.name]

    value = column(columns.value)
    assert value is not None
    return Cell(value=value, key=column(columns.key), whole=column(columns.whole))


def _masked(cell: Cell, mask: sa.ColumnElement[bool]) -> Cell:
    def hide(part: sa.ColumnElement[Any] | None) -> sa.ColumnElement[Any] | None:
        return None if part is None else sa.case((mask, part))

    value = hide(cell.value)
    assert value is not None
    return Cell(value=value, key=hide(cell.key), whole=hide(cell.whole))
