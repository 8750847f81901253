"""What a chart shows, taken from the answer that the table shows: categories, series, and their points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.query.pivot.drilling import EVERYTHING
from core.query.pivot.pivot import Values
from core.query.pivot.resolving import Key
from metamodel.aggregates import SHARES
from metamodel.value_steps import DATE_STEPS
from renderers.pivots.charts.timeline import Group, timeline
from renderers.pivots.counted import Counted
from renderers.pivots.numbers import size_of
from renderers.pivots.words import unfinished

MOST_CATEGORIES = 40
MOST_LINES_DOWN = 12
"""Bars that lie one below the other."""
MOST_SERIES = 8
MANY = 60
"""Categories above which points are small and parts of bars touch."""

LONG_NAME = 14
MANY_NAMES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A figure of a category and a series: ``size`` to be drawn, ``value`` to be told, the expressions of its records."""

    category: int
    series: int
    size: Decimal | None
    value: Any
    drills: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The points of a chart; ``totals`` are the figures of whole categories. ``mixed``: several currencies at once.

    ``wholes`` are all values of each category, None where a step of time has no records.
    """

    categories: tuple[str, ...]
    series: tuple[str, ...]
    points: tuple[Point, ...]
    totals: tuple[Point, ...]
    wholes: tuple[Values | None, ...]
    of_days: bool
    mixed: bool
    left_out: int = 0
    full: int = 0
    """How many steps of time have records, where there are too many to draw the others, too."""

    @property
    def lying(self) -> bool:
        """Whether names are too long or too many to stand below upright bars."""
        if self.of_days:
            return False
        return max(map(len, self.categories), default=0) > LONG_NAME or len(self.categories) > MANY_NAMES

    @property
    def adds_up(self) -> bool:
        """Whether the parts of each category make its total."""
        return all(
            sum((p.size or Decimal(0) for p in self.points if p.category == total.category), Decimal(0)) == (total.size or 0)
            for total in self.totals
        )  # fmt: skip


def is_additive(made: Counted, value: int) -> bool:
    """Whether parts of a value may be put on top of each other."""
    asked = made.asked.values[value]
    return asked.additive or asked.aggregate == SHARES[-1]


def plot_of(made: Counted, value: int, *, split: bool, by_time: bool = False) -> Plot:
    """The points of a value: by columns where there are any, else by the first rows; ``split`` into series.

    ``by_time``: days stand in their order also where the table ranks them.
    """
    groups, axis = _categories(made)
    of_days = axis is not None and axis.by in DATE_STEPS
    series_of_time = timeline(made, axis, groups, by_time=by_time) if axis is not None and of_days else None
    shown, full = series_of_time or (groups[:MOST_CATEGORIES], 0)
    parts = _parts(made, value, shown) if split else ()
    series = tuple(name for name, _ in parts) or ("",)
    totals = tuple(_point(at, 0, group.values, value, group.drills) for at, group in enumerate(shown))
    points = tuple(point for _, listed in parts for point in listed) or totals
    told = [each.value for each in (*points, *totals)]
    return Plot(
        categories=tuple(_unique([_in_words(made, axis, group) for group in shown])), series=tuple(_unique(series)), points=points,
        totals=totals, wholes=tuple(group.values for group in shown), of_days=of_days, full=full,
        left_out=0 if series_of_time else len(groups) - len(shown), mixed=any(isinstance(v, list) and len(v) > 1 for v in told),
    )  # fmt: skip


def _in_words(made: Counted, axis: Key | None, group: Group) -> str:
    """The name of a category, what is not over yet marked."""
    return f"{group.name} *" if axis is not None and unfinished(axis, group.key, made.today) else group.name


def _point(category: int, series: int, values: Values | None, value: int, drills: tuple[str, ...]) -> Point:
    told = values[value] if values is not None else None
    return Point(category=category, series=series, size=size_of(told), value=told, drills=drills)


def _categories(made: Counted) -> tuple[list[Group], Key | None]:
    found, asked = made.found, made.asked
    if asked.columns:
        groups = [
            Group(key=column[-1], name=made.column_name(column), values=total, drills=(drill,))
            for column, total, drill in zip(
                found.columns, found.column_totals, found.drill_columns, strict=True
            )
        ]
        axis = asked.keys[1][0] if len(asked.columns) == 1 else None
    else:
        groups = list(_first_rows(made))
        axis = asked.keys[0][0] if asked.rows else None
    return groups, axis


def _first_rows(made: Counted) -> Iterator[Group]:
    """The groups of the first field in rows."""
    found, name = made.found, made.names[0][0]
    if len(made.asked.rows) == 1:
        for row, total, drill in zip(found.rows, found.row_totals, found.drill_rows, strict=True):
            yield Group(key=row[0], name=name(row[0]), values=total, drills=(drill,))
        return
    for each in sorted((s for s in found.subtotals if s.depth == 1), key=lambda s: s.first):
        key = found.rows[each.first][0]
        yield Group(key=key, name=name(key), values=each.total, drills=(each.drill,))


def _parts(made: Counted, value: int, shown: Sequence[Group]) -> tuple[tuple[str, list[Point]], ...]:
    """The series: the first rows within each column, or the second rows within the first; the greatest, then the rest."""
    found, rows = made.found, made.asked.rows
    if made.asked.columns and rows:
        places = {group.drills: at for at, group in enumerate(shown) if group.drills}
        across = [places.get((drill,)) for drill in found.drill_columns]
        if len(rows) == 1:
            lines = [(row[0], found.cells[i], found.drill_rows[i]) for i, row in enumerate(found.rows)]
        else:
            firsts = sorted((s for s in found.subtotals if s.depth == 1), key=lambda s: s.first)
            lines = [(found.rows[s.first][0], s.cells, s.drill) for s in firsts]
        name = made.names[0][0]
        series = [
            (name(key), [
                _point(at, number, cells[place], value, (drill, found.drill_columns[place]))
                for place, at in enumerate(across) if at is not None
            ])
            for number, (key, cells, drill) in enumerate(lines)
        ]  # fmt: skip
        return _greatest(made, series)
    if len(rows) < 2:
        return ()
    return _greatest(made, _second_rows(made, value, shown))


def _second_rows(made: Counted, value: int, shown: Sequence[Group]) -> list[tuple[str, list[Point]]]:
    found, name = made.found, made.names[0][1]
    if len(made.asked.rows) == 2:
        lines = [(row, found.row_totals[i], found.drill_rows[i]) for i, row in enumerate(found.rows)]
    else:
        lines = [(found.rows[s.first][:2], s.total, s.drill) for s in found.subtotals if s.depth == 2]
    places = {group.name: at for at, group in enumerate(shown)}
    known: dict[str, list[Point]] = {}
    for row, values, drill in lines:
        at = places.get(made.names[0][0](row[0]))
        if at is not None:
            listed = known.setdefault(name(row[1]), [])
            listed.append(_point(at, 0, values, value, (drill,)))
    return list(known.items())


def _greatest(made: Counted, series: list[tuple[str, list[Point]]]) -> tuple[tuple[str, list[Point]], ...]:
    """At most so many series; of more the greatest, the rest as one without records of its own."""
    if len(series) > MOST_SERIES:
        sized = sorted(series, key=lambda each: -sum((p.size or Decimal(0) for p in each[1]), Decimal(0)))
        kept = {id(each[1]) for each in sized[: MOST_SERIES - 1]}
        rest: dict[int, Decimal] = {}
        for _, points in sized[MOST_SERIES - 1 :]:
            for point in points:
                rest[point.category] = rest.get(point.category, Decimal(0)) + (point.size or 0)
        others = [Point(category=at, series=0, size=size, value=size, drills=()) for at, size in rest.items()]
        series = [each for each in series if id(each[1]) in kept]
        series.append((made.who.texts.gettext("Others"), others))
    return tuple(
        (name, [
            Point(category=p.category, series=number, size=p.size, value=p.value, drills=p.drills) for p in points
        ])
        for number, (name, points) in enumerate(series)
    )  # fmt: skip


def _unique(names: Sequence[str]) -> Iterator[str]:
    """Names that differ, also where two records have one title: the marks behind them are not seen."""
    met: dict[str, int] = {}
    for name in names:
        met[name] = met.get(name, 0) + 1
        yield name + "\N{ZERO WIDTH SPACE}" * (met[name] - 1)


__all__ = ["EVERYTHING", "Plot", "Point", "is_additive", "plot_of"]
