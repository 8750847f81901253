"""The published JSON Schemas (2020-12) of every kind of definition, made from the definitions' own keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from metamodel.fields import field_types
from metamodel.labels import LANGUAGES
from metamodel.layout import WIDTH
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
_STAGE = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_]{0,47}(?:\\.[a-z][a-z0-9_]{0,47})?$",
    "description": "the name of a stage; of another pipeline with its name before it: service.won",
}
_RENAMED = {
    "anyOf": [_NAME, {"type": "array", "items": _NAME, "maxItems": 100}],
    "description": "earlier names, one or a list",
}


def _names(least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": _NAME, "minItems": least, "maxItems": MOST_FIELDS}


def _one_or_more(item: Any = _NAME) -> dict[str, Any]:
    """A name, or a list of at least one."""
    several = {"type": "array", "items": item, "minItems": 1, "maxItems": 200, "uniqueItems": True}
    return {"anyOf": [item, several], "description": "a name, or a list of names"}


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
_OF_LINKS = ("required", "required_if", "read_only", "read_only_if", "visible_if", "personal")
_OF_LINK_ANY = (*_OF_LINKS, "indexed", "default", "copy")
_OF_SERIES = ("unique", "indexed", "visible_if", "search")
_COMMON_OF = {
    "formula": _OF_COMPUTED, "lookup": _OF_COMPUTED, "rollup": _OF_COMPUTED,
    "links": _OF_LINKS, "users": _OF_LINKS, "file": _OF_LINKS, "files": _OF_LINKS, "image": _OF_LINKS, "secret": _OF_LINKS, "link_any": _OF_LINK_ANY, "children": _OF_CHILDREN, "number_series": _OF_SERIES,
}  # fmt: skip
_REQUIRED_OF = {
    "choice": ("choices",), "choices": ("choices",), "link": ("to",), "links": ("to",), "link_any": ("to",), "children": ("of",), "formula": ("formula",), "lookup": ("path",),
    "rollup": ("formula",),
}  # fmt: skip


def _field(type_name: str) -> dict[str, Any]:
    common = _COMMON_OF.get(type_name, tuple(_COMMON))
    properties = {
        **_NAMED,
        "type": {"const": type_name},
        "label": _LABEL,
        "help": _LABEL,
        "part": _NAME,
        **{key: _COMMON[key] for key in common},
        **field_types()[type_name].options_schema,
    }
    return _object(properties, "name", "type", *_REQUIRED_OF.get(type_name, ()))


_STEP_KEYS: Mapping[str, tuple[str, ...]] = {
    "set": ("values",),
    "create": ("entity", "find", "values", "rows"),
    "take": ("entity", "where", "sort", "values"),
    "move": ("to", "values"),
}
_STEP_NEEDS = {"set": ("values",), "create": ("entity",), "take": ("entity",), "move": ("to",)}
_ACTION_PLACES = ("card", "row", "list")


def _values() -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": _NAME,
        "additionalProperties": _EXPRESSION,
        "maxProperties": MOST_FIELDS,
    }


def _step(do: str) -> dict[str, Any]:
    keys = {
        "entity": _NAME, "find": _EXPRESSION, "where": _EXPRESSION, "sort": _sort(), "to": _NAME, "values": _values(),
        "rows": {
            "type": "object", "propertyNames": _NAME, "additionalProperties": {"$ref": "#/$defs/step_rows"},
            "maxProperties": 20,
        },
    }  # fmt: skip
    return _object(
        {
            "name": _NAME,
            "do": {"const": do},
            "if": _EXPRESSION,
            **{key: keys[key] for key in _STEP_KEYS[do]},
            "as": {"enum": ["actor", "system"]},
        },
        "do",
        *_STEP_NEEDS[do],
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


def _definitions() -> dict[str, Any]:
    types = list(field_types())
    stage = {
        **_NAMED, "label": _LABEL, "help": _LABEL, "color": _COLOR, "kind": {"enum": ["open", "won", "lost"]},
        "required": _one_or_more(), "norm": {"type": "string", "maxLength": 40, "description": "a duration: P3D, PT4H"},
        "archived": _BOOLEAN,
    }  # fmt: skip
    move = {
        "from": _one_or_more(_STAGE), "to": _one_or_more(_STAGE), "roles": _one_or_more(), "when": _EXPRESSION,
        "message": _LABEL,
    }  # fmt: skip
    pipeline = {
        **_NAMED, "label": _LABEL, "help": _LABEL, "stages": _list({"$ref": "#/$defs/stage"}, least=1, most=100),
        "moves": _list({"$ref": "#/$defs/move"}, most=500),
    }  # fmt: skip
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
        "move": _object(move, "to"),
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
        **_layout(),
        "grant": _object(
            {
                "entity": _NAME,
                "actions": {"type": "array", "items": _NAME, "minItems": 1, "uniqueItems": True},
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
        "part": _object({"name": _NAME, "label": _LABEL, "help": _LABEL, "on": _BOOLEAN}, "name"),
        "step_rows": _object({"of": _NAME, "where": _EXPRESSION, "values": _values()}, "of", "values"),
        "format": _object(
            {
                "column": {"$ref": "#/$defs/path"}, "when": _EXPRESSION, "value": _EXPRESSION, "from": _EXPRESSION,
                "to": _EXPRESSION, "color": _COLOR, "fill": _BOOLEAN,
            },
            "color",
        ),
        "step": _by("do", tuple(_STEP_KEYS), "step_"),
        **{f"step_{do}": _step(do) for do in _STEP_KEYS},
        "fixture": _object({"name": _NAME, "entity": _NAME, "values": _written()}, "name", "entity"),
        "verdicts": _object({"actions": _asked(), "read": _asked(), "write": _asked(), "move": _asked()}),
        "access_test": _object(
            {
                "label": _LABEL, "roles": _asked(least=0), "user": {"type": "string", "minLength": 1, "maxLength": 200},
                "me": _written(), "with": _list({"$ref": "#/$defs/fixture"}, most=50), "entity": _NAME,
                "record": _written(), "by": _written(), "allow": {"$ref": "#/$defs/verdicts"},
                "deny": {"$ref": "#/$defs/verdicts"},
            },
            "entity",
        ),
        "menu_item": _object(
            {
                "label": _LABEL, "icon": _ICON, "entity": _NAME, "view": _NAME, "part": _NAME,
                "items": _list({"$ref": "#/$defs/menu_item"}, least=1, most=100),
            }
        ),
    }  # fmt: skip


def _layout() -> dict[str, Any]:
    columns = {"enum": [1, 2, 3]}
    rows = _list(_list({"$ref": "#/$defs/placed"}, least=1, most=WIDTH), most=200)
    return {
        "placed": {
            "anyOf": [
                _NAME,
                _object({"field": _NAME, "width": {"type": "integer", "minimum": 1, "maximum": WIDTH}}, "field"),
            ],
            "description": "the name of a field, or {field: …, width: 1 to 6}",
        },
        "section": _object(
            {
                "label": _LABEL, "help": _LABEL, "collapsed": _BOOLEAN, "visible_if": _EXPRESSION, "columns": columns,
                "rows": rows,
            },
            "rows",
        ),
        "tab": _object(
            {
                "tab": _LABEL, "columns": columns, "rows": rows,
                "sections": _list({"$ref": "#/$defs/section"}, most=60), "show": _shown(),
            },
            "tab",
        ),
    }  # fmt: skip


def _written() -> dict[str, Any]:
    """Values as in the API, by names of fields."""
    return {"type": "object", "propertyNames": _NAME, "maxProperties": MOST_FIELDS}


def _asked(least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": _NAME, "minItems": least, "maxItems": MOST_FIELDS, "uniqueItems": True}


def _sets() -> dict[str, Any]:
    """Sets of fields; one name alone is a set of it."""
    one = {"type": "array", "items": _NAME, "minItems": 1, "maxItems": 5, "uniqueItems": True}
    return {"type": "array", "items": {"anyOf": [_NAME, one]}, "maxItems": 10}


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


def _shown() -> dict[str, Any]:
    return {"type": "array", "items": _NAME, "maxItems": 20, "uniqueItems": True}


def _kinds() -> dict[str, dict[str, Any]]:
    fields = _list({"$ref": "#/$defs/field"})
    stages = {"$ref": "#/$defs/stages"}
    constraints = _list({"$ref": "#/$defs/constraint"}, most=200)
    layout = _list({"$ref": "#/$defs/tab"}, most=30)
    timeline = {"type": "array", "items": {"$ref": "#/$defs/path"}, "maxItems": 20, "uniqueItems": True}
    depends = _names()
    return {
        "solution": _object(
            {
                "name": _NAME, "uid": _UID, "label": _LABEL, "help": _LABEL,
                "version": {"type": ["string", "number"], "maxLength": 40}, "icon": _ICON, "color": _COLOR,
                "depends": depends, "parts": _list({"$ref": "#/$defs/part"}, most=50),
                "switched": {"type": "object", "propertyNames": _NAME, "additionalProperties": _BOOLEAN},
            },
            "name",
        ),
        "entity": _object(
            {
                **_NAMED, "solution": _NAME, "label": _LABEL, "label_many": _LABEL, "help": _LABEL, "icon": _ICON,
                "menu": _BOOLEAN, "part": _NAME, "title": {"type": "string", "minLength": 1, "maxLength": 500}, "sort": _sort(),
                "duplicates": _sets(), "search": _shown(), "tree": _NAME, "fields": fields, "stages": stages, "constraints": constraints, "layout": layout,
                "rail": _shown(), "timeline": timeline,
            },
            "name",
            "fields",
        ),
        "extension": _object(
            {
                "name": _NAME, "extends": _NAME, "uid": _UID, "solution": _NAME, "fields": fields, "stages": stages,
                "constraints": constraints, "layout": layout, "timeline": timeline,
            },
            "extends",
        ),
        "action": _object(
            {
                **_NAMED, "solution": _NAME, "label": _LABEL, "help": _LABEL, "icon": _ICON, "entity": _NAME,
                "where": {
                    "anyOf": [
                        {"enum": list(_ACTION_PLACES)},
                        {"type": "array", "items": {"enum": list(_ACTION_PLACES)}, "minItems": 1, "uniqueItems": True},
                    ],
                    "description": "card, row, list, or several of them",
                },
                "rank": {"enum": ["primary", "secondary", "more"]},
                "order": {"type": "integer", "minimum": -9999, "maximum": 9999}, "when": _EXPRESSION,
                "confirm": _LABEL, "inputs": _list({"$ref": "#/$defs/field"}, most=50),
                "steps": _list({"$ref": "#/$defs/step"}, least=1, most=50), "then": _NAME, "part": _NAME,
            },
            "name",
            "entity",
            "steps",
        ),
        "role": _object(
            {
                **_NAMED, "solution": _NAME, "label": _LABEL, "help": _LABEL, "parent": _NAME, "includes": _names(),
                "second_factor": {"const": "required"}, "everything": _BOOLEAN,
                "grants": _list({"$ref": "#/$defs/grant"}),
            },
            "name",
        ),
        "view": _object(
            {
                **_NAMED, "solution": _NAME, "label": _LABEL, "help": _LABEL, "entity": _NAME,
                "kind": {"enum": ["list", "board", "calendar", "tree"]}, "group_by": _NAME,
                "from": _NAME, "to": _NAME, "color_by": _NAME,
                "columns": _list({"$ref": "#/$defs/path"}, least=1, most=100), "group": _grouping(), "totals": _totals(),
                "folded": _shown(), "hidden": _shown(), "filter": _EXPRESSION, "sort": _sort(),
                "formats": _list({"$ref": "#/$defs/format"}, most=20),
                "frozen": {"type": "integer", "minimum": 0, "maximum": 5},
                "order": {"type": "integer", "minimum": -9999, "maximum": 9999}, "roles": _names(), "part": _NAME,
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
        "tests": _object(
            {**_NAMED, "solution": _NAME, "tests": _list({"$ref": "#/$defs/access_test"})},
            "tests",
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
