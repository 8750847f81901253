"""Extraction: the English texts that stand in sources and templates, for the catalogues to have."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from jinja2.nodes import Call, Const, Name

CALLS = {"message", "unknown", "_", "gettext"}
"""Names of functions whose literal first argument is a text for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A text and where it stands; ``plural`` only for texts with forms."""

    text: str
    place: str
    plural: str | None = None


def in_python(path: Path) -> Iterator[Found]:
    """The literal texts of a Python source: first arguments of `CALLS`, the first two of ``ngettext``."""
    tree = ast.parse(path.read_text("utf-8"), filename=str(path))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = node.func
        name = getattr(function, "id", None) or getattr(function, "attr", "")
        literals = [getattr(argument, "value", None) for argument in node.args[:2]]
        place = f"{path}:{node.lineno}"
        if name in CALLS and isinstance(literals[0], str):
            yield Found(text=literals[0], place=place)
        elif name == "ngettext" and all(isinstance(text, str) for text in literals):
            yield Found(text=str(literals[0]), plural=str(literals[1]), place=place)


def in_template(path: Path) -> Iterator[Found]:
    """The literal texts of a Jinja template: ``_("…")``, ``gettext``, ``ngettext`` and ``{% trans %}`` blocks."""
    extensions = [
        "jinja2.ext.i18n",
        "jinja2.ext.do",
        "jinja2.ext.loopcontrols",
    ]  # as `core.web.templates` has them
    environment = Environment(extensions=extensions, autoescape=True)  # only parses
    for node in environment.parse(path.read_text("utf-8")).find_all(Call):
        if not isinstance(node.node, Name):
            continue
        literals = [argument.value if isinstance(argument, Const) else None for argument in node.args[:2]]
        place = f"{path}:{node.lineno}"
        if node.node.name in CALLS and literals and isinstance(literals[0], str):
            yield Found(text=literals[0], place=place)
        elif node.node.name == "ngettext" and len(literals) == 2:
            yield Found(text=str(literals[0]), plural=str(literals[1]), place=place)


def in_folders(root: Path, packages: Iterable[str]) -> Iterator[Found]:
    """Every text of the packages' sources and templates."""
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            yield from in_python(path)
        for path in sorted((root / package).rglob("*.html")):
            yield from in_template(path)
