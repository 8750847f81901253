"""A typed tree as text again: canonical, with the names that things have in the model now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from metamodel.any_link import AnyLink
from metamodel.expression.aggregates import SEPARATOR
from metamodel.expression.durations import Duration
from metamodel.expression.scope import EntityNames, ModelNames, field_by_uid
from metamodel.expression.sharing import is_shared
from metamodel.expression.tree import Aggregate, Call, Constant, Expression, Me, MySet, Node, Path

ANY, OR, AND, NOT, COMPARE, JOIN, SUM, PRODUCT, UNARY, ATOM = range(10)
"""How tightly operators bind."""

_INFIX = {
    "OR": (OR, " OR "), "AND": (AND, " AND "), "||": (JOIN, " || "),
    "+": (SUM, " + "), "-": (SUM, " - "), "DAYS": (SUM, " - "), "ELAPSED": (SUM, " - "),
    "SHIFT+": (SUM, " + "), "SHIFT-": (SUM, " - "),
    "*": (PRODUCT, " * "), "/": (PRODUCT, " / "),
    "=": (COMPARE, " = "), "<>": (COMPARE, " <> "), "<": (COMPARE, " < "), "<=": (COMPARE, " <= "),
    ">": (COMPARE, " > "), ">=": (COMPARE, " >= "),
}  # fmt: skip
_CHAINS = ("OR", "AND", "||")
_INVISIBLE = {"ANY": 0, "SCALE": 0, "DATE_OF": 0, "CHOICE_NAME": 0, "TEXT": 0, "MONEY": 1}
"""Conversions that the checker adds by itself, and which of their arguments was written."""

_WITH_NOT = {"IN": "NOT IN", "BETWEEN": "NOT BETWEEN", "LIKE": "NOT LIKE", "CONTAINS": "NOT CONTAINS"}


def print_expression(expression: Expression, model: ModelNames, language: str | None = None) -> str:
    """The expression as text. ``language`` is reserved for labels instead of names; None writes names."""
    entity = None if expression.entity is None else model.entity_by_uid[expression.entity]
    return _Printer(model=model, rows=(entity,)).text(expression.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printer:
    """Prints what stands in sight of ``rows`` (the innermost last); ``prefix`` is written before names of its row."""

    model: ModelNames
    rows: tuple[EntityNames | None, ...]
    prefix: str = ""

    def text(self, node: Node, around: int = ANY) -> str:
        """The node, in parentheses when it binds less tightly than ``around``."""
        written, strength = self._written(node)
        return f"({written})" if strength < around else written

    def _written(self, node: Node) -> tuple[str, int]:
        match node:
            case Constant():
                return self._constant(node)
            case Path():
                return self._path(node), ATOM
            case Me():
                return "me", ATOM
            case MySet() if is_shared(node):
                return "SHARED()" if node.name == "shared" else "SHARED('change')", ATOM
            case MySet():
                return f"my.{node.name}", ATOM
            case Aggregate():
                return self._aggregate(node), ATOM
            case Call():
                return self._call(node)
        raise AssertionError(node)

    def _call(self, node: Call) -> tuple[str, int]:
        name, arguments = node.function, node.arguments
        if name in _INVISIBLE:
            return self._written(arguments[_INVISIBLE[name]])
        if name in _INFIX:
            strength, sign = _INFIX[name]
            first = (
                strength
                if name in (*_CHAINS, "+", "-", "*", "/", "DAYS", "ELAPSED", "SHIFT+", "SHIFT-")
                else strength + 1
            )
            inner = [self.text(arguments[0], first if name not in _CHAINS else strength + 1)]
            inner += [self.text(a, strength + 1) for a in arguments[1:]]
            return sign.join(inner), strength
        match name:
            case "NOT":
                return self._negated(arguments[0])
            case "NEGATE":
                return f"-{self.text(arguments[0], UNARY)}", UNARY
            case "IN" | "BETWEEN" | "LIKE" | "CONTAINS" | "IS_NULL" | "IS_DISTINCT":
                return self._comparison(node, negated=False), COMPARE
            case "TODAY" | "NOW":
                return f"{name.lower()}()", ATOM
        return f"{name}({', '.join(self.text(a) for a in arguments)})", ATOM

    def _negated(self, inner: Node) -> tuple[str, int]:
        if isinstance(inner, Call) and inner.function in (*_WITH_NOT, "IS_NULL", "IS_DISTINCT"):
            return self._comparison(inner, negated=True), COMPARE
        return f"NOT {self.text(inner, NOT)}", NOT

    def _comparison(self, node: Call, *, negated: bool) -> str:
        name = node.function
        value, *rest = (self.text(a, COMPARE + 1) for a in node.arguments)
        word = _WITH_NOT.get(name, "") if negated else name
        match name:
            case "IS_NULL":
                return f"{value} IS {'NOT ' if negated else ''}NULL"
            case "IS_DISTINCT":
                return f"{value} IS {'NOT ' if negated else ''}DISTINCT FROM {rest[0]}"
            case "BETWEEN":
                return f"{value} {word} {rest[0]} AND {rest[1]}"
            case "IN" if is_shared(node.arguments[1]):
                return f"{'NOT ' if negated else ''}{rest[0]}"
            case "IN" if node.arguments[1].type.many:
                return f"{value} {word} {rest[0]}"
            case "IN":
                return f"{value} {word} ({', '.join(self.text(a) for a in node.arguments[1:])})"
        return f"{value} {word} {rest[0]}"

    def _path(self, node: Path) -> str:
        names = self._names(node)
        if node.root != "row":
            return ".".join([node.root, *names])
        if node.up:
            return ".".join([*["this"] * node.up, *names])
        if self.prefix:
            return ".".join([self.prefix, *names])
        return ".".join(names) or "this"

    def _names(self, node: Path) -> list[str]:
        """The names of a path's fields; behind a link to any record stands what it is taken to lead to."""
        names: list[str] = []
        led = False
        for index, (entity, field) in enumerate(node.steps):
            owner = self.model.entity_by_uid[entity]
            found = owner.by_uid[field]
            last = index == len(node.steps) - 1
            if led:
                names[-1] += f" AS {owner.name}"
            if not (led and last and field == "id" and node.type.kind == "link"):
                names.append(found.name)
            led = bool(found.targets)
        return names

    def _aggregate(self, node: Aggregate) -> str:
        rows = self.model.entity_by_uid[node.entity]
        prefix = self._rows_name(node)
        inside = replace(self, rows=(*self.rows, rows), prefix="")
        body = prefix if node.body is None else replace(inside, prefix=prefix).text(node.body)
        if node.function == "JOIN" and node.separator != SEPARATOR:
            body += f", {_quoted(node.separator)}"
        if node.by is not None:
            body += f" BY {inside.text(node.by)}"
        if node.where is not None:
            body += f" WHERE {inside.text(node.where)}"
        return f"{node.function}({body})"

    def _rows_name(self, node: Aggregate) -> str:
        if node.of is None:
            owner, before = self.rows[-1], self.prefix
        else:
            assert node.of.type.entity is not None
            owner, before = self.model.entity_by_uid[node.of.type.entity], self._path(node.of)
            if node.of.root == "row" and not node.of.up and not node.of.steps:
                before = self.prefix
        assert owner is not None
        if node.owner is not None:
            name = owner.by_uid[node.through].name
            return f"{before}.{name}" if before else name
        own = (
            f.name for f in owner.by_name.values() if f.target == node.entity and f.through == node.through
        )
        name = next(own, None) or self.model.entity_by_uid[node.entity].by_uid[node.through].inverse or "rows"
        return f"{before}.{name}" if before else name

    def _constant(self, node: Constant) -> tuple[str, int]:
        if node.type.kind == "choice" and node.value is not None:
            assert node.type.field is not None
            choices = field_by_uid(self.model, node.type.field).choices
            return _quoted(next(c.name for c in choices if c.uid == node.value)), ATOM
        if node.type.kind == "choices" and node.value is not None:
            return self._constant(replace(node, type=replace(node.type, kind="choice"), value=node.value[0]))
        if isinstance(node.value, AnyLink):
            return _quoted(f"{self.model.entity_by_uid[node.value.entity].name}:{node.value.id}"), ATOM
        negative = isinstance(node.value, (int, Decimal)) and node.value < 0
        return constant_text(node.value), UNARY if negative else ATOM


def constant_text(value: Any) -> str:
    """A constant as it is written in an expression (a choice by its name, as a text)."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"datetime {_quoted(value.isoformat().replace('+00:00', 'Z'))}"
        case date():
            return f"date {_quoted(value.isoformat())}"
        case time():
            return f"time {_quoted(value.isoformat('seconds'))}"
        case Duration():
            return str(value) if min(value.months, value.days, value.seconds) >= 0 else f"-{-value}"
    return str(value)


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
