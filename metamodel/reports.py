"""Reports, resolved: what stands in rows, columns and cells; and how each of these is said in one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from metamodel.expression.scope import ModelNames, RowsNames, rows_named
from metamodel.expression.tree import Expression
from metamodel.expression.types import Type, link
from metamodel.labels import Label

ChartKind = Literal["bar", "line", "stacked", "funnel"]

CHARTS: tuple[str, ...] = get_args(ChartKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAxis:
    """A field or path in rows or columns, as names and as lasting steps; ``by`` is the step of dates and numbers,
    ``descending`` the order in which it is drawn."""

    path: str
    steps: tuple[str, ...]
    by: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportValue:
    """A figure: an aggregate of a path, without one of the records themselves; ``totals_only`` leaves it out of columns."""

    aggregate: str
    path: str | None = None
    steps: tuple[str, ...] = ()
    totals_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportChart:
    """The chart beside the table; ``value`` is the place of the figure it shows."""

    kind: ChartKind
    value: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSort:
    """Rows or columns sorted by their totals of a figure: by the value at that place."""

    value: int = 0
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A pivot of an entity (uid) as a definition says it; ``roles`` (uids) are those who see it, None everybody."""

    uid: str
    name: str
    solution: str
    label: Label
    help: Label | None = None
    icon: str | None = None
    entity: str
    rows: tuple[ReportAxis, ...] = ()
    columns: tuple[ReportAxis, ...] = ()
    values: tuple[ReportValue, ...] = ()
    filter: Expression | None = None
    filter_text: str | None = None
    search: str | None = None
    subtotals: bool = False
    heat: bool = False
    chart: ReportChart | None = None
    sort: ReportSort | None = None
    sort_columns: ReportSort | None = None
    roles: frozenset[str] | None = None
    order: int | None = None
    off: bool = False
    """Whether its part, or that of its entity, is switched off: no screen shows it."""


# --- one text each


DOWN, TOTALS = "-", "!"
"""What stands before an axis that descends, and behind a value that stands in totals alone."""


def axis_parts(text: str) -> dict[str, Any]:
    """``closes_on:month`` as its field and its step; ``-closes_on`` descends."""
    field, mark, by = text.removeprefix(DOWN).partition(":")
    parts: dict[str, Any] = {"field": field, "by": by} if mark else {"field": field}
    return {**parts, "descending": True} if text.startswith(DOWN) else parts


def axis_text(field: str, by: str | None, *, descending: bool = False) -> str:
    """The same as one text."""
    return DOWN * descending + (field if by is None else f"{field}:{by}")


def value_parts(text: str) -> dict[str, Any]:
    """``sum(amount)`` as its aggregate and its field; ``count`` has none, ``count!`` stands in totals alone."""
    aggregate, mark, rest = text.removesuffix(TOTALS).partition("(")
    parts: dict[str, Any] = {"aggregate": aggregate}
    if mark:
        parts["field"] = rest.removesuffix(")")
    return {**parts, "totals_only": True} if text.endswith(TOTALS) else parts


def value_text(aggregate: str, field: str | None, *, totals_only: bool = False) -> str:
    """The same as one text, as a pivot names its values."""
    return (aggregate if field is None else f"{aggregate}({field})") + TOTALS * totals_only


# --- paths: along links, child rows, lists of links, and links from elsewhere

INVERSE = "~"
"""What the lasting step of an inverse begins with; the uid behind it is that of the link that leads here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathEnd:
    """Where a path leads: its lasting steps, and the type of its value; None while that is being resolved."""

    steps: tuple[str, ...]
    type: Type | None


class Astray(Exception):
    """A path that leads nowhere: the name that is not there, the names that are, or a step that leads to no record."""

    def __init__(self, name: str, known: Sequence[str] | None) -> None:
        super().__init__(name)
        self.name, self.known = name, known


def walk_path(model: ModelNames, entity: str, path: str) -> PathEnd:
    """The end of a path of names from an entity (uid); raises `Astray`."""
    here = model.entity_by_uid[entity]
    steps: list[str] = []
    names = path.split(".")
    for index, name in enumerate(names):
        last = index + 1 == len(names)
        rows: RowsNames | None = rows_named(model, here, name)
        field = here.by_name.get(name)
        if field is None and rows is None:
            raise Astray(name, list(here.by_name))
        if rows is not None:
            steps.append(field.uid if field is not None else f"{INVERSE}{rows.through.uid}")
            here = rows.entity
            if last:
                return PathEnd(steps=tuple(steps), type=link(here.uid))
            continue
        assert field is not None
        steps.append(field.uid)
        if last:
            return PathEnd(steps=tuple(steps), type=field.result)
        if field.target is None or field.result is None or field.result.kind != "link":
            raise Astray(name, None)
        here = model.entity_by_uid[field.target]
    raise Astray(path, None)


def named_steps(model: ModelNames, entity: str, steps: Sequence[str]) -> str | None:
    """The path of names that lasting steps stand for today; None when one of them is gone."""
    names: list[str] = []
    here = model.entity_by_uid[entity]
    for step in steps:
        if step.startswith(INVERSE):
            uid = step.removeprefix(INVERSE)
            found = next(
                ((e, e.by_uid[uid].inverse) for e in model.entity_by_uid.values() if uid in e.by_uid), None
            )
            if found is None or found[1] is None or rows_named(model, here, found[1]) is None:
                return None
            here = found[0]
            names.append(found[1])
            continue
        field = here.by_uid.get(step)
        if field is None:
            return None
        names.append(field.name)
        here = model.entity_by_uid.get(field.target or "", here)
    return ".".join(names)
