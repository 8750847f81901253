"""Entities and what extends them: fields, stages, constraints, the card's layout."""

from __future__ import annotations

from typing import Any

from metamodel.layout import WIDTH
from metamodel.schema.pieces import (
    BOOLEAN,
    COLOR,
    EXPRESSION,
    ICON,
    LABEL,
    NAME,
    NAMED,
    RENAMED,
    UID,
    list_of,
    names,
    object_of,
    one_or_more,
    shown,
    sort,
)

_STAGE = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_]{0,47}(?:\\.[a-z][a-z0-9_]{0,47})?$",
    "description": "the name of a stage; of another pipeline with its name before it: service.won",
}


def _sets() -> dict[str, Any]:
    """Sets of fields; one name alone is a set of it."""
    one = {"type": "array", "items": NAME, "minItems": 1, "maxItems": 5, "uniqueItems": True}
    return {"type": "array", "items": {"anyOf": [NAME, one]}, "maxItems": 10}


def shared() -> dict[str, Any]:
    """Stages, constraints, layout."""
    stage = {
        **NAMED, "label": LABEL, "help": LABEL, "color": COLOR, "kind": {"enum": ["open", "won", "lost"]},
        "required": one_or_more(), "norm": {"type": "string", "maxLength": 40, "description": "a duration: P3D, PT4H"},
        "archived": BOOLEAN,
    }  # fmt: skip
    move = {
        "from": one_or_more(_STAGE), "to": one_or_more(_STAGE), "roles": one_or_more(), "when": EXPRESSION,
        "message": LABEL,
    }  # fmt: skip
    pipeline = {
        **NAMED, "label": LABEL, "help": LABEL, "stages": list_of({"$ref": "#/$defs/stage"}, least=1, most=100),
        "moves": list_of({"$ref": "#/$defs/move"}, most=500),
    }  # fmt: skip
    return {
        "stage": object_of(stage, "name"),
        "move": object_of(move, "to"),
        "pipeline": object_of(pipeline, "name", "stages"),
        "stages": object_of(
            {
                "field": NAME, "uid": UID, "renamed_from": RENAMED, "label": LABEL, "help": LABEL,
                "pipelines": list_of({"$ref": "#/$defs/pipeline"}, least=1, most=20),
            },
            "pipelines",
        ),
        "constraint": {
            **object_of({"uid": UID, "unique": names(1), "check": EXPRESSION, "message": LABEL}),
            "oneOf": [{"required": ["unique"]}, {"required": ["check"]}],
            "description": "either unique or check",
        },
        **_layout(),
    }  # fmt: skip


def _layout() -> dict[str, Any]:
    """Tabs, sections and the fields placed in them."""
    columns = {"enum": [1, 2, 3]}
    rows = list_of(list_of({"$ref": "#/$defs/placed"}, least=1, most=WIDTH), most=200)
    return {
        "placed": {
            "anyOf": [
                NAME,
                object_of({"field": NAME, "width": {"type": "integer", "minimum": 1, "maximum": WIDTH}}, "field"),
            ],
            "description": "the name of a field, or {field: …, width: 1 to 6}",
        },
        "section": object_of(
            {
                "label": LABEL, "help": LABEL, "collapsed": BOOLEAN, "visible_if": EXPRESSION, "columns": columns,
                "rows": rows,
            },
            "rows",
        ),
        "tab": object_of(
            {
                "tab": LABEL, "columns": columns, "rows": rows,
                "sections": list_of({"$ref": "#/$defs/section"}, most=60), "show": shown(),
            },
            "tab",
        ),
    }  # fmt: skip


def kinds() -> dict[str, Any]:
    """The kinds ``entity`` and ``extension``."""
    fields = list_of({"$ref": "#/$defs/field"})
    stages = {"$ref": "#/$defs/stages"}
    constraints = list_of({"$ref": "#/$defs/constraint"}, most=200)
    layout = list_of({"$ref": "#/$defs/tab"}, most=30)
    timeline = {"type": "array", "items": {"$ref": "#/$defs/path"}, "maxItems": 20, "uniqueItems": True}
    return {
        "entity": object_of(
            {
                **NAMED, "solution": NAME, "label": LABEL, "label_many": LABEL, "help": LABEL, "icon": ICON,
                "menu": BOOLEAN, "part": NAME, "title": {"type": "string", "minLength": 1, "maxLength": 500}, "sort": sort(),
                "duplicates": _sets(), "search": shown(), "tree": NAME, "fields": fields, "stages": stages, "constraints": constraints, "layout": layout,
                "rail": shown(), "timeline": timeline,
            },
            "name",
            "fields",
        ),
        "extension": object_of(
            {
                "name": NAME, "extends": NAME, "uid": UID, "solution": NAME, "fields": fields, "stages": stages,
                "constraints": constraints, "layout": layout, "timeline": timeline,
            },
            "extends",
        ),
    }  # fmt: skip
