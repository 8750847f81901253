"""From the words of a pivot to places of values, under the reader's rights; pure.

A path may lead along links to one record (`company.city`) and through lists to several (`items.product`): the lists
are ways that records are multiplied by, the links are not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.access.grants import Grants
from core.query.filters import ReadableNames, readable_names
from core.query.names import MAX_STEPS, no_such_field, readable_entity, readable_field
from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.plan import malformed
from metamodel.aggregates import AGGREGATES, MAX_AXES, MAX_MEASURES, SHARES, fits, groups_by
from metamodel.aggregates import AMOUNTS as AMOUNTS
from metamodel.aggregates import ENDS as ENDS
from metamodel.expression.scope import RowsNames, is_list, rows_named
from metamodel.expression.tree import Path
from metamodel.expression.types import Type
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from metamodel.value_steps import DATE_STEPS, step_of

Side = Literal["row", "column", "value"]
Step = tuple[str, str]

ID = "id"

LINKS = ("link", "link_any")
"""Kinds of values that are records: which of them a reader may see is asked of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A list that leads from a record to several: along ``steps`` (links) to a record of ``parent`` (uid), and there by a field.

    ``entity`` (uid) are the records it leads to; ``through`` (uid) is the link of child rows to their parent, and with
    ``owner`` (uid of the entity) the list of links itself.
    """

    steps: tuple[Step, ...]
    parent: str
    entity: str
    through: str
    owner: str | None = None
    shared: bool = False
    """Whether what it leads to may be met from several records: by lists of links, whichever end of them it begins at."""
    label: str = ""
    """How it is written in an expression, from the record it begins at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands: through ``ways`` to a record, along ``steps`` (links, the value's field last) to the value."""

    ways: tuple[Way, ...]
    steps: tuple[Step, ...]
    type: Type

    @property
    def path(self) -> Path:
        """The value as an expression about the record that the ways lead to."""
        return Path(type=self.type, steps=self.steps)

    @property
    def owner(self) -> Place:
        """The record that has the field: counted once wherever it is met."""
        entity = self.steps[-1][0]
        return Place(
            ways=self.ways,
            steps=(*self.steps[:-1], (entity, "id")),
            type=Type(kind="link", entity=entity),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An axis with every name resolved."""

    side: Side
    name: str
    place: Place
    fields: tuple[Field, ...] = field(compare=False)
    by: str | None
    last: str
    """How the field is written from the record that the ways lead to."""

    @property
    def field(self) -> Field:
        return self.fields[-1]

    @property
    def kind(self) -> str:
        return self.place.type.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measure with every name resolved; without a ``place`` it is about the records themselves."""

    measure: Measure
    place: Place | None
    field: Field | None = field(compare=False)

    @property
    def aggregate(self) -> str:
        return self.measure.aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotPlan:
    """A pivot with every name resolved and every right decided."""

    entity: Entity
    rows: tuple[Key, ...]
    columns: tuple[Key, ...]
    figures: tuple[Figure, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        return (*self.rows, *self.columns)

    @property
    def numbers(self) -> dict[Place, int]:
        """The places of all values, numbered."""
        places = dict.fromkeys(figure.place for figure in self.figures if figure.place is not None)
        return {place: number for number, place in enumerate(places)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    ways: tuple[Way, ...]
    steps: tuple[Step, ...]
    fields: tuple[Field, ...]
    last: str
    many: bool
    """Whether the value itself is the record that the last way leads to."""


def resolve(query: PivotQuery, model: Model, grants: Grants) -> PivotPlan:
    """The plan of a pivot. KBK2006 and KBK2003 for what does not exist for the reader, KBK2002 for what does not fit."""
    entity = readable_entity(model, grants, query.entity)
    for place, axes in (("/rows", query.rows), ("/columns", query.columns)):
        if len(axes) > MAX_AXES:
            raise malformed(place, message("At most {most} fields can be given here.", most=MAX_AXES))
    if not 1 <= len(query.values) <= MAX_MEASURES:
        raise malformed("/values", message("Between 1 and {most} values can be given.", most=MAX_MEASURES))
    for place, sort in (("/sort", query.sort), ("/sort_columns", query.sort_columns)):
        if sort is not None and not 0 <= sort.value < len(query.values):
            raise malformed(f"{place}/value", message("There is no value at this place."))
    return PivotPlan(
        entity=entity,
        rows=tuple(_key(model, grants, entity, "row", a, f"/rows/{i}") for i, a in enumerate(query.rows)),
        columns=tuple(
            _key(model, grants, entity, "column", a, f"/columns/{i}") for i, a in enumerate(query.columns)
        ),
        figures=tuple(_figure(model, grants, entity, m, f"/values/{i}") for i, m in enumerate(query.values)),
    )


def _key(model: Model, grants: Grants, entity: Entity, side: Side, axis: Axis, pointer: str) -> Key:
    found = _find(model, grants, entity, axis.field, f"{pointer}/field")
    type = _type(found)
    if not groups_by(type):
        raise malformed(
            f"{pointer}/field", message("Records cannot be gathered by “{name}”.", name=axis.field)
        )
    try:
        by = None if axis.by is None else step_of(type, axis.by)
    except ValueError:
        words = message(
            "Not a step of “{name}”: dates have {steps}, numbers a size.",
            name=axis.field,
            steps=list(DATE_STEPS),
        )
        raise malformed(f"{pointer}/by", words) from None
    if type.kind == "datetime" and by is None:
        by = "day"
    place = Place(ways=found.ways, steps=found.steps, type=type)
    return Key(side=side, name=axis.field, place=place, fields=found.fields, by=by, last=found.last)


def _figure(model: Model, grants: Grants, entity: Entity, measure: Measure, pointer: str) -> Figure:
    if measure.aggregate not in AGGREGATES:
        raise malformed(
            f"{pointer}/aggregate", message("One of these is expected: {allowed}.", allowed=list(AGGREGATES))
        )
    if measure.field is None:
        if measure.aggregate not in ("count", *SHARES):
            raise malformed(f"{pointer}/field", message("“{name}” needs a field.", name=measure.aggregate))
        return Figure(measure=measure, place=None, field=None)
    found = _find(model, grants, entity, measure.field, f"{pointer}/field")
    type = _type(found)
    if not fits(measure.aggregate, type):
        words = message(
            "“{aggregate}” of “{name}” is not possible.", aggregate=measure.aggregate, name=measure.field
        )
        raise malformed(f"{pointer}/field", words)
    return Figure(
        measure=measure, place=Place(ways=found.ways, steps=found.steps, type=type), field=found.fields[-1]
    )


def _type(found: _Found) -> Type:
    field = found.fields[-1]
    if found.many:
        return Type(kind="link", entity=found.ways[-1].entity)
    return field.result


def _find(model: Model, grants: Grants, entity: Entity, name: str, pointer: str) -> _Found:
    """Where a dotted name leads to; KBK2003 when any part of it is not there for the reader."""
    parts = name.split(".")
    if len(parts) > MAX_STEPS + 1:
        raise no_such_field(name, (), pointer)
    names = readable_names(model, grants)
    ways: list[Way] = []
    steps: list[Step] = []
    fields: list[Field] = []
    written: list[str] = []
    many, here = False, entity
    for index, part in enumerate(parts):
        last = index + 1 == len(parts)
        rows = _rows(names, grants, here, part)
        written.append(part)
        if rows is not None:
            way = Way(
                steps=tuple(steps), parent=here.uid, entity=rows.entity.uid, through=rows.through.uid,
                owner=None if rows.owner is None else rows.owner.uid, label=".".join(written),
                shared=rows.owner is not None or is_list(rows.through),
            )  # fmt: skip
            ways.append(way)
            fields.append(model.entity_by_uid[(rows.owner or rows.entity).uid].by_uid[rows.through.uid])
            here = readable_entity(model, grants, rows.entity.name)
            steps, written, many = [], [], last
            continue
        found = readable_field(grants, here, part, pointer)
        fields.append(found)
        steps.append((here.uid, found.uid))
        if last:
            break
        if found.target is None or not found.stored or found.result.kind != "link":
            raise no_such_field(name, (), pointer)
        here = model.entity_by_uid[found.target]
    if many:
        steps = [(here.uid, ID)]
    return _Found(
        ways=tuple(ways), steps=tuple(steps), fields=tuple(fields), last=".".join(written), many=many
    )


def _rows(names: ReadableNames, grants: Grants, here: Entity, name: str) -> RowsNames | None:
    """The several records that a name leads to: child rows, a list of links, or those whose links lead here."""
    known = names.entity_by_uid[here.uid]
    rows = rows_named(names, known, name)
    return rows if rows is not None and grants.may(rows.entity.uid, "read") else None
