"""How a column of values is drawn: its kind, the class of its cells, its width on every screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from metamodel.expression.tree import Aggregate, Path
from metamodel.expression.types import Type
from metamodel.model import Field, Model

Kind = Literal[
    "text",
    "number",
    "money",
    "percent",
    "boolean",
    "date",
    "datetime",
    "choice",
    "link",
    "person",
    "links",
    "people",
    "link_any",
    "children",
    "email",
    "phone",
    "url",
    "rating",
    "color",
    "time",
    "duration",
    "choices",
    "rich_text",
    "json",
    "file",
    "image",
    "files",
    "secret",
]
"""What a cell shows; each has its template ``cells/<kind>.html``."""

NUMERIC: frozenset[Kind] = frozenset({"number", "money", "percent", "date", "datetime", "time", "duration"})
"""Kinds that stand to the right, figure under figure."""

FITTED: frozenset[Kind] = frozenset({"number", "money", "percent"})
"""Kinds whose columns are as wide as their figures."""

FLEXIBLE = 216
"""Pixels that the column of the name needs at least; it takes what the others leave."""

_WIDTHS: dict[Kind, int] = {
    "text": 22, "number": 12, "money": 15, "percent": 10, "boolean": 10, "date": 12, "datetime": 17, "choice": 16,
    "link": 20, "person": 17, "links": 26, "people": 14, "link_any": 26, "children": 10,
    "email": 24, "phone": 25, "url": 24, "rating": 13, "color": 13, "time": 10, "duration": 16, "choices": 26,
    "rich_text": 30, "json": 24, "file": 24, "image": 8, "files": 26, "secret": 10,
}  # fmt: skip
_DECLARED: Mapping[str, Kind] = {
    "email": "email", "phone": "phone", "url": "url", "rating": "rating", "color": "color", "rich_text": "rich_text",
    "links": "links", "people": "people",
}  # fmt: skip
"""Kinds that the type of a value does not tell."""

_STEPS = (*range(400, 1700, 100), 1800, 2000, 2400)
UNIT = 8
LEAST, MOST = 8, 30
"""Widths of columns are whole units between these."""

FIGURE, LETTER, PADDING, ARROW = 7.7, 7.1, 18, 20
"""Pixels of a figure in a cell and of a letter in a head, of what stands around them, of the arrow of a sort."""

ONE_LINE = 14
"""Letters of a head that stands in one line; a longer one takes two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """A width of a column: its class (None: what is left) and the pixels it takes at least."""

    css: str | None
    pixels: int


def kind_of(model: Model, result: Type, declared: str = "text") -> Kind:
    """The kind of a column by the type of its values; ``declared`` is the cell that the field's own type names."""
    if declared == "children" or result.kind == "rows":
        return "children"
    file = model.entities.get("file")
    if result.kind == "link" and file is not None and result.entity == file.uid:
        return "files" if result.many else "image" if declared == "image" else "file"
    if declared in _DECLARED:
        return _DECLARED[declared]
    if result.kind == "link":
        user = model.entities.get("user")
        return "person" if user is not None and result.entity == user.uid else "link"
    if result.kind == "number":
        if result.percent:
            return "percent"
        return "money" if result.currency or declared == "money" else "number"
    if result.kind in (
        "link_any",
        "boolean",
        "date",
        "datetime",
        "time",
        "duration",
        "choice",
        "choices",
        "json",
        "secret",
    ):
        return result.kind
    return "text"


_TAKEN = ("FIRST", "LAST", "MIN", "MAX")
"""Aggregates whose value is one of the rows'."""


def shown_as(model: Model, field: Field) -> Field:
    """The field whose values a computed one only passes on, where its type says how they look: a telephone, stars."""
    node = field.computed.root if field.computed is not None else None
    while isinstance(node, Aggregate) and node.function in _TAKEN:
        node = node.body
    if not isinstance(node, Path) or not node.steps:
        return field
    entity, uid = node.steps[-1]
    found = model.entity_by_uid[entity].by_uid.get(uid)
    if found is None:
        return field
    source = shown_as(model, found)
    return source if source.type.cell in _DECLARED else field


def width_of(kind: Kind, *, flexible: bool, short: bool = False) -> Width:
    """The width of a column; ``short`` is a text that is known to be short (a number of a series)."""
    if flexible:
        return Width(css=None, pixels=FLEXIBLE)
    return _units(15 if short else _WIDTHS[kind])


def fitting_width(kind: Kind, label: str, texts: Iterable[str], *, marked: bool = False) -> Width:
    """The width of a column of figures: none of them is ever cut, nor is its head. ``marked`` heads have an arrow."""
    longest = max((len(text) for text in texts), default=0)
    wanted = max(longest * FIGURE + PADDING, head_width(label, marked=marked), (_WIDTHS[kind] - 2) * UNIT)
    return _units(math.ceil(wanted / UNIT))


def roomy(width: Width, label: str, *, marked: bool) -> Width:
    """The same width, or what its head takes when that is more; the column of what is left stays so."""
    wanted = math.ceil(head_width(label, marked=marked) / UNIT)
    return width if width.css is None or wanted * UNIT <= width.pixels else _units(wanted)


def wider(width: Width, units: int) -> Width:
    """The same width with so many units more; the column of what is left stays so."""
    return width if width.css is None else _units(width.pixels // UNIT + units)


def head_width(label: str, *, marked: bool) -> float:
    """What a head takes in one line, or in two when it is long."""
    words = label.split()
    letters = len(label)
    if letters > ONE_LINE and len(words) > 1:
        letters = min(
            max(len(" ".join(words[:at])), len(" ".join(words[at:]))) for at, _ in enumerate(words) if at
        )
    return letters * LETTER + PADDING + (ARROW if marked else 0)


def _units(units: int) -> Width:
    held = max(LEAST, min(MOST, units))
    return Width(css=f"w{held}", pixels=held * UNIT)


def least_width(widths: list[Width]) -> str:
    """The class of the least width of a table with these columns, below which it scrolls: cut to a step, which the
    flexible column gives."""
    needed = sum(width.pixels for width in widths)
    step = max((step for step in _STEPS if step <= needed), default=_STEPS[0])
    return f"min{step // 100}"
