"""A funnel: of stages how many records reached each of them, of anything else how much there is of it.

A record stands in one stage and has passed those before it: a stage was reached by the records in it and in all behind
it. Those that were lost are in none, because where they were lost is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from metamodel.model import Stage
from renderers.pivots.asking import tells_conversion
from renderers.pivots.charts.look import Scale, label_text, short_text, spec_of
from renderers.pivots.charts.plot import MOST_LINES_DOWN, Plot
from renderers.pivots.counted import Counted
from renderers.pivots.table import records_href

VALUES_AT = 0.56
"""Where the figures of a line stand; the bars take from -0.5 to 0.5."""

END = "width < 400 ? 2.4 : 1.12"
"""Where a line ends, its share at the very end: on a telephone the bars leave more room for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of a funnel; ``share`` is that of the line before it, where records pass from one to the other."""

    name: str
    size: Decimal
    figures: str
    share: Decimal | None
    href: str


def steps_of(made: Counted, plot: Plot, value: int) -> tuple[Step, ...]:
    """The lines of a funnel from its top."""
    places = _stages(made, plot, value)
    cumulated = places is not None
    shown = list(range(len(plot.totals))) if places is None else places
    steps: list[Step] = []
    for number, at in enumerate(shown[:MOST_LINES_DOWN]):
        through = shown[number:] if cumulated else [at]
        size = sum((plot.totals[each].size or Decimal(0) for each in through), Decimal(0))
        before = steps[-1].size if steps else None
        drills = [plot.totals[each].drills[0] for each in through if plot.totals[each].drills]
        steps.append(
            Step(
                name=plot.categories[at], size=size, figures=_figures(made, plot, through),
                share=size / before if cumulated and before and 0 <= size <= before else None,
                href=records_href(made, f"({' OR '.join(drills)})" if len(drills) > 1 else drills[0]) if drills else "",
            )
        )  # fmt: skip
    return tuple(steps)


def is_of_stages(made: Counted, plot: Plot, value: int) -> bool:
    """Whether the funnel tells how many reached a stage."""
    return _stages(made, plot, value) is not None


def _stages(made: Counted, plot: Plot, value: int) -> list[int] | None:
    """The places of the stages that lead to success, in order; None when the rows are none of one way, or do not add up."""
    asked = made.asked
    if not tells_conversion(asked, value) or asked.entity.stages is None:
        return None
    keys = list(dict.fromkeys(row[0] for row in made.found.rows))
    for pipeline in asked.entity.stages.pipelines:
        by_name: dict[str, tuple[int, Stage]] = {s.name: (at, s) for at, s in enumerate(pipeline.stages)}
        if all(key is None or key in by_name for key in keys):
            kept = [
                (by_name[key][0], place)
                for place, key in enumerate(keys)
                if key is not None and by_name[key][1].kind != "lost"
            ]
            return [place for _, place in sorted(kept)]
    return None


def _figures(made: Counted, plot: Plot, through: Sequence[int]) -> str:
    """The figures of a line in words: those that add up."""
    wholes = [values for values in (plot.wholes[at] for at in through) if values is not None]
    said: list[str] = []
    for place, value in enumerate(made.asked.values):
        listed = [values[place] for values in wholes]
        if value.additive and not any(isinstance(each, list) for each in listed):
            said.append(
                short_text(
                    made, sum((Decimal(each) for each in listed if each is not None), Decimal(0)), place
                )
            )
    return " · ".join(said[:2])


def funnel(made: Counted, steps: Sequence[Step], scale: Scale) -> dict[str, Any]:
    """The specification of a funnel: bars about one middle, figures and shares beside them."""
    most = max((step.size for step in steps), default=Decimal(0)) or Decimal(1)
    texts = made.who.texts
    rows = []
    for step in steps:
        half = float(step.size / most) / 2
        share = "" if step.share is None else texts.percent(step.share.quantize(Decimal("0.01")))
        rows.append(
            {
                "k": step.name, "a": -half, "b": half, "f": step.figures or label_text(made, scale.of(step.size)), "p": share,
                "t": f"{step.name}: {step.figures}" + (f" ({share})" if share else ""), "h": step.href, "x": VALUES_AT,
            }
        )  # fmt: skip
    names = {"labelColor": "var(--text-2)", "labelLimit": 180}
    across = {
        "type": "quantitative",
        "axis": None,
        "scale": {"domainMin": -0.5, "domainMax": {"expr": END}, "nice": False},
    }
    bars = {
        "type": "bar",
        "height": {"band": 0.72},
        "cornerRadius": 2,
        "color": "var(--chart-1)",
        "cursor": "pointer",
    }
    return spec_of(
        made, rows,
        encoding={
            "y": {"field": "k", "type": "nominal", "sort": None, "axis": names},
            "tooltip": {"field": "t", "type": "nominal"},
        },
        layer=[
            {"mark": bars, "encoding": {"x": {**across, "field": "a"}, "x2": {"field": "b"}}},
            {"mark": {"type": "text", "align": "left"}, "encoding": {"x": {**across, "field": "x"}, "text": {"field": "f"}}},
            {
                "mark": {"type": "text", "align": "right", "fontWeight": 600, "x": "width"},
                "encoding": {"text": {"field": "p"}},
            },
        ],
    )  # fmt: skip
