"""Fields of every type."""

from __future__ import annotations

from typing import Any

from metamodel.fields import field_types
from metamodel.schema.pieces import BOOLEAN, COLOR, EXPRESSION, LABEL, NAME, NAMED, object_of

_COMMON = {
    "required": BOOLEAN,
    "required_if": EXPRESSION,
    "unique": BOOLEAN,
    "indexed": BOOLEAN,
    "read_only": BOOLEAN,
    "read_only_if": EXPRESSION,
    "visible_if": EXPRESSION,
    "default": EXPRESSION,
    "copy": EXPRESSION,
    "personal": BOOLEAN,
    "search": BOOLEAN,
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
        **NAMED,
        "type": {"const": type_name},
        "label": LABEL,
        "help": LABEL,
        "part": NAME,
        **{key: _COMMON[key] for key in common},
        **field_types()[type_name].options_schema,
    }
    return object_of(properties, "name", "type", *_REQUIRED_OF.get(type_name, ()))


def shared() -> dict[str, Any]:
    """A field, and each type of it."""
    types = list(field_types())
    return {
        "choice": object_of({**NAMED, "label": LABEL, "help": LABEL, "color": COLOR, "archived": BOOLEAN}, "name"),
        "field": {
            "type": "object",
            "properties": {"name": NAME, "type": {"enum": types}},
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
    }  # fmt: skip
