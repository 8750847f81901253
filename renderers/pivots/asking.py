"""The report that somebody asks for: the address under their rights, on the report that it opens; what is not there is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.pivot.asking import MAX_AXES, MAX_MEASURES, PivotQuery
from core.query.pivot.resolving import Figure, Key
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import Message
from metamodel.model import Entity
from metamodel.reports import CHARTS, ReportSort
from metamodel.text import number_of
from renderers.pivots.address import Address, Area, AxisText, ValueText, read_address, read_sort, sort_text
from renderers.pivots.fields import Ground
from renderers.pivots.kept import Base, base_named

NONE = "none"
COUNT = ValueText(aggregate="count")
Text = TypeVar("Text", AxisText, ValueText)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A part that is not there for the reader, and what the engine says of it."""

    area: Area
    text: str
    why: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartAsked:
    """The chart in force; without a ``kind`` none. ``value`` is the place of the figure it shows."""

    kind: str
    value: int = 0
    said: bool = False
    """Whether somebody chose it, or it is what suits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A report before its records are counted; ``address`` holds what was said, ``base`` is the report that it opens."""

    ground: Ground
    address: Address
    base: Base | None
    rows: tuple[AxisText, ...]
    columns: tuple[AxisText, ...]
    values: tuple[ValueText, ...]
    keys: tuple[tuple[Key, ...], tuple[Key, ...]]
    figures: tuple[Figure, ...]
    filter: str | None
    search: str
    chart: ChartAsked
    heat: bool
    sort: ReportSort | None = None
    sort_columns: ReportSort | None = None
    lost: tuple[Lost, ...] = ()

    @property
    def entity(self) -> Entity:
        return self.ground.entity

    def listed(self, area: Area) -> tuple[AxisText | ValueText, ...]:
        """What stands in an area."""
        return self.rows if area == "rows" else self.columns if area == "columns" else self.values

    @property
    def begun(self) -> bool:
        """Whether anything makes it more than one number."""
        return bool(self.rows or self.columns)

    def whole(self) -> Address:
        """The address with everything that holds now said in it."""
        return replace(
            self.address, rows=self.rows, columns=self.columns, values=self.values, filter=self.filter or "",
            search=self.search or None, heat=self.address.heat, chart=self.address.chart,
            sort=sort_text(self.values, self.sort), sort_columns=sort_text(self.values, self.sort_columns), to="",
        )  # fmt: skip

    def query(self) -> PivotQuery:
        """The question to the engine: with the count of records behind the values, which tells of how many they are."""
        values = [each.measure for each in self.values]
        return PivotQuery(
            entity=self.entity.name,
            rows=tuple(each.axis for each in self.rows),
            columns=tuple(each.axis for each in self.columns),
            values=(*values, COUNT.measure) if len(values) < MAX_MEASURES else tuple(values),
            filter=self.filter,
            search=self.search or None,
            subtotals=len(self.rows) > 1,
            sort=self.sort if self.rows else None,
            sort_columns=self.sort_columns if self.columns else None,
        )


def asked_report(who: Visit, tx: Transaction, entity: str, pairs: Iterable[tuple[str, str]]) -> Asked:
    """What an address asks for; KBK2006 for an entity that the person does not read, or a report that is not theirs."""
    grants = grants_of(tx.model, who.actor)
    found = readable_entity(tx.model, grants, entity)
    return reported(
        who, tx, Ground(model=tx.model, grants=grants, entity=found, language=who.language), pairs
    )


