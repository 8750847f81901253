"""Money whose currency is a field of its record: values in different currencies do not compare and do not add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metamodel.expression.convert import call
from metamodel.expression.faults import MIXED, Fault
from metamodel.expression.scope import FieldNames, ModelNames
from metamodel.expression.tree import Aggregate, Call, Constant, Node, Path
from metamodel.expression.types import BOOLEAN, INTEGER, TEXT
from metamodel.messages import message

_SAME_MONEY = ("+", "-", "NEGATE", "ABS", "ROUND", "SCALE")


def currency_of(node: Node, model: ModelNames) -> Node | None:
    """The value that says in which currency a number is; None when it is in one known currency or in none."""
    match node:
        case Path(steps=(*before, (entity_uid, field_uid))):
            entity = model.entity_by_uid[entity_uid]
            field = _currency_field(entity.by_uid[field_uid], entity.by_name)
            if field is None or field.result is None:
                return None
            return replace(node, steps=(*before, (entity_uid, field.uid)), type=field.result)
        case Call(function="MONEY"):
            return currency_of(node.arguments[1], model)
        case Call() if node.function in _SAME_MONEY:
            return next((c for a in node.arguments if (c := currency_of(a, model)) is not None), None)
        case Call(function="*" | "/"):
            found = [c for a in node.arguments if (c := currency_of(a, model)) is not None]
            return found[0] if len(found) == 1 else None
        case Aggregate(body=Node() as body) if (
            node.type.kind == "number" and node.function != "COUNT_DISTINCT"
        ):
            inner = currency_of(body, model)
            if inner is None or node.function == "COUNT":
                return None
            by = node.by if node.by is not None else body
            chosen = "LAST" if node.function == "LAST" else "FIRST"
            return replace(node, function=chosen, body=inner, by=by, type=inner.type)
    return None


def _currency_field(field: FieldNames, fields: object) -> FieldNames | None:
    name = field.options.get("currency_field")
    if name is None or not hasattr(fields, "get"):
        return None
    found = fields.get(name)
    return found if found is not None else None


def guarded(value: Node, operands: Sequence[Node], model: ModelNames) -> Node:
    """``value``, made of ``operands``, null when these are in different currencies; a fault when they always are."""
    fixed = {o.type.currency for o in operands if o.type.kind == "number" and o.type.currency is not None}
    if len(fixed) > 1:
        first, second = sorted(fixed)
        raise Fault(
            MIXED, value.at, message("{first} and {second} do not go together", first=first, second=second)
        )
    moving = [c for o in operands if (c := currency_of(o, model)) is not None]
    if not moving:
        return value
    conditions = [_same(moving[0], other) for other in moving[1:] if other != moving[0]]
    if fixed:
        conditions += [_is_code(c, fixed.copy().pop(), model) for c in moving]
    for condition in conditions:
        value = call("MONEY", value.type, condition, value, at=value.at)
    return value


def one_currency(aggregate: Aggregate, model: ModelNames) -> Node:
    """SUM, AVG, MIN, MAX of rows in several currencies is null."""
    currency = currency_of(aggregate.body, model) if aggregate.body is not None else None
    if currency is None:
        return aggregate
    count = replace(aggregate, function="COUNT_DISTINCT", body=currency, type=INTEGER)
    one = Constant(value=1, type=INTEGER, at=aggregate.at)
    return call("MONEY", aggregate.type, call("<=", BOOLEAN, count, one), aggregate, at=aggregate.at)


def _same(left: Node, right: Node) -> Node:
    a, b = left.type, right.type
    if (a.kind, a.entity, a.field) != (b.kind, b.entity, b.field):
        raise Fault(MIXED, right.at, message("these two currencies are kept in fields of different types"))
    return call("=", BOOLEAN, left, right)


def _is_code(currency: Node, code: str, model: ModelNames) -> Node:
    """Whether a currency is the one of that code: a text, a choice of that name, or a link's field ``code``."""
    if currency.type.kind == "choice":
        currency = call("CHOICE_NAME", TEXT, currency)
    if currency.type.kind == "link" and isinstance(currency, Path) and currency.type.entity is not None:
        field = model.entity_by_uid[currency.type.entity].by_name.get("code")
        if field is not None and field.result is not None and field.result.kind == "text":
            step = (currency.type.entity, field.uid)
            currency = replace(currency, steps=(*currency.steps, step), type=field.result)
    if currency.type.kind != "text":
        raise Fault(MIXED, currency.at, message("this currency cannot be compared with {code}", code=code))
    return call("=", BOOLEAN, currency, Constant(value=code, type=TEXT, at=currency.at))
