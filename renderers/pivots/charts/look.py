"""What all charts have in common: colours from the tokens of the style, type, axes, numbers of the language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.i18n import Texts
from metamodel.messages import Message, message
from renderers.pivots.charts.plot import Plot, Point
from renderers.pivots.counted import Counted
from renderers.pivots.table import records_href

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
HEIGHT = 228
"""Pixels of what is drawn, as `css/pivots.css` keeps them free."""

COLOURS = tuple(f"var(--chart-{number})" for number in range(1, 9))
SHADES = tuple(f"var(--chart-s{number})" for number in range(1, 4))
"""Of up to three series: shades of one blue."""

_SCALES: tuple[tuple[Decimal, Message], ...] = (
    (Decimal(10) ** 9, message("bn")), (Decimal(10) ** 6, message("M")), (Decimal(10) ** 4, message("K")),
)  # fmt: skip
_DIVISORS = {Decimal(10) ** 4: Decimal(10) ** 3}

CONFIG: dict[str, Any] = {
    "font": '"Inter Variable", Inter, system-ui, "DejaVu Sans", sans-serif',
    "background": None,
    "view": {"stroke": None},
    "aria": False,
    "axis": {
        "domain": False, "ticks": False, "grid": False, "labelColor": "var(--text-3)", "labelFontSize": 12,
        "labelPadding": 8, "title": None, "gridColor": "var(--line)", "labelLimit": 150,
    },
    "text": {"color": "var(--text)", "fontSize": 12},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What figures are divided by so that an axis reads well; ``unit`` says it: `m ₽`."""

    divisor: Decimal
    unit: str
    hundredfold: bool = False

    def of(self, size: Decimal | None) -> float | None:
        """A figure as it is drawn."""
        if size is None:
            return None
        return float(size * 100 if self.hundredfold else size / self.divisor)


def scale_of(made: Counted, plot: Plot, value: int) -> Scale:
    """The scale for the greatest figure of a chart."""
    writer, texts = made.writers[value], made.who.texts
    if writer.percent:
        return Scale(divisor=Decimal(1), unit="%", hundredfold=True)
    most = max((abs(p.size) for p in (*plot.points, *plot.totals) if p.size is not None), default=Decimal(0))
    for size, words in _SCALES:
        if most >= size:
            divisor = _DIVISORS.get(size, size)
            return Scale(divisor=divisor, unit=" ".join(filter(None, (texts.render(words), writer.unit))))
    return Scale(divisor=Decimal(1), unit=writer.unit)


def colours_of(series: int) -> tuple[str, ...]:
    """A colour for each series."""
    return SHADES[:series] if series <= len(SHADES) else COLOURS[:series]


def legend_css(series: int) -> tuple[str, ...]:
    """The classes of the same colours."""
    return (
        tuple(f"s{n}" for n in range(1, series + 1))
        if series <= len(SHADES)
        else tuple(f"c{n}" for n in range(1, series + 1))
    )


def row_of(made: Counted, plot: Plot, point: Point, scale: Scale, value: int) -> dict[str, Any]:
    """A point as the chart's data have it: name, series, size, what is told of it, its records."""
    names = [plot.categories[point.category], plot.series[point.series]]
    told = made.writers[value].text(point.value) if point.value is not None else "0"
    unit = made.writers[value].unit if not isinstance(point.value, list) else ""
    where = " · ".join(name for name in names if name.strip("\N{ZERO WIDTH SPACE}"))
    return {
        "k": names[0], "s": point.series, "v": scale.of(point.size), "t": f"{where}: {told} {unit}".strip(),
        "h": records_href(made, *point.drills) if point.drills else "",
    }  # fmt: skip


def spec_of(made: Counted, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A specification around these data."""
    return {
        "$schema": SCHEMA, "height": HEIGHT, "width": 600, "padding": {"left": 0, "right": 4, "top": 14, "bottom": 4},
        "autosize": {"type": "fit", "contains": "padding"}, "data": {"values": rows},
        "config": {**CONFIG, "locale": {"number": number_locale(made.who.texts)}}, **more,
    }  # fmt: skip


def number_locale(texts: Texts) -> dict[str, Any]:
    """How the numbers of axes are written, for the browser's own formats."""
    sample = texts.number(Decimal("-1234.5"), 1)
    return {
        "decimal": sample[-2], "thousands": sample[2] if not sample[2].isdigit() else "", "grouping": [3],
        "currency": ["", ""], "minus": sample[0],
    }  # fmt: skip


def figure_axis(**more: Any) -> dict[str, Any]:
    """The axis of figures: thin lines, numbers of the language, few of them."""
    return {"grid": True, "tickCount": 4, "format": ",.2~f", **more}


def short_text(made: Counted, size: Decimal, value: int) -> str:
    """A figure where there is little room: `12.4 m ₽`."""
    texts, unit = made.who.texts, made.writers[value].unit
    for least, words in _SCALES[:2]:
        if abs(size) >= least:
            figure = texts.number((size / least).quantize(Decimal("0.1")), 1)
            return f"{figure} {texts.render(words)} {unit}".strip()
    return f"{made.writers[value].text(size if size % 1 else int(size))} {unit}".strip()


def label_text(made: Counted, size: float | None, *, whole: bool = False) -> str:
    """A figure above a bar: in the unit of the axis, with at most one digit behind the point."""
    if size is None:
        return ""
    rounded = Decimal(repr(round(size, 0 if whole or abs(size) >= 1000 else 1)))
    texts = made.who.texts
    return texts.number(int(rounded)) if rounded == rounded.to_integral_value() else texts.number(rounded, 1)
