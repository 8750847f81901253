"""Documents that are issued for records: templates, numbers."""

from __future__ import annotations

from typing import Any

from metamodel.labels import LANGUAGES
from metamodel.schema.pieces import (
    BOOLEAN,
    EXPRESSION,
    ICON,
    LABEL,
    NAME,
    NAMED,
    ORDER,
    list_of,
    names,
    object_of,
)


def shared() -> dict[str, Any]:
    """A template file, a series of numbers."""
    return {
        "template": object_of(
            {
                "file": {
                    "type": "string",
                    "pattern": "^[^.~/\\\\:*?\"<>|\\x00-\\x1f][^/\\\\:*?\"<>|\\x00-\\x1f]{0,99}\\.(?:docx|html)$",
                    "description": "the name of a .docx or .html file (XLSX and text are not made in this version)",
                },
                "sha256": {
                    "type": "string",
                    "pattern": "^[0-9a-f]{64}$",
                    "description": "the SHA-256 of the file's bytes, 64 hexadecimal digits",
                },
                "off": BOOLEAN,
            },
            "file",
        ),
        "document_number": object_of(
            {
                "format": {"type": "string", "minLength": 1, "maxLength": 100}, "by": NAME,
                "restart": {"enum": ["never", "year", "month", "day"]},
            },
            "format",
        ),
    }  # fmt: skip


def kinds() -> dict[str, Any]:
    """The kind ``document``."""
    return {
        "document": object_of(
            {
                **NAMED, "solution": NAME, "label": LABEL, "help": LABEL, "icon": ICON, "entity": NAME,
                "templates": list_of({"$ref": "#/$defs/template"}, least=1, most=2),
                "number": {"$ref": "#/$defs/document_number"},
                "file_name": {"type": "string", "minLength": 1, "maxLength": 200}, "stages": names(1),
                "when": EXPRESSION, "language": {"enum": list(LANGUAGES)}, "roles": names(),
                "order": ORDER, "part": NAME,
            },
            "name",
            "entity",
            "templates",
        ),
    }  # fmt: skip
