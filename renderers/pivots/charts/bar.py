"""Bars: a figure for each category, upright, or lying where names are long."""

from __future__ import annotations

from typing import Any

from renderers.pivots.charts.look import Scale, figure_axis, label_text, row_of, spec_of
from renderers.pivots.charts.plot import MOST_LINES_DOWN, Plot, is_additive
from renderers.pivots.counted import Counted


def bar(made: Counted, plot: Plot, scale: Scale, value: int) -> dict[str, Any]:
    """The specification of bars, each with its figure; where figures add up, a step without records is 0."""
    shown = plot.totals[:MOST_LINES_DOWN] if plot.lying else plot.totals
    rows = [row_of(made, plot, point, scale, value) for point in shown]
    for row in rows:
        if row["v"] is None and plot.of_days and is_additive(made, value):
            row["v"] = 0
        row["l"] = label_text(made, row["v"])
    return lying(made, rows) if plot.lying else upright(made, plot, rows)


def upright(made: Counted, plot: Plot, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One bar beside the other."""
    mark = {
        "type": "bar",
        "width": {"band": band(len(rows))},
        "cornerRadiusEnd": 2,
        "color": "var(--chart-1)",
        "cursor": "pointer",
    }
    return spec_of(
        made, rows,
        encoding={
            "x": names_across(plot),
            "y": {"field": "v", "type": "quantitative", "axis": figure_axis()},
            "tooltip": {"field": "t", "type": "nominal"},
        },
        layer=[{"mark": mark}, figures_above(len(rows))],
    )  # fmt: skip


def lying(made: Counted, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One bar below the other, the names before them."""
    mark = {
        "type": "bar",
        "height": {"band": 0.68},
        "cornerRadiusEnd": 2,
        "color": "var(--chart-1)",
        "cursor": "pointer",
    }
    text = {"type": "text", "align": "left", "dx": 6, "color": "var(--text-2)"}
    names = {"labelColor": "var(--text-2)", "labelLimit": 180}
    return spec_of(
        made, rows,
        encoding={
            "y": {"field": "k", "type": "nominal", "sort": None, "axis": names},
            "x": {"field": "v", "type": "quantitative", "axis": None, "scale": {"nice": False, "padding": 44}},
            "tooltip": {"field": "t", "type": "nominal"},
        },
        layer=[{"mark": mark}, {"mark": text, "encoding": {"text": {"field": "l"}}}],
    )  # fmt: skip


def band(count: int) -> float:
    """How much of its place a bar takes."""
    return 0.42 if count <= 6 else 0.62 if count <= 14 else 0.78


def names_across(plot: Plot) -> dict[str, Any]:
    """The axis of names below upright bars: turned where there are many; of days as many as have room."""
    axis: dict[str, Any] = {
        "labelColor": "var(--text-2)",
        "labelAngle": 0,
        "labelOverlap": "greedy",
        "labelSeparation": 8,
        "labelLimit": 120,
    }
    if len(plot.categories) > 14 and plot.of_days:
        axis["labelBound"] = True
    elif len(plot.categories) > 14:
        axis |= {"labelAngle": -40, "labelAlign": "right", "labelOverlap": False, "labelFontSize": 11}
    return {
        "field": "k",
        "type": "nominal",
        "sort": None,
        "axis": axis,
        "scale": {"domain": list(plot.categories)},
    }


def figures_above(count: int) -> dict[str, Any]:
    """The figure above each bar, where there is room for it."""
    text = {"type": "text", "dy": -8, "fontWeight": 600, "clip": False}
    return (
        {"mark": text, "encoding": {"text": {"field": "l"}}}
        if count <= 16
        else {"mark": {"type": "text", "opacity": 0}}
    )
