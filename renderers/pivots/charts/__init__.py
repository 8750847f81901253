"""Charts of a report as declarative specifications (Vega-Lite) made from the answer that its table shows; a file each."""

from __future__ import annotations

import json

from core.i18n import Texts
from metamodel.messages import message
from renderers.pivots.charts.bar import bar
from renderers.pivots.charts.funnel import Step, funnel, is_of_stages, steps_of
from renderers.pivots.charts.line import line
from renderers.pivots.charts.look import legend_css, scale_of
from renderers.pivots.charts.plot import MOST_LINES_DOWN, Plot, plot_of
from renderers.pivots.charts.stacked import stacked
from renderers.pivots.counted import Counted
from renderers.pivots.view import Chart, Legend
from renderers.pivots.words import axis_label, step_words, value_label

DRAWN = {"bar": bar, "stacked": stacked, "line": line}


def chart_of(made: Counted) -> Chart | None:
    """The chart that is asked for; None where there is none, or nothing to be drawn."""
    asked = made.asked
    kind, value = asked.chart.kind, asked.chart.value
    if kind == "none" or made.nothing:
        return None
    texts = made.who.texts
    plot = plot_of(made, value, split=kind in ("stacked", "line"), by_time=kind == "line")
    title = value_label(asked.ground, asked.values[value], asked.figures[value], texts)
    if plot.mixed:
        why = texts.gettext(
            "Amounts in several currencies have no common measure: choose one by a filter, or convert them."
        )
        return Chart(title=title, spec="", words="", why=why)
    if not made.writers[value].amount:
        return Chart(
            title=title,
            spec="",
            words="",
            why=texts.gettext("These values cannot be drawn: choose a number."),
        )
    scale = scale_of(made, plot, value)
    if kind == "funnel":
        steps = steps_of(made, plot, value)
        note = texts.gettext(
            "Reached: records in the stage and in those behind it. The share is of the stage before; lost ones are left out."
        )
        return Chart(
            title=f"{title} · {_axis(made)}", spec=json.dumps(funnel(made, steps, scale), ensure_ascii=False), words=_told(title, steps, texts),
            note=note if is_of_stages(made, plot, value) else "",
        )  # fmt: skip
    spec = DRAWN[kind](made, plot, scale, value)
    css = (
        legend_css(len(plot.series))
        if kind == "stacked"
        else tuple(f"c{n}" for n in range(1, len(plot.series) + 1))
    )
    legend = tuple(Legend(label=name, css=each) for name, each in zip(plot.series, css, strict=True))
    return Chart(
        title=f"{title}, {scale.unit} · {_axis(made)}" if scale.unit else f"{title} · {_axis(made)}",
        spec=json.dumps(spec, ensure_ascii=False), words=_words(made, plot, title, value),
        legend=legend if len(plot.series) > 1 else (), note=_left_out(plot, kind, texts),
    )  # fmt: skip


def _axis(made: Counted) -> str:
    """What categories are, in words."""
    axes = made.asked.columns or made.asked.rows[:1]
    texts = made.who.texts
    said = [
        f"{axis_label(made.asked.ground, axis)} {step_words(axis.by, texts)}" if axis.by else axis_label(made.asked.ground, axis)
        for axis in axes
    ]  # fmt: skip
    return ", ".join(said)


def _left_out(plot: Plot, kind: str, texts: Texts) -> str:
    if plot.full:
        return texts.render(
            message(
                "Too many steps of time for a chart: the latest {shown} that have records are drawn; all stand in the table.",
                shown=plot.full,
            )
        )
    shown = min(
        len(plot.categories), MOST_LINES_DOWN if kind == "bar" and plot.lying else len(plot.categories)
    )
    left = len(plot.categories) - shown + plot.left_out
    return (
        texts.render(message("The first {shown} are drawn; all stand in the table.", shown=shown))
        if left
        else ""
    )


def _words(made: Counted, plot: Plot, title: str, value: int) -> str:
    """The chart for who does not see it: what it is, and that the table has it all."""
    writer, texts = made.writers[value], made.who.texts
    told = [
        f"{plot.categories[point.category]} {writer.text(point.value)}" for point in plot.totals[:12] if point.value is not None
    ]  # fmt: skip
    return texts.render(
        message("{title}: {figures}. The table below has all of it.", title=title, figures="; ".join(told))
    )


def _told(title: str, steps: tuple[Step, ...], texts: Texts) -> str:
    told = [
        f"{s.name} {s.figures}" + ("" if s.share is None else f" ({texts.percent(round(s.share, 2))})")
        for s in steps
    ]
    return texts.render(
        message("{title}: {figures}. The table below has all of it.", title=title, figures="; ".join(told))
    )
