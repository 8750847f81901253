"""Bars in parts: series on top of each other where they add up, beside each other where they do not."""

from __future__ import annotations

from typing import Any

from renderers.pivots.charts.bar import band, figures_above, names_across
from renderers.pivots.charts.look import Scale, colours_of, figure_axis, label_text, row_of, spec_of
from renderers.pivots.charts.plot import MANY, Plot, is_additive
from renderers.pivots.counted import Counted


def stacked(made: Counted, plot: Plot, scale: Scale, value: int) -> dict[str, Any]:
    """The specification of bars in parts, with the total above each."""
    rows = [row_of(made, plot, point, scale, value) for point in plot.points if point.size]
    on_top = is_additive(made, value)
    count = len(plot.categories)
    mark: dict[str, Any] = {"type": "bar", "cursor": "pointer"}
    mark |= {"width": {"band": band(count)}} if on_top else {}
    colours = {"domain": list(range(len(plot.series))), "range": list(colours_of(len(plot.series)))}
    parts: dict[str, Any] = {
        "x": names_across(plot),
        "y": {
            "field": "v", "type": "quantitative", "axis": figure_axis(), "stack": "zero" if on_top else None,
        },
        "color": {"field": "s", "type": "ordinal", "scale": colours, "legend": None},
        "tooltip": {"field": "t", "type": "nominal"},
    }  # fmt: skip
    if on_top:
        parts["order"] = {"field": "s", "type": "quantitative"}
        mark |= {"stroke": "var(--surface)", "strokeWidth": 1 if count <= MANY else 0}
    else:
        parts["xOffset"] = {"field": "s", "type": "nominal"}
    layers = [{"mark": mark, "encoding": parts}]
    if on_top and plot.adds_up:
        totals = [row_of(made, plot, point, scale, value) for point in plot.totals if point.size]
        for row in totals:
            row["l"] = label_text(made, row["v"])
        above = figures_above(count)
        place = {
            "x": names_across(plot),
            "y": {"field": "v", "type": "quantitative"},
        }  # fmt: skip
        layers.append(
            {"data": {"values": totals}, **above, "encoding": {**place, **above.get("encoding", {})}}
        )
    return spec_of(made, rows, layer=layers)
