"""Operators of filters: how the text of an expression is made from a field, an operator and its operands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.expression.types import Type
    from metamodel.model import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator a filter offers; ``template`` has ``{field}`` and ``{0}``, ``{1}`` or ``{list}``."""

    name: str
    label: Label
    operand: Literal["none", "one", "two", "list"]
    template: str

    def text(self, field: str, *operands: str) -> str:
        """The condition on ``field`` (a name or path) with operands that are already expression texts."""
        return self.template.format(*operands, field=field, list=", ".join(operands))


_ALL = (
    Operator(name="eq", label=Label(ru="равно", en="is"), operand="one", template="{field} = {0}"),
    Operator(
        name="ne",
        label=Label(ru="не равно", en="is not"),
        operand="one",
        template="{field} IS DISTINCT FROM {0}",
    ),
    Operator(name="lt", label=Label(ru="меньше", en="less than"), operand="one", template="{field} < {0}"),
    Operator(name="le", label=Label(ru="не больше", en="at most"), operand="one", template="{field} <= {0}"),
    Operator(name="gt", label=Label(ru="больше", en="more than"), operand="one", template="{field} > {0}"),
    Operator(name="ge", label=Label(ru="не меньше", en="at least"), operand="one", template="{field} >= {0}"),
    Operator(
        name="between",
        label=Label(ru="от и до", en="between"),
        operand="two",
        template="{field} BETWEEN {0} AND {1}",
    ),
    Operator(
        name="in", label=Label(ru="одно из", en="one of"), operand="list", template="{field} IN ({list})"
    ),
    Operator(
        name="contains",
        label=Label(ru="содержит", en="contains"),
        operand="one",
        template="{field} CONTAINS {0}",
    ),
    Operator(name="is_me", label=Label(ru="это я", en="is me"), operand="none", template="{field} = me"),
    Operator(name="is_true", label=Label(ru="да", en="yes"), operand="none", template="{field} = true"),
    Operator(
        name="is_false",
        label=Label(ru="нет", en="no"),
        operand="none",
        template="{field} IS DISTINCT FROM true",
    ),
    Operator(
        name="has_rows",
        label=Label(ru="есть строки", en="has rows"),
        operand="none",
        template="EXISTS({field})",
    ),
    Operator(
        name="no_rows",
        label=Label(ru="нет строк", en="has no rows"),
        operand="none",
        template="NOT EXISTS({field})",
    ),
    Operator(
        name="is_empty", label=Label(ru="пусто", en="is empty"), operand="none", template="{field} IS NULL"
    ),
    Operator(
        name="is_not_empty",
        label=Label(ru="не пусто", en="is not empty"),
        operand="none",
        template="{field} IS NOT NULL",
    ),
)
OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in _ALL}

EMPTINESS = ("is_empty", "is_not_empty")
OF_TEXT = ("contains", "eq", "ne", "in", *EMPTINESS)
OF_ORDERED = ("eq", "ne", "lt", "le", "gt", "ge", "between", *EMPTINESS)
OF_CHOICE = ("eq", "ne", "in", *EMPTINESS)
OF_LINK = ("eq", "ne", "in", *EMPTINESS)
OF_USER = ("is_me", *OF_LINK)
OF_BOOLEAN = ("is_true", "is_false", *EMPTINESS)
OF_ROWS = ("has_rows", "no_rows")

_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "text": OF_TEXT, "number": OF_ORDERED, "date": OF_ORDERED, "datetime": OF_ORDERED, "choice": OF_CHOICE,
    "link": OF_LINK, "boolean": OF_BOOLEAN, "rows": OF_ROWS,
}  # fmt: skip


def operators_of(field: Field) -> tuple[Operator, ...]:
    """The operators a filter on ``field`` offers; a computed field's by the type of its result."""
    names = field.type.operators if field.computed is None else _BY_KIND.get(field.result.kind, EMPTINESS)
    return tuple(OPERATORS[name] for name in names)


def operand_text(field: Field, value: Any) -> str:
    """A value of the field (as the engine holds it) as a constant of the expression language."""
    return constant_text(field.result, value, {choice.uid: choice.name for choice in field.choices})


def constant_text(result: Type, value: Any, choices: Mapping[str, str]) -> str:
    """A value of the type as a constant; ``choices`` maps uids to names."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"datetime '{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    text = choices.get(value, value) if result.kind == "choice" else value
    return "'" + str(text).replace("'", "''") + "'"
