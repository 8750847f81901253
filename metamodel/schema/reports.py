"""Pivot reports: axes, figures, charts."""

from __future__ import annotations

from typing import Any

from metamodel.aggregates import AGGREGATES, MAX_AXES, MAX_MEASURES
from metamodel.reports import CHARTS
from metamodel.schema.pieces import (
    BOOLEAN,
    EXPRESSION,
    ICON,
    LABEL,
    NAME,
    NAMED,
    ORDER,
    PATH_PATTERN,
    list_of,
    names,
    object_of,
)


def shared() -> dict[str, Any]:
    """The parts of a report; an axis or a value may be one text."""
    path, names = {"$ref": "#/$defs/path"}, PATH_PATTERN[1:-1]
    step = "year|quarter|month|week|day|[0-9]{1,15}(?:\\.[0-9]{1,9})?"
    by = {
        "anyOf": [{"type": "string", "pattern": f"^(?:{step})$"}, {"type": "number", "exclusiveMinimum": 0}]
    }
    axis = {"type": "string", "pattern": f"^-?{names}(?::(?:{step}))?$"}
    value = {"type": "string", "pattern": f"^[a-z_]{{1,20}}(?:\\({names}\\))?!?$"}
    place = {"type": "integer", "minimum": 0, "maximum": MAX_MEASURES - 1}
    measure = {"aggregate": {"enum": list(AGGREGATES)}, "field": path, "totals_only": BOOLEAN}
    return {
        "axis": {
            "anyOf": [axis, object_of({"field": path, "by": by, "descending": BOOLEAN}, "field")],
            "description": "a field, a path of fields, or either with a step of dates or numbers: closes_on:month; - before it turns the order",
        },
        "measure": {
            "anyOf": [value, object_of(measure, "aggregate")],
            "description": "count, or an aggregate of a field or a path: sum(amount); ! behind it: in totals only",
        },
        "chart": object_of({"kind": {"enum": list(CHARTS)}, "value": place}),
        "sort_by_value": object_of({"value": place, "descending": BOOLEAN}),
    }


def kinds() -> dict[str, Any]:
    """The kind ``report``."""
    return {
        "report": object_of(
            {
                **NAMED, "solution": NAME, "label": LABEL, "help": LABEL, "icon": ICON, "entity": NAME,
                "rows": list_of({"$ref": "#/$defs/axis"}, most=MAX_AXES),
                "columns": list_of({"$ref": "#/$defs/axis"}, most=MAX_AXES),
                "values": list_of({"$ref": "#/$defs/measure"}, least=1, most=MAX_MEASURES), "filter": EXPRESSION,
                "search": {"type": "string", "minLength": 1, "maxLength": 200}, "subtotals": BOOLEAN,
                "heat": BOOLEAN, "chart": {"$ref": "#/$defs/chart"},
                "sort": {"$ref": "#/$defs/sort_by_value"}, "sort_columns": {"$ref": "#/$defs/sort_by_value"}, "roles": names(),
                "order": ORDER, "part": NAME,
            },
            "name",
            "entity",
        ),
    }  # fmt: skip
