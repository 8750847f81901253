"""`visible_if` and `required_if` as far as a form can follow them by itself: comparisons of the record's own fields.

A condition is a list that JSON can hold, the same in the browser (`renderers/web/conditions.ts`):

- ``["in", field, [texts]]``: a choice, a switch or a link is one of these;
- ``["empty", field]``;
- ``["cmp", op, kind, term, term]``: ``=``, ``<>``, ``<``, ``<=``, ``>``, ``>=`` of two terms, each ``["f", field]`` or
  ``["c", text]``; ``kind`` is ``number``, ``date``, ``text`` or ``same`` (texts as they are: ids, choices);
- ``["contains", field, folded text]``;
- ``["not", c]``, ``["and", c, …]``, ``["or", c, …]``.

It is asked of the texts of a form, with null as in SQL. Anything else an expression says is asked of the server
(`renderers.forms.live`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from metamodel.expression.tree import Call, Constant, Expression, Node, Path
from metamodel.model import Entity, Field
from metamodel.text import fold

Condition = list[Any]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
_TEXTS = ("text", "long_text")
_NUMBERS = ("integer", "decimal", "money", "percent", "rating")


def condition_of(entity: Entity, expression: Expression | None) -> Condition | None:
    """The expression as a condition of the form; None when a form cannot follow it, or there is none."""
    return None if expression is None else _condition(entity, expression.root)


def written(condition: Condition | None) -> str:
    """The condition for an attribute of the page; empty for none."""
    return "" if condition is None else msgspec.json.encode(condition).decode()


def names_in(condition: Condition) -> set[str]:
    """The fields that a condition asks."""
    kind, *rest = condition
    if kind in ("in", "empty", "contains"):
        return {rest[0]}
    if kind == "cmp":
        return {term[1] for term in rest[2:] if term[0] == "f"}
    return {name for inner in rest for name in names_in(inner)}


def holds(condition: Condition, texts: Mapping[str, str], language: str = "en") -> bool | None:
    """The answer for these texts of a form, written in that language; None is SQL's null."""
    kind, *rest = condition
    if kind == "in":
        text = texts.get(rest[0], "")
        return None if text == "" else bool(text in rest[1])
    if kind == "empty":
        return not texts.get(rest[0])
    if kind == "contains":
        text = texts.get(rest[0], "")
        return None if text == "" else rest[1] in fold(text)
    if kind == "cmp":
        op, of, left, right = rest
        a, b = _value(of, left, texts, language), _value(of, right, texts, language)
        return None if a is None or b is None else _COMPARE[op](a, b)
    answers = [holds(inner, texts, language) for inner in rest]
    if kind == "not":
        return None if answers[0] is None else not answers[0]
    decided: bool = kind == "or"
    if decided in answers:
        return decided
    return None if None in answers else not decided


def _value(kind: str, term: list[str], texts: Mapping[str, str], language: str) -> Any:
    """What a term says; None for nothing, and for what cannot be read."""
    text = texts.get(term[1], "") if term[0] == "f" else term[1]
    if text.strip() == "":
        return None
    if kind == "number":
        return _number(text, language if term[0] == "f" else "en")
    if kind == "text":
        return fold(text.strip())
    return text


def _number(text: str, language: str) -> Decimal | None:
    plain = "".join(text.split()).replace("\N{MINUS SIGN}", "-").rstrip("%")
    plain = plain.replace(",", ".") if language == "ru" else plain.replace(",", "")
    try:
        found = Decimal(plain)
    except ArithmeticError:
        return None
    return found if found.is_finite() else None


def _condition(entity: Entity, node: Node) -> Condition | None:
    if isinstance(node, Path):
        field = _field(entity, node)
        return ["in", field.name, ["true"]] if field is not None and field.type.name == "boolean" else None
    if not isinstance(node, Call):
        return None
    match node.function, node.arguments:
        case "AND" | "OR" | "NOT", inner:
            made = [_condition(entity, each) for each in inner]
            return None if None in made else [node.function.lower(), *made]
        case "IS_NULL", (Path() as path,):
            field = _field(entity, path)
            return None if field is None else ["empty", field.name]
        case "=" | "IN", (Path() as path, *constants) if among := _among(entity, path, constants):
            return among
        case "<>", (Path() as path, *constants) if among := _among(entity, path, constants):
            return ["not", among]
        case "IN", (first, *others):
            made = [_compared(entity, "=", first, each) for each in others]
            return None if None in made else ["or", *made]
        case "BETWEEN", (first, low, high):
            made = [_compared(entity, ">=", first, low), _compared(entity, "<=", first, high)]
            return None if None in made else ["and", *made]
        case "CONTAINS", (Path() as path, Constant(value=str() as text)):
            field = _field(entity, path)
            plain = field is not None and field.type.name in _TEXTS
            return ["contains", field.name, fold(text)] if field is not None and plain else None
        case op, (left, right) if op in _COMPARE:
            return _compared(entity, op, left, right)
    return None


def _among(entity: Entity, path: Path, constants: list[Node]) -> Condition | None:
    field = _field(entity, path)
    if field is None:
        return None
    texts = [_text(field, constant) for constant in constants]
    return None if None in texts else ["in", field.name, texts]


def _compared(entity: Entity, op: str, left: Node, right: Node) -> Condition | None:
    fields = [_field(entity, node) if isinstance(node, Path) else None for node in (left, right)]
    kinds = {_kind(field) for field in fields if field is not None}
    if len(kinds) != 1 or None in kinds:
        return None
    (kind,) = kinds
    if kind in ("text", "same") and op not in ("=", "<>"):
        return None
    shares = {field.result.percent for field in fields if field is not None}
    if len(shares) != 1:
        return None  # a share and a number are written differently
    of_share = shares == {True}
    terms = [_term(kind, f, node, of_share) for f, node in zip(fields, (left, right), strict=True)]
    return None if None in terms else ["cmp", op, kind, *terms]


def _kind(field: Field) -> str | None:
    if field.type.name in _NUMBERS:
        return "number"
    if field.type.name == "date":
        return "date"
    if field.type.name in _TEXTS:
        return "text"
    return "same" if field.type.widget in ("link", "choice", "boolean") else None


def _term(kind: str | None, field: Field | None, node: Node, of_share: bool) -> list[str] | None:
    if field is not None:
        return ["f", field.name]
    if not isinstance(node, Constant) or node.value is None or isinstance(node.value, bool):
        return None
    if kind == "number" and isinstance(node.value, int | Decimal):
        return ["c", f"{Decimal(node.value) * (100 if of_share else 1):f}"]
    if kind == "date" and type(node.value) is date:
        return ["c", node.value.isoformat()]
    if kind == "text" and isinstance(node.value, str):
        return ["c", node.value]
    return None


def _field(entity: Entity, path: Path) -> Field | None:
    """The field of the record itself that a path names."""
    if path.root != "row" or path.up or len(path.steps) != 1:
        return None
    field = entity.by_uid.get(path.steps[0][1])
    return field if field is not None and field.writable else None


def _text(field: Field, node: Node) -> str | None:
    """A constant as it stands in the field of a form; only for values that are written in one way."""
    if not isinstance(node, Constant):
        return None
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    choice = field.choice(node.value) if field.choices and isinstance(node.value, str) else None
    return choice.name if choice is not None else None
