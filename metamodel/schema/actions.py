"""Actions and their steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.schema.pieces import (
    EXPRESSION,
    ICON,
    LABEL,
    NAME,
    NAMED,
    ORDER,
    expressions,
    list_of,
    object_of,
    sort,
)

_STEP_KEYS: Mapping[str, tuple[str, ...]] = {
    "set": ("values",),
    "create": ("entity", "find", "values", "rows"),
    "take": ("entity", "where", "sort", "values"),
    "move": ("to", "values"),
    "print": ("document", "of"),
}
_STEP_NEEDS = {
    "set": ("values",), "create": ("entity",), "take": ("entity",), "move": ("to",), "print": ("document",),
}  # fmt: skip
_NOT_PRINTED = ("name", "as")
"""A document is no record that a later step could name, and shows what the person may see, whoever wrote the action."""
_ACTION_PLACES = ("card", "row", "list")


def _step(do: str) -> dict[str, Any]:
    keys = {
        "entity": NAME, "find": EXPRESSION, "where": EXPRESSION, "sort": sort(), "to": NAME, "document": NAME, "of": NAME,
        "values": expressions(),
        "rows": {
            "type": "object", "propertyNames": NAME, "additionalProperties": {"$ref": "#/$defs/step_rows"},
            "maxProperties": 20,
        },
    }  # fmt: skip
    found = {
        "name": NAME,
        "do": {"const": do},
        "if": EXPRESSION,
        **{key: keys[key] for key in _STEP_KEYS[do]},
        "as": {"enum": ["actor", "system"]},
    }
    left_out = _NOT_PRINTED if do == "print" else ()
    return object_of(
        {key: each for key, each in found.items() if key not in left_out}, "do", *_STEP_NEEDS[do]
    )


def _by(key: str, names: tuple[str, ...], prefix: str) -> dict[str, Any]:
    """An object whose ``key`` says of which schema it is."""
    return {
        "type": "object",
        "properties": {key: {"enum": list(names)}},
        "required": [key],
        "allOf": [
            {
                "if": {"properties": {key: {"const": name}}, "required": [key]},
                "then": {"$ref": f"#/$defs/{prefix}{name}"},
            }
            for name in names
        ],
    }


def shared() -> dict[str, Any]:
    """The steps of an action, one schema for each thing done."""
    return {
        "step_rows": object_of({"of": NAME, "where": EXPRESSION, "values": expressions()}, "of", "values"),
        "step": _by("do", tuple(_STEP_KEYS), "step_"),
        **{f"step_{do}": _step(do) for do in _STEP_KEYS},
    }  # fmt: skip


def kinds() -> dict[str, Any]:
    """The kind ``action``."""
    return {
        "action": object_of(
            {
                **NAMED, "solution": NAME, "label": LABEL, "help": LABEL, "icon": ICON, "entity": NAME,
                "where": {
                    "anyOf": [
                        {"enum": list(_ACTION_PLACES)},
                        {"type": "array", "items": {"enum": list(_ACTION_PLACES)}, "minItems": 1, "uniqueItems": True},
                    ],
                    "description": "card, row, list, or several of them",
                },
                "rank": {"enum": ["primary", "secondary", "more"]},
                "order": ORDER, "when": EXPRESSION,
                "confirm": LABEL, "inputs": list_of({"$ref": "#/$defs/field"}, most=50),
                "steps": list_of({"$ref": "#/$defs/step"}, least=1, most=50), "then": NAME, "part": NAME,
            },
            "name",
            "entity",
            "steps",
        ),
    }  # fmt: skip
