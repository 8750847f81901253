"""What schemas are put together from: names, labels, expressions, lists and objects of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel.labels import LANGUAGES
from metamodel.names import NAME_PATTERN, UID_PATTERN

MOST_FIELDS = 1_000

COLORS = ("grey", "blue", "green", "amber", "red", "violet", "teal", "pink")

NAME = {"$ref": "#/$defs/name"}
UID = {"type": "string", "pattern": UID_PATTERN, "description": "4 to 20 small Latin letters and digits"}
LABEL = {"$ref": "#/$defs/label"}
EXPRESSION = {"$ref": "#/$defs/expression"}
BOOLEAN = {"type": "boolean"}
COLOR = {"enum": list(COLORS)}
ORDER = {"type": "integer", "minimum": -9999, "maximum": 9999}
ICON = {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,47}$", "description": "the name of an icon"}
RENAMED = {
    "anyOf": [NAME, {"type": "array", "items": NAME, "maxItems": 100}],
    "description": "earlier names, one or a list",
}
PATH_PATTERN = "^[a-z][a-z0-9_]{0,47}(?:\\.[a-z][a-z0-9_]{0,47}){0,7}$"
NAMED = {"name": NAME, "uid": UID, "renamed_from": RENAMED}


def names(least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": NAME, "minItems": least, "maxItems": MOST_FIELDS}


def one_or_more(item: Any = NAME) -> dict[str, Any]:
    """A name, or a list of at least one."""
    several = {"type": "array", "items": item, "minItems": 1, "maxItems": 200, "uniqueItems": True}
    return {"anyOf": [item, several], "description": "a name, or a list of names"}


def sort() -> dict[str, Any]:
    pattern = "^-?" + PATH_PATTERN[1:]
    return {
        "type": "array",
        "maxItems": 5,
        "items": {
            "type": "string",
            "pattern": pattern,
            "description": "a field, “-” before a descending one",
        },
    }


def object_of(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def list_of(item: Any, *, least: int = 0, most: int = MOST_FIELDS) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


def shown() -> dict[str, Any]:
    return {"type": "array", "items": NAME, "maxItems": 20, "uniqueItems": True}


def expressions() -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": NAME,
        "additionalProperties": EXPRESSION,
        "maxProperties": MOST_FIELDS,
    }


def values() -> dict[str, Any]:
    """Values as in the API, by names of fields."""
    return {"type": "object", "propertyNames": NAME, "maxProperties": MOST_FIELDS}


def shared() -> dict[str, Any]:
    """What every kind names by reference."""
    return {
        "name": {
            "type": "string",
            "pattern": NAME_PATTERN,
            "description": "a name of small Latin letters, digits and _, beginning with a letter, at most 48 characters",
        },
        "sibling": {
            "type": "string",
            "pattern": NAME_PATTERN,
            "description": "the name of another field of the same entity",
        },
        "path": {"type": "string", "pattern": PATH_PATTERN, "description": "names of fields joined by points"},
        "label": {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 2_000},
                {
                    "type": "object",
                    "properties": {language: {"type": "string", "maxLength": 2_000} for language in LANGUAGES},
                    "minProperties": 1,
                    "additionalProperties": False,
                },
            ],
            "description": "a text, or {ru: …, en: …}",
        },
        "expression": {
            "type": ["string", "number", "boolean"],
            "maxLength": 10_000,
            "description": "an expression, written as a text",
        },
    }  # fmt: skip
