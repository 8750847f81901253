"""Operators of filters: how the text of an expression is made from a field, an operator and its operands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from metamodel.fields.html import plain_text
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.expression.types import Type
    from metamodel.model import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator a filter offers; ``template`` has ``{field}`` and ``{0}``, ``{1}`` or ``{list}``.

    With ``join`` the template is written for each operand, with that word between.
    """

    name: str
    label: Label
    operand: Literal["none", "one", "two", "list"]
    template: str
    join: Literal["", "AND", "OR"] = ""

    def text(self, field: str, *operands: str) -> str:
        """The condition on ``field`` (a name or path) with operands that are already expression texts."""
        if self.join:
            each = (self.template.format(operand, field=field) for operand in operands)
            return "(" + f" {self.join} ".join(each) + ")"
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
    Operator(
        name="name_contains",
        label=Label(ru="имя содержит", en="name contains"),
        operand="one",
        template="{field}.name CONTAINS {0}",
    ),
    Operator(
        name="has_any",
        label=Label(ru="есть хотя бы одно из", en="has any of"),
        operand="list",
        template="{field} IN ({list})",
    ),
    Operator(
        name="has_all",
        label=Label(ru="есть все", en="has all of"),
        operand="list",
        template="{field} CONTAINS {0}",
        join="AND",
    ),
    Operator(
        name="has_none",
        label=Label(ru="нет ни одного из", en="has none of"),
        operand="list",
        template="({field} IN ({list})) IS DISTINCT FROM true",
    ),
    Operator(name="is_me", label=Label(ru="это я", en="is me"), operand="none", template="{field} = me"),
    Operator(
        name="has_me",
        label=Label(ru="есть я", en="includes me"),
        operand="none",
        template="{field} CONTAINS me",
    ),
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
OF_CHOICES = ("has_any", "has_all", "has_none", *EMPTINESS)
OF_LINK = ("eq", "ne", "in", *EMPTINESS)
OF_LINKS = ("contains", *EMPTINESS)
OF_USERS = ("has_me", *OF_LINKS)
OF_LINK_ANY = ("eq", "ne", *EMPTINESS)
OF_USER = ("is_me", *OF_LINK)
OF_BOOLEAN = ("is_true", "is_false", *EMPTINESS)
OF_ROWS = ("has_rows", "no_rows")
OF_FILE = ("name_contains", *EMPTINESS)
OF_SECRET = EMPTINESS

_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "text": OF_TEXT, "number": OF_ORDERED, "date": OF_ORDERED, "datetime": OF_ORDERED, "choice": OF_CHOICE,
    "time": OF_ORDERED, "duration": OF_ORDERED, "choices": OF_CHOICES,
    "link": OF_LINK, "boolean": OF_BOOLEAN, "rows": OF_ROWS,
}  # fmt: skip


def operators_of(field: Field) -> tuple[Operator, ...]:
    """The operators a filter on ``field`` offers; a computed field's by the type of its result."""
    names = field.type.operators if field.computed is None else _BY_KIND.get(field.result.kind, EMPTINESS)
    return tuple(OPERATORS[name] for name in names)


def operand_text(field: Field, value: Any) -> str:
    """A value of the field (as the engine holds it) as a constant of the expression language."""
    if value is not None and field.computed is None and field.type.column_type(field).html:
        value = plain_text(value)
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
    if isinstance(value, time):
        return f"time '{value.isoformat('seconds')}'"
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, tuple):
        return constant_text(result, value[0] if value else None, choices)
    text = choices.get(value, value) if result.kind in ("choice", "choices") else value
    return "'" + str(text).replace("'", "''") + "'"
