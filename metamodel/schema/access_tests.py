"""Tests of access: who may do what with which record."""

from __future__ import annotations

from typing import Any

from metamodel.schema.pieces import LABEL, MOST_FIELDS, NAME, NAMED, list_of, object_of, values


def _asked(least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": NAME, "minItems": least, "maxItems": MOST_FIELDS, "uniqueItems": True}


def shared() -> dict[str, Any]:
    """Records, people and the verdicts expected."""
    return {
        "fixture": object_of({"name": NAME, "entity": NAME, "values": values()}, "name", "entity"),
        "verdicts": object_of({"actions": _asked(), "read": _asked(), "write": _asked(), "move": _asked()}),
        "access_test": object_of(
            {
                "label": LABEL, "roles": _asked(least=0), "user": {"type": "string", "minLength": 1, "maxLength": 200},
                "me": values(), "with": list_of({"$ref": "#/$defs/fixture"}, most=50), "entity": NAME,
                "record": values(), "by": values(), "allow": {"$ref": "#/$defs/verdicts"},
                "deny": {"$ref": "#/$defs/verdicts"},
            },
            "entity",
        ),
    }  # fmt: skip


def kinds() -> dict[str, Any]:
    """The kind ``tests``."""
    return {
        "tests": object_of(
            {**NAMED, "solution": NAME, "tests": list_of({"$ref": "#/$defs/access_test"})},
            "tests",
        ),
    }  # fmt: skip
