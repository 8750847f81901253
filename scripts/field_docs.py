"""Writes docs/integrators/field-types.md from the field types themselves; ``--check`` only compares."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from core.plugin_manager import start_plugins
from core.system import FOLDER
from metamodel.definitions import KINDS, Document
from metamodel.fields import field_types
from metamodel.fields.operators import operators_of
from metamodel.identity import identify
from metamodel.model import Field
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from metamodel.schema import schemas

PAGE = Path(__file__).parent.parent / "docs" / "integrators" / "field-types.md"

_TOP = """# Field types

Every type of field: what its value is in JSON (`null` is empty everywhere), how it is stored, and what a filter may ask. What a definition says of each stands among the
[definitions](../administrators/definitions.md). This page is made from the types by `python -m scripts.field_docs`.

"""
_HEAD = ("| type | in Russian | JSON | kept as | filters |", "| --- | --- | --- | --- | --- |")
_NEEDED: dict[str, Any] = {
    "choices": [{"name": "a"}], "to": "sample", "of": "row", "through": "sample", "formula": "1 + 1", "path": "near.code",
}  # fmt: skip
_NOT_KEPT = {"links": "a table of its own", "none": "nothing: computed when read, or rows of another entity"}
MOST = 120
"""Characters of a schema that is shown whole."""


@cache
def fields() -> dict[str, Field]:
    """A field of every type with the least that its definition must say, by the name of the type."""
    start_plugins()
    shared = schemas()["entity"]["$defs"]
    written: list[dict[str, Any]] = [
        {"name": "near", "type": "link", "to": "sample"},
        {"name": "code", "type": "text"},
    ]
    for name in field_types():
        if name == "children":
            needed: dict[str, Any] = {"of": "row", "through": "sample"}
        elif name == "rollup":
            needed = {"formula": "COUNT(f_children)"}
        else:
            must = set(shared[f"field_{name}"]["required"]) - {"name", "type"}
            needed = {key: ["sample"] if name == "link_any" else _NEEDED[key] for key in must}
        written.append({"name": f"f_{name}", "type": name, **needed})
    row = {
        "name": "row",
        "fields": [{"name": "sample", "type": "link", "to": "sample"}, {"name": "code", "type": "text"}],
    }
    files = {
        "solution.yaml": json.dumps({"name": "types"}),
        "entities/sample.yaml": json.dumps({"name": "sample", "fields": written}),
        "entities/row.yaml": json.dumps(row),
    }
    system = parse_files(
        {p.relative_to(FOLDER).as_posix(): p.read_text("utf-8") for p in FOLDER.rglob("*.yaml")}
    )
    own = parse_files(files)
    both = Document(**{kind: (*getattr(system, kind), *getattr(own, kind)) for kind in KINDS})
    sample = resolve(identify(both), 1).entities["sample"]
    return {name: sample.by_name[f"f_{name}"] for name in field_types()}


def rows() -> Iterator[str]:
    """The lines of the table."""
    yield from _HEAD
    for name, field in fields().items():
        schema = json.dumps(field.type.json_schema(field), ensure_ascii=False)
        shown = schema if len(schema) <= MOST else schema[:MOST].rsplit(",", 1)[0] + ", …"
        storage = field.type.column_type(field).storage
        filters = ", ".join(str(operator.label.en) for operator in operators_of(field)) or "–"
        cells = (
            f"`{name}`",
            str(field.type.label.ru),
            f"`{shown}`",
            _NOT_KEPT.get(storage, storage),
            filters,
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page() -> str:
    """The whole page."""
    return _TOP + "\n".join(rows()) + "\n"


def main() -> int:
    """Write the page, or compare it."""
    if "--check" in sys.argv:
        return 0 if PAGE.read_text("utf-8") == page() else 1
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