def reported(who: Visit, tx: Transaction, ground: Ground, pairs: Iterable[tuple[str, str]]) -> Asked:
    """The same of an entity that is known to be readable."""
    address = read_address(ground.entity.name, pairs)
    base = base_named(tx, who, ground.grants, address.report) if address.report else None
    if base is not None and base.entity != ground.entity.uid:
        raise KubikError("KBK2006")
    if base is not None:
        address = without_kept(address, base.state)
    state = base.state if base is not None else Address(entity=ground.entity.name)
    lost: list[Lost] = []
    rows = _axes(ground, "rows", _first(address.rows, state.rows), lost)
    columns = _axes(ground, "columns", _first(address.columns, state.columns), lost)
    said = _first(address.values, state.values)
    values = _values(ground, said, lost) or ((COUNT, ground.figure("count", None)),)
    filter = address.filter if address.filter is not None else state.filter
    chart = address.chart if address.chart is not None else state.chart
    heat = address.heat if address.heat is not None else state.heat
    made = Asked(
        ground=ground, address=address, base=base,
        rows=tuple(text for text, _ in rows), columns=tuple(text for text, _ in columns),
        values=tuple(text for text, _ in values),
        keys=(tuple(key for _, key in rows), tuple(key for _, key in columns)),
        figures=tuple(figure for _, figure in values),
        filter=filter or None,
        search=(address.search if address.search is not None else state.search) or "",
        chart=ChartAsked(kind=NONE), heat=heat is not False, lost=tuple(lost),
        sort=_sort(values, address.sort, state.sort), sort_columns=_sort(values, address.sort_columns, state.sort_columns),
    )  # fmt: skip
    return replace(made, chart=_chart(made, chart))


def _sort(
    values: Sequence[tuple[ValueText, Figure]], said: str | None, standing: str | None
) -> ReportSort | None:
    return read_sort([text for text, _ in values], (said if said is not None else standing) or "")


def without_kept(address: Address, kept: Address) -> Address:
    """The address without what it says as the report has it."""
    return replace(
        address,
        rows=None if address.rows == kept.rows else address.rows,
        columns=None if address.columns == kept.columns else address.columns,
        values=None if address.values == kept.values else address.values,
        filter=None if address.filter == kept.filter else address.filter,
        search=None if address.search == kept.search else address.search,
        chart=None if address.chart == kept.chart else address.chart,
        heat=None if address.heat == kept.heat else address.heat,
        sort=None if address.sort == kept.sort else address.sort,
        sort_columns=None if address.sort_columns == kept.sort_columns else address.sort_columns,
    )


def _first(said: Sequence[Text] | None, standing: Sequence[Text] | None) -> tuple[Text, ...]:
    return tuple(said if said is not None else standing or ())


def _axes(
    ground: Ground, area: Area, asked: Sequence[AxisText], lost: list[Lost]
) -> list[tuple[AxisText, Key]]:
    found: list[tuple[AxisText, Key]] = []
    for each in asked[:MAX_AXES]:
        try:
            key = ground.key(each.field, each.by)
        except KubikError as error:
            lost.append(Lost(area=area, text=each.text, why=_why(error)))
            continue
        found.append((replace(each, by=key.by), key))
    return found


def _values(ground: Ground, asked: Sequence[ValueText], lost: list[Lost]) -> list[tuple[ValueText, Figure]]:
    found: list[tuple[ValueText, Figure]] = []
    for each in asked[:MAX_MEASURES]:
        try:
            figure = ground.figure(each.aggregate, each.field)
        except KubikError as error:
            lost.append(Lost(area="values", text=each.text, why=_why(error)))
            continue
        found.append((each, figure))
    return found


def _why(error: KubikError) -> Message:
    return error.errors[0].message if error.errors else error.detail


def _chart(made: Asked, written: str | None) -> ChartAsked:
    """The chart that is asked for, else the one that suits: a funnel of stages, lines of days, bars of the rest."""
    kind, _, place = (written or "").partition(":")
    value = number_of(place) or 0
    if kind == NONE or not made.begun:
        return ChartAsked(kind=NONE, said=kind == NONE)
    if kind in CHARTS:
        return ChartAsked(kind=kind, value=min(value, len(made.values) - 1), said=True)
    rows, columns = made.keys
    if len(rows) == 1 and tells_conversion(made, 0):
        return ChartAsked(kind="funnel")
    return ChartAsked(kind="stacked" if rows and columns else "bar")


def tells_conversion(made: Asked, value: int) -> bool:
    """Whether a funnel has something to say: how many records, or how much, passed from one stage into the next."""
    rows, columns = made.keys
    return bool(rows) and not columns and is_stage(made.entity, rows[0]) and made.values[value].additive


def is_stage(entity: Entity, key: Key) -> bool:
    """Whether a key is the stage of the records themselves."""
    stages = entity.stages
    own = not key.place.ways and len(key.place.steps) == 1
    return stages is not None and own and key.field.uid == stages.field
