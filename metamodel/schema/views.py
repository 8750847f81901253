"""Saved views: lists, boards, calendars, trees."""

from __future__ import annotations

from typing import Any

from metamodel.names import NAME_PATTERN
from metamodel.schema.pieces import (
    BOOLEAN,
    COLOR,
    EXPRESSION,
    LABEL,
    NAME,
    NAMED,
    ORDER,
    list_of,
    names,
    object_of,
    shown,
    sort,
)


def _grouping() -> dict[str, Any]:
    """One field or two, of dates and numbers with a step: ``closes_on:month``, ``amount:1000``; ``-`` before turns it."""
    step = "day|week|month|quarter|year|[0-9]{1,15}(?:\\.[0-9]{1,9})?"
    one = {"type": "string", "pattern": f"^-?{NAME_PATTERN[1:-1]}(?::(?:{step}))?$"}
    return {
        "anyOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": 2, "uniqueItems": True}]
    }


def _totals() -> dict[str, Any]:
    """Fields that are added up, or of which something else is told: ``idle:max``."""
    one = {"type": "string", "pattern": f"^{NAME_PATTERN[1:-1]}(?::(?:sum|avg|min|max))?$"}
    return {"type": "array", "items": one, "maxItems": 20, "uniqueItems": True}


def shared() -> dict[str, Any]:
    """Colours of cells."""
    return {
        "format": object_of(
            {
                "column": {"$ref": "#/$defs/path"}, "when": EXPRESSION, "value": EXPRESSION, "from": EXPRESSION,
                "to": EXPRESSION, "color": COLOR, "fill": BOOLEAN,
            },
            "color",
        ),
    }  # fmt: skip


def kinds() -> dict[str, Any]:
    """The kind ``view``."""
    return {
        "view": object_of(
            {
                **NAMED, "solution": NAME, "label": LABEL, "help": LABEL, "entity": NAME,
                "kind": {"enum": ["list", "board", "calendar", "tree"]}, "group_by": NAME,
                "from": NAME, "to": NAME, "color_by": NAME,
                "columns": list_of({"$ref": "#/$defs/path"}, least=1, most=100), "group": _grouping(), "totals": _totals(),
                "folded": shown(), "hidden": shown(), "filter": EXPRESSION, "sort": sort(),
                "formats": list_of({"$ref": "#/$defs/format"}, most=20),
                "frozen": {"type": "integer", "minimum": 0, "maximum": 5},
                "order": ORDER, "roles": names(), "part": NAME,
            },
            "name",
            "entity",
            "columns",
        ),
    }  # fmt: skip
