"""A report as it is kept: paths and expressions by uids, so that a rename changes nothing in it; and read back today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.records.reports.opening import COLUMNS, FILTER, ROWS, VALUES, ReportState, each_once
from core.records.views.lasting import lasting_text, named_text
from metamodel.expression.types import BOOLEAN
from metamodel.messages import Message
from metamodel.model import Entity, Model
from metamodel.reports import (
    ReportChart,
    ReportSort,
    axis_parts,
    axis_text,
    named_steps,
    value_parts,
    value_text,
    walk_path,
)


def lasting(model: Model, entity: Entity, state: ReportState) -> dict[str, Any]:
    """A state that resolves, as it is kept."""

    def steps(path: str) -> list[str]:
        return list(walk_path(model, entity.uid, path).steps)

    def axes(texts: Iterable[str]) -> list[dict[str, Any]]:
        parts = (axis_parts(text) for text in texts)
        return [
            {"steps": steps(each["field"]), "by": each.get("by"), "descending": each.get("descending", False)}
            for each in parts
        ]

    values = (value_parts(text) for text in state.values)
    chart, sorts = state.chart, {"sort": state.sort, "sort_columns": state.sort_columns}
    return {
        "rows": axes(state.rows),
        "columns": axes(state.columns),
        "values": [
            {
                "aggregate": each["aggregate"], "steps": steps(each["field"]) if "field" in each else None,
                "totals_only": each.get("totals_only", False),
            }
            for each in values
        ],
        "filter": state.filter and lasting_text(entity, model, state.filter, BOOLEAN),
        "search": state.search, "subtotals": state.subtotals, "heat": state.heat,
        "chart": None if chart is None else {"kind": chart.kind, "value": chart.value},
        **{name: {"value": sort.value, "descending": sort.descending} for name, sort in sorts.items() if sort is not None},
    }  # fmt: skip


def today(model: Model, entity: Entity, kept: dict[str, Any]) -> tuple[ReportState, tuple[Message, ...]]:
    """What is kept in the names of today, and what of it is gone, in words."""
    wrong: list[Message] = []

    def named(steps: list[str] | None, words: Message) -> str | None:
        found = None if steps is None else named_steps(model, entity.uid, steps)
        if found is None:
            wrong.append(words)
        return found

    def axes(part: str, words: Message) -> tuple[str, ...]:
        found = ((named(each["steps"], words), each) for each in kept[part])
        return tuple(
            axis_text(path, each["by"], descending=each.get("descending", False))
            for path, each in found
            if path is not None
        )

    chart = kept["chart"]
    places: list[int | None] = []
    values: list[str] = []
    for each in kept["values"]:
        path = None if each["steps"] is None else named(each["steps"], VALUES)
        if each["steps"] is None or path is not None:
            places.append(len(values))
            values.append(value_text(each["aggregate"], path, totals_only=each.get("totals_only", False)))
        else:
            places.append(None)
    filter = kept["filter"]
    known = filter and named_text(entity, model, filter, BOOLEAN)
    if filter and known is None:
        wrong.append(FILTER)
    shown = None if chart is None else places[chart["value"]]

    def sort(name: str) -> ReportSort | None:
        found: dict[str, Any] | None = kept.get(name)
        at = None if found is None else places[found["value"]]
        return None if found is None or at is None else ReportSort(value=at, descending=found["descending"])

    state = ReportState(
        rows=axes("rows", ROWS), columns=axes("columns", COLUMNS), values=tuple(values) or ("count",),
        filter=known or None, search=kept["search"], subtotals=kept["subtotals"], heat=kept["heat"],
        chart=None if shown is None else ReportChart(kind=chart["kind"], value=shown),
        sort=sort("sort"), sort_columns=sort("sort_columns"),
    )  # fmt: skip
    return state, each_once(wrong)
