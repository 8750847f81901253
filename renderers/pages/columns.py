"""How a column of values is drawn: its kind, the class of its cells, its width on every screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metamodel.expression.types import Type
from metamodel.model import Model

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
    "children",
]
"""What a cell shows; each has its template ``cells/<kind>.html``."""

NUMERIC: frozenset[Kind] = frozenset({"number", "money", "percent", "date", "datetime"})
"""Kinds that stand to the right, figure under figure."""

FLEXIBLE = 260
"""Pixels that the column of the name needs at least; it takes what the others leave."""

_WIDTHS: dict[Kind, int] = {
    "text": 24, "number": 13, "money": 17, "percent": 12, "boolean": 12, "date": 14, "datetime": 18, "choice": 18,
    "link": 26, "person": 20, "children": 11,
}  # fmt: skip
_STEPS = (400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2400)
UNIT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """A width of a column: its class (None: what is left) and the pixels it takes at least."""

    css: str | None
    pixels: int


def kind_of(model: Model, result: Type, declared: str = "text") -> Kind:
    """The kind of a column by the type of its values; ``declared`` is the cell that the field's own type names."""
    if declared == "children" or result.kind == "rows":
        return "children"
    if result.kind == "link":
        user = model.entities.get("user")
        return "person" if user is not None and result.entity == user.uid else "link"
    if result.kind == "number":
        if result.percent:
            return "percent"
        return "money" if result.currency or declared == "money" else "number"
    if result.kind in ("boolean", "date", "datetime", "choice"):
        return result.kind
    return "text"


def width_of(kind: Kind, *, flexible: bool, short: bool = False) -> Width:
    """The width of a column; ``short`` is a text that is known to be short (a number of a series)."""
    if flexible:
        return Width(css=None, pixels=FLEXIBLE)
    units = 16 if short else _WIDTHS[kind]
    return Width(css=f"w{units}", pixels=units * UNIT)


def least_width(widths: list[Width]) -> str:
    """The class of the least width of a table with these columns."""
    needed = sum(width.pixels for width in widths)
    step = next((step for step in _STEPS if step >= needed), _STEPS[-1])
    return f"min{step // 100}"
