"""Solutions and their parts."""

from __future__ import annotations

from typing import Any

from metamodel.schema.pieces import BOOLEAN, COLOR, ICON, LABEL, NAME, UID, list_of, names, object_of


def shared() -> dict[str, Any]:
    """A part that can be switched."""
    return {
        "part": object_of({"name": NAME, "label": LABEL, "help": LABEL, "on": BOOLEAN}, "name"),
    }  # fmt: skip


def kinds() -> dict[str, Any]:
    """The kind ``solution``."""
    return {
        "solution": object_of(
            {
                "name": NAME, "uid": UID, "label": LABEL, "help": LABEL,
                "version": {"type": ["string", "number"], "maxLength": 40}, "icon": ICON, "color": COLOR,
                "depends": names(), "parts": list_of({"$ref": "#/$defs/part"}, most=50),
                "switched": {"type": "object", "propertyNames": NAME, "additionalProperties": BOOLEAN},
            },
            "name",
        ),
    }  # fmt: skip
