"""Lines: a figure over time or over categories in their order, a line for each series."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from renderers.pivots.charts.bar import names_across
from renderers.pivots.charts.look import COLOURS, Scale, figure_axis, row_of, spec_of
from renderers.pivots.charts.plot import MANY, Plot, Point, is_additive
from renderers.pivots.counted import Counted


def line(made: Counted, plot: Plot, scale: Scale, value: int) -> dict[str, Any]:
    """The specification of lines; where figures add up, a step without records is 0, else the line has a gap."""
    none = Decimal(0) if is_additive(made, value) else None
    points = [point for point in plot.points if point.size is not None]
    there = {(point.category, point.series) for point in points}
    points += [
        Point(category=category, series=series, size=none, value=0, drills=())
        for category in range(len(plot.categories))
        for series in range(len(plot.series))
        if (category, series) not in there
    ]
    points.sort(key=lambda point: (point.series, point.category))
    rows = [row_of(made, plot, point, scale, value) for point in points]
    colours = {"domain": list(range(len(plot.series))), "range": list(COLOURS[: len(plot.series)])}
    names = names_across(plot)
    return spec_of(
        made, rows,
        encoding={
            "x": {**names, "scale": {**names["scale"], "padding": 0.3}},
            "y": {"field": "v", "type": "quantitative", "axis": figure_axis()},
            "color": {"field": "s", "type": "ordinal", "scale": colours, "legend": None},
            "tooltip": {"field": "t", "type": "nominal"},
        },
        layer=[
            {"mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear"}},
            {"mark": {"type": "point", "filled": True, "size": 50 if len(plot.categories) <= MANY else 16, "opacity": 1, "cursor": "pointer"}},
        ],
    )  # fmt: skip
