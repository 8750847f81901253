"""Roles and their grants."""

from __future__ import annotations

from typing import Any

from metamodel.schema.pieces import BOOLEAN, EXPRESSION, LABEL, NAME, NAMED, list_of, names, object_of


def shared() -> dict[str, Any]:
    """What a role may do with an entity."""
    return {
        "grant": object_of(
            {
                "entity": NAME,
                "actions": {"type": "array", "items": NAME, "minItems": 1, "uniqueItems": True},
                "rows": EXPRESSION,
                "check": EXPRESSION,
                "stages": names(),
                "fields": {
                    "anyOf": [{"const": "all"}, names(), object_of({"all_but": names()}, "all_but")],
                    "description": "all, {all_but: […]} or a list of names",
                },
            },
            "entity",
            "actions",
        ),
    }  # fmt: skip


def kinds() -> dict[str, Any]:
    """The kind ``role``."""
    return {
        "role": object_of(
            {
                **NAMED, "solution": NAME, "label": LABEL, "help": LABEL, "parent": NAME, "includes": names(),
                "second_factor": {"const": "required"}, "everything": BOOLEAN,
                "grants": list_of({"$ref": "#/$defs/grant"}),
            },
            "name",
        ),
    }  # fmt: skip
