"""A document as the files of its solutions: YAML text, the same for the same document, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metamodel import codec
from metamodel.definitions import KINDS, Document
from metamodel.yaml_text import write_yaml


def export(document: Document, solution: str) -> Mapping[str, str]:
    """The files ``{relative path: text}`` of one solution: a definition a file, named as the definition.

    Reading them back (`metamodel.parse.parse_files`) gives the same definitions in the order of their names.
    """
    files: dict[str, str] = {}
    for kind in KINDS:
        for definition in getattr(document, kind):
            if kind == "solutions":
                if definition.name == solution:
                    files["solution.yaml"] = write_yaml(codec.write(definition))
            elif definition.solution == solution:
                files[_path(kind, definition, solution)] = write_yaml(_of_folder(definition))
    return dict(sorted(files.items()))


def _path(kind: str, definition: Any, solution: str) -> str:
    if kind == "menus" and definition.name == solution:
        return "menu.yaml"
    if kind == "tests" and definition.name == solution:
        return "tests/access.yaml"
    return f"{kind}/{definition.name}.yaml"


def _of_folder(definition: Any) -> dict[str, Any]:
    """The definition as it stands in its solution's folder, which says whose it is."""
    written = codec.write(definition)
    del written["solution"]
    for template in written.get("templates", ()):
        template.pop("sha256", None)  # the file itself stands beside
    return written
