"""The state of a report in its address: rows, columns, values, filter, search, chart; every link of its page is made here.

Axes are written `[-]path[:step]` (a minus for the descending order), values `sum(path)[!]` (a mark for those that stand in
totals only), the chart `kind[:value]`, orders by a value `[-]sum(path)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from core.query.pivot.asking import Axis, Measure
from metamodel.reports import DOWN, ReportSort, axis_parts, axis_text, value_parts, value_text

MAX_TEXT = 200
MAX_LIST = 2_000
MAX_FILTER = 8_000

Area = Literal["rows", "columns", "values"]
AREAS: tuple[Area, ...] = ("rows", "columns", "values")
SORTS = ("sort", "sort_columns")


def area_named(name: str) -> Area | None:
    """The area of that name."""
    return next((area for area in AREAS if area == name), None)


TAIL = "report"
"""The last part of the address, and the mark by which filters know where to lead back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisText:
    """A field in rows or columns as the address has it."""

    field: str
    by: str | None = None
    descending: bool = False

    @property
    def text(self) -> str:
        return axis_text(self.field, self.by, descending=self.descending)

    @property
    def axis(self) -> Axis:
        """The same as the engine is asked."""
        return Axis(field=self.field, by=self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueText:
    """A figure as the address has it; ``totals_only`` leaves it out of the columns."""

    aggregate: str
    field: str | None = None
    totals_only: bool = False

    @property
    def text(self) -> str:
        return value_text(self.aggregate, self.field, totals_only=self.totals_only)

    @property
    def additive(self) -> bool:
        """Whether figures of parts make that of the whole."""
        return self.aggregate in ("count", "sum")

    @property
    def measure(self) -> Measure:
        """The same as the engine is asked."""
        return Measure(aggregate=self.aggregate, field=self.field)


def read_axis(text: str) -> AxisText:
    """An axis from its text."""
    parts = axis_parts(text)
    return AxisText(field=parts["field"], by=parts.get("by") or None, descending="descending" in parts)


def read_value(text: str) -> ValueText:
    """A value from its text."""
    parts = value_parts(text)
    return ValueText(
        aggregate=parts["aggregate"], field=parts.get("field") or None, totals_only="totals_only" in parts
    )


def sort_text(values: Sequence[ValueText], sort: ReportSort | None) -> str:
    """An order by a value as the address has it, whatever place that value has."""
    if sort is None:
        return ""
    return DOWN * sort.descending + replace(values[sort.value], totals_only=False).text


def read_sort(values: Sequence[ValueText], text: str) -> ReportSort | None:
    """An order from its text; None without one, and by what is no value of the report."""
    known = [replace(each, totals_only=False).text for each in values]
    wanted = text.removeprefix(DOWN)
    if wanted not in known:
        return None
    return ReportSort(value=known.index(wanted), descending=text.startswith(DOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a report was asked for; None of a part means that of the report that is opened (``report``), or none.

    ``to`` is the area that fields are put into next.
    """

    entity: str
    report: str = ""
    rows: tuple[AxisText, ...] | None = None
    columns: tuple[AxisText, ...] | None = None
    values: tuple[ValueText, ...] | None = None
    filter: str | None = None
    search: str | None = None
    chart: str | None = None
    heat: bool | None = None
    sort: str | None = None
    sort_columns: str | None = None
    to: str = ""

    @property
    def path(self) -> str:
        """The address without its state."""
        return f"/e/{self.entity}/{TAIL}"

    def pairs(self) -> list[tuple[str, str]]:
        """The state as query parameters."""
        pairs = [("report", self.report)] if self.report else []
        for area in AREAS:
            listed = getattr(self, area)
            if listed is not None:
                pairs.append((area, ",".join(each.text for each in listed)))
        if self.filter is not None:
            pairs.append(("filter", self.filter))
        if self.search is not None:
            pairs.append(("q", self.search))
        if self.chart is not None:
            pairs.append(("chart", self.chart))
        if self.heat is not None:
            pairs.append(("heat", "1" if self.heat else "0"))
        pairs += [(name, said) for name in SORTS if (said := getattr(self, name)) is not None]
        return pairs

    def href(self, below: str = "", **more: str) -> str:
        """The link to this state; that of a saved report as it is kept is its own."""
        pairs = [*self.pairs(), *((name, value) for name, value in more.items() if value)]
        if self.report and not below and pairs == [("report", self.report)]:
            return f"/reports/{self.report}"
        return f"{self.path}{below}" + (f"?{urlencode(pairs)}" if pairs else "")

    def with_area(self, area: Area, listed: Iterable[AxisText | ValueText]) -> Address:
        """The same report with other fields in an area; what belongs into none of that kind is passed over."""
        found = tuple(listed)
        axes = tuple(each for each in found if isinstance(each, AxisText))
        match area:
            case "rows":
                return replace(self, rows=axes)
            case "columns":
                return replace(self, columns=axes)
            case _:
                return replace(self, values=tuple(each for each in found if isinstance(each, ValueText)))

    def with_sort(self, area: Area, text: str) -> Address:
        """The same report with rows or columns in an order by a value; in that of their keys without one."""
        if area == "rows":
            return replace(self, sort=text, to="")
        return replace(self, sort_columns=text, to="")

    def unchanged(self) -> Address:
        """The report as it is kept."""
        return Address(entity=self.entity, report=self.report)

    @property
    def changed(self) -> bool:
        """Whether something is said otherwise than the report has it."""
        return self != replace(self.unchanged(), to=self.to)


def read_address(entity: str, pairs: Iterable[tuple[str, str]]) -> Address:
    """The state of an address; what it does not know is passed over."""
    one = dict(pairs)
    return Address(
        entity=entity,
        report=one.get("report", "")[:MAX_TEXT],
        rows=_axes(one.get("rows")),
        columns=_axes(one.get("columns")),
        values=_values(one.get("values")),
        filter=one["filter"].strip()[:MAX_FILTER] if "filter" in one else None,
        search=one["q"].strip()[:MAX_TEXT] if "q" in one else None,
        chart=one["chart"][:MAX_TEXT] if "chart" in one else None,
        heat=one["heat"] != "0" if "heat" in one else None,
        sort=one["sort"][:MAX_TEXT] if "sort" in one else None,
        sort_columns=one["sort_columns"][:MAX_TEXT] if "sort_columns" in one else None,
        to=one.get("to", "") if one.get("to") in (*AREAS, "filter") else "",
    )


def _axes(written: str | None) -> tuple[AxisText, ...] | None:
    return None if written is None else tuple(map(read_axis, _listed(written)))


def _values(written: str | None) -> tuple[ValueText, ...] | None:
    return None if written is None else tuple(map(read_value, _listed(written)))


def _listed(written: str) -> list[str]:
    """Texts between commas, each once."""
    texts = (text.strip() for text in written[:MAX_LIST].split(","))
    return list(dict.fromkeys(text for text in texts if text))
