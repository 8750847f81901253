"""Menus: the navigation of a solution."""

from __future__ import annotations

from typing import Any

from metamodel.schema.pieces import ICON, LABEL, NAME, NAMED, list_of, names, object_of


def shared() -> dict[str, Any]:
    """A group or a place of a menu."""
    return {
        "menu_item": object_of(
            {
                "label": LABEL, "icon": ICON, "entity": NAME, "view": NAME, "report": NAME, "part": NAME,
                "items": list_of({"$ref": "#/$defs/menu_item"}, least=1, most=100),
            }
        ),
    }  # fmt: skip


def kinds() -> dict[str, Any]:
    """The kind ``menu``."""
    return {
        "menu": object_of(
            {
                **NAMED, "solution": NAME, "roles": names(),
                "items": list_of({"$ref": "#/$defs/menu_item"}, most=100),
            },
            "items",
        ),
    }  # fmt: skip
