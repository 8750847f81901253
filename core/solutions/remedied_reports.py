"""What is done about a report that names what goes away: it never shows more than before, nor something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.messages import Message, message

Path = tuple[str | int, ...]
OF_VALUES = ("chart", "sort", "sort_columns")
"""Parts of a report that are about one of its values."""


def remedied_report(item: Mapping[str, Any], path: Sequence[str | int]) -> tuple[Path, Message | None]:
    """What goes of a report for a fault at ``path``, an empty path is all of it; no words where only a person can decide."""
    match tuple(path):
        case ("rows" | "columns" as key, int() as index, "by"):
            return (key, index, "by"), message("the step leaves the report")
        case ("rows", int() as index, *_):
            return ("rows", index), message("the field leaves the rows of the report")
        case ("columns", int() as index, *_):
            return ("columns", index), message("the field leaves the columns of the report")
        case ("values", int() as index, *_):
            if len(item["values"]) == 1:
                return (), message("the report goes: it has no value left")
            return ("values", index), message("the value leaves the report")
        case ("filter",):
            return (), message("the report goes: its filter cannot be asked any more")
        case ("roles", int()):
            return tuple(path), message("the role leaves the report")
        case ("chart", *_):
            return ("chart",), message("the chart leaves the report")
        case ("sort" | "sort_columns" as key, *_):
            return (key,), message("the order by a value leaves the report")
        case ("entity",):
            return (), message("the report goes")
    return (), None


def keep_chart(report: Any, index: int) -> None:
    """The chart and the order are of the same value as before when that at ``index`` goes; they go with their own."""
    for key in OF_VALUES:
        if not isinstance(report, dict) or key not in report:
            continue
        shown = report[key].get("value", 0)
        if shown == index:
            del report[key]
        elif shown > index:
            report[key]["value"] = shown - 1
