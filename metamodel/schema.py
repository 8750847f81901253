"""The published JSON Schemas (2020-12) of every kind of definition, made from the definitions' own keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from metamodel.fields import field_types
from metamodel.labels import LANGUAGES
from metamodel.model import ACTIONS
from metamodel.names import NAME_PATTERN, UID_PATTERN

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_FIELDS = 1_000

COLORS = ("grey", "blue", "green", "amber", "red", "violet", "teal", "pink")

_NAME = {"$ref": "#/$defs/name"}
_UID = {"type": "string", "pattern": UID_PATTERN, "description": "4 to 20 small Latin letters and digits"}
_LABEL = {"$ref": "#/$defs/label"}
_EXPRESSION = {"$ref": "#/$defs/expression"}
_BOOLEAN = {"type": "boolean"}
_COLOR = {"enum": list(COLORS)}
_ICON = {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,47}$", "description": "the name of an icon"}
_RENAMED = {
    "anyOf": [_NAME, {"type": "array", "items": _NAME, "maxItems": 100}],
    "description": "earlier names, one or a list",
}


def _names(least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": _NAME, "minItems": least, "maxItems": MOST_FIELDS}


def _sort() -> dict[str, Any]:
    pattern = "^-?" + _PATH_PATTERN[1:]
    return {
        "type": "array",
        "maxItems": 5,
        "items": {
            "type": "string",
            "pattern": pattern,
            "description": "a field, “-” before a descending one",
        },
    }


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _list(item: Any, *, least: int = 0, most: int = MOST_FIELDS) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


_PATH_PATTERN = "^[a-z][a-z0-9_]{0,47}(?:\\.[a-z][a-z0-9_]{0,47}){0,7}$"
_NAMED = {"name": _NAME, "uid": _UID, "renamed_from": _RENAMED}
_COMMON = {
    "required": _BOOLEAN,
    "required_if": _EXPRESSION,
    "unique": _BOOLEAN,
    "indexed": _BOOLEAN,
    "read_only": _BOOLEAN,
    "read_only_if": _EXPRESSION,
    "visible_if": _EXPRESSION,
    "default": _EXPRESSION,
    "copy": _EXPRESSION,
    "personal": _BOOLEAN,
    "search": _BOOLEAN,
}
_OF_COMPUTED = ("visible_if", "personal", "search")
_OF_CHILDREN = ("required", "required_if", "read_only", "read_only_if", "visible_if")
_OF_SERIES = ("unique", "indexed", "visible_if", "search")
_COMMON_OF = {
    "formula": _OF_COMPUTED, "lookup": _OF_COMPUTED, "rollup": _OF_COMPUTED,
    "children": _OF_CHILDREN, "number_series": _OF_SERIES,
}  # fmt: skip
_REQUIRED_OF = {
    "choice": ("choices",), "link": ("to",), "children": ("of",), "formula": ("formula",), "lookup": ("path",),
    "rollup": ("formula",),
}  # fmt: skip


def _field(type_name: str) -> dict[str, Any]:
    common = _COMMON_OF.get(type_name, tuple(_COMMON))
    properties = {
        **_NAMED,
        "type": {"const": type_name},
        "label": _LABEL,
        "help": _LABEL,
        **{key: _COMMON[key] for key in common},
        **field_types()[type_name].options_schema,
    }
    return _object(properties, "name", "type", *_REQUIRED_OF.get(type_name, ()))


def _definitions() -> dict[str, Any]:
    types = list(field_types())
    stage = {
        **_NAMED, "label": _LABEL, "help": _LABEL, "color": _COLOR, "kind": {"enum": ["open", "won", "lost"]},
        "archived": _BOOLEAN,
    }  # fmt: skip
    pipeline = {**_NAMED, "label": _LABEL, "stages": _list({"$ref": "#/$defs/stage"}, least=1, most=100)}
    return {
        "name": {
            "type": "string",
            "pattern": NAME_PATTERN,
            "description": "a name of small Latin letters, digits and _, beginning with a letter, at most 48 characters",
        },
        "path": {"type": "string", "pattern": _PATH_PATTERN, "description": "names of fields joined by points"},
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
        "choice": _object({**_NAMED, "label": _LABEL, "help": _LABEL, "color": _COLOR, "archived": _BOOLEAN}, "name"),
        "field": {
            "type": "object",
            "properties": {"name": _NAME, "type": {"enum": types}},
            "required": ["name", "type"],
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                    "then": {"$ref": f"#/$defs/field_{name}"},
                }
                for name in types
            ],
        },
        **{f"field_{name}": _field(name) for name in types},
        "stage": _object(stage, "name"),
        "pipeline": _object(pipeline, "name", "stages"),
        "stages": _object(
            {
                "field": _NAME, "uid": _UID, "renamed_from": _RENAMED, "label": _LABEL, "help": _LABEL,
                "pipelines": _list({"$ref": "#/$defs/pipeline"}, least=1, most=20),
            },
            "pipelines",
        ),
        "constraint": {
            **_object({"uid": _UID, "unique": _names(1), "check": _EXPRESSION, "message": _LABEL}),
            "oneOf": [{"required": ["unique"]}, {"required": ["check"]}],
            "description": "either unique or check",
        },
        "tab": _object(
            {
                "tab": _LABEL,
                "rows": _list(_list(_NAME, least=1, most=6), most=200),
                "show": {"type": "array", "items": {"enum": ["history"]}, "uniqueItems": True},
            },
            "tab",
        ),
        "grant": _object(
            {
                "entity": _NAME,
                "actions": {"type": "array", "items": {"enum": list(ACTIONS)}, "minItems": 1, "uniqueItems": True},
                "rows": _EXPRESSION,
                "check": _EXPRESSION,
                "stages": _names(),
                "fields": {
                    "anyOf": [{"const": "all"}, _names(), _object({"all_but": _names()}, "all_but")],
                    "description": "all, {all_but: […]} or a list of names",
                },
            },
            "entity",
            "actions",
        ),
        "menu_item": _object(
            {
                "label": _LABEL, "icon": _ICON, "entity": _NAME, "view": _NAME,
                "items": _list({"$ref": "#/$defs/menu_item"}, least=1, most=100),
            }
        ),
    }  # fmt: skip


def _kinds() -> dict[str, dict[str, Any]]:
    fields = _list({"$ref": "#/$defs/field"})
    stages = {"$ref": "#/$defs/stages"}
    constraints = _list({"$ref": "#/$defs/constraint"}, most=200)
    layout = _list({"$ref": "#/$defs/tab"}, most=30)
    depends = _names()
    return {
        "solution": _object(
            {
                "name": _NAME, "uid": _UID, "label": _LABEL, "help": _LABEL,
                "version": {"type": ["string", "number"], "maxLength": 40}, "icon": _ICON, "color": _COLOR,
                "depends": depends,
            },
            "name",
        ),
        "entity": _object(
            {
                **_NAMED, "solution": _NAME, "label": _LABEL, "label_many": _LABEL, "help": _LABEL, "icon": _ICON,
                "menu": _BOOLEAN, "title": {"type": "string", "minLength": 1, "maxLength": 500}, "sort": _sort(),
                "tree": _NAME, "fields": fields, "stages": stages, "constraints": constraints, "layout": layout,
            },
            "name",
            "fields",
        ),
        "extension": _object(
            {
                "name": _NAME, "extends": _NAME, "uid": _UID, "solution": _NAME, "fields": fields, "stages": stages,
                "constraints": constraints, "layout": layout,
            },
            "extends",
        ),
        "role": _object(
            {
                **_NAMED, "solution": _NAME, "label": _LABEL, "help": _LABEL, "parent": _NAME, "everything": _BOOLEAN,
                "grants": _list({"$ref": "#/$defs/grant"}),
            },
            "name",
        ),
        "view": _object(
            {
                **_NAMED, "solution": _NAME, "label": _LABEL, "help": _LABEL, "entity": _NAME,
                "kind": {"enum": ["list"]}, "columns": _list({"$ref": "#/$defs/path"}, least=1, most=100),
                "filter": _EXPRESSION, "sort": _sort(),
                "order": {"type": "integer", "minimum": -9999, "maximum": 9999}, "roles": _names(),
            },
            "name",
            "entity",
            "columns",
        ),
        "menu": _object(
            {
                **_NAMED, "solution": _NAME, "roles": _names(),
                "items": _list({"$ref": "#/$defs/menu_item"}, most=100),
            },
            "items",
        ),
    }  # fmt: skip


@cache
def schemas() -> Mapping[str, Mapping[str, Any]]:
    """The JSON Schema of every kind that exists, by the name of the kind, each complete in itself."""
    shared = _definitions()
    return {
        kind: {
            "$schema": DIALECT,
            "$id": f"urn:kubik:definition:{kind}",
            "title": kind,
            **schema,
            "$defs": shared,
        }
        for kind, schema in _kinds().items()
    }
