"""Options of fields against their type and use, the types of what is stored, and of what is computed, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from metamodel.errors import ProblemsFound, unknown
from metamodel.expression import parse_expression
from metamodel.expression.scope import NotYet, Scope
from metamodel.expression.tree import Aggregate, Expression, Path, walk
from metamodel.expression.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    INTEGER,
    MAX_DIGITS,
    TEXT,
    TIME,
    Type,
    number,
)
from metamodel.fields import built_in_types, field_types
from metamodel.fields.base import siblings
from metamodel.fields.formats import is_format_name, text_formats
from metamodel.fields.json import schema_fault
from metamodel.fields.number_series import DEFAULT_FORMAT, format_fault
from metamodel.fields.numeric import as_decimal
from metamodel.fields.percent import SCALE as PERCENT_SCALE
from metamodel.fields.texts import pattern_fault
from metamodel.messages import Message, message
from metamodel.model import Choice
from metamodel.resolve.drafts import Drafts, FieldDraft
from metamodel.resolve.faults import Faults
from metamodel.resolve.links import LINKING

COMPUTED = ("formula", "lookup", "rollup")
_SHOWN_KINDS = (
    "text", "number", "boolean", "date", "datetime", "time", "duration", "choice", "choices", "link",
)  # fmt: skip
_NOT_UNIQUE = (
    "links", "users", "link_any", "boolean", "long_text", "rich_text", "json", "choices", "children", "file", "files", "image", "secret",
)  # fmt: skip
_SIMPLE = {
    "text": TEXT, "long_text": TEXT, "number_series": TEXT, "integer": INTEGER, "boolean": BOOLEAN, "date": DATE,
    "datetime": DATETIME, "rich_text": TEXT, "email": TEXT, "phone": TEXT, "url": TEXT, "color": TEXT, "rating": INTEGER,
    "time": TIME, "duration": DURATION, "json": Type(kind="json"), "secret": Type(kind="secret"),
}  # fmt: skip


def type_stored(drafts: Drafts, faults: Faults) -> None:
    """The result types of fields that are not computed, and the faults of their options."""
    for field in drafts.all_fields():
        if field.type in COMPUTED or field.type in LINKING or field.type in ("link_any", "children"):
            continue
        field.result = stored_type(field)
        check = _CHECKS.get(field.type) if field.type in built_in_types() else _check_siblings
        if check is not None:
            check(field, faults)
    for field in drafts.all_fields():
        if field.definition.unique and field.type in _NOT_UNIQUE:
            why = message("a field of the type “{type}” cannot be unique", type=field.type)
            faults.add(field.spot.under("unique"), "KBK1005", why)


def stored_type(field: FieldDraft) -> Type:
    """The type of a field that is neither computed nor leads elsewhere."""
    if field.type in _SIMPLE:
        return _SIMPLE[field.type]
    if field.type in ("choice", "choices"):
        return Type(kind=field.type, field=field.uid)  # type: ignore[arg-type]  # the kind is called as the type
    if field.type not in built_in_types():
        return _of_plugin(field)
    scale = field.options.get("scale", PERCENT_SCALE if field.type == "percent" else 2)
    if field.type == "money":
        return Type(kind="number", scale=scale, currency=field.options.get("currency"))
    return Type(kind="number", scale=scale, percent=True) if field.type == "percent" else number(scale)


_OF_STORAGE = {
    "text": TEXT, "integer": INTEGER, "boolean": BOOLEAN, "date": DATE, "datetime": DATETIME, "time": TIME,
    "duration": DURATION, "json": Type(kind="json"),
}  # fmt: skip


def _of_plugin(field: FieldDraft) -> Type:
    """The type of a value of a plugin's field: that of its column."""
    column = field_types()[field.type].column_type(field)  # type: ignore[arg-type]  # it asks for options alone
    return _OF_STORAGE.get(column.storage) or number(column.scale)


def _check_siblings(field: FieldDraft, faults: Faults) -> None:
    """The fields that options of a plugin's type name exist and hold a value."""
    for key in siblings(field_types()[field.type]):
        name = field.options.get(key)
        if name is None:
            continue
        other = field.entity.by_name.get(name)
        if other is None:
            why = unknown("there is no field “{name}”", name, field.entity.by_name)
            faults.add(field.spot.under(key), "KBK1002", why)
        elif other.type in COMPUTED or other.type == "children":
            why = message("“{field}” has no value of its own", field=other.shown)
            faults.add(field.spot.under(key), "KBK1005", why)


def _check_text(field: FieldDraft, faults: Faults) -> None:
    least, most = field.options.get("min_length", 0), field.options.get("max_length")
    if most is not None and least > most:
        why = message("“min_length” is more than “max_length”")
        faults.add(field.spot.under("min_length"), "KBK1005", why)
    pattern = field.options.get("format")
    if pattern is not None and is_format_name(pattern):
        if pattern not in text_formats():
            why = unknown("there is no format of text “{name}”", pattern, text_formats())
            faults.add(field.spot.under("format"), "KBK1002", why)
    elif field.type == "text" and pattern is not None and pattern_fault(pattern):
        why = message("this is not a regular expression of linear time (no look-around, no back-references)")
        faults.add(field.spot.under("format"), "KBK1005", why)


def _check_number(field: FieldDraft, faults: Faults) -> None:
    limits = {}
    for key in ("min", "max"):
        written = field.options.get(key)
        if written is None:
            continue
        try:
            limits[key] = as_decimal(written)
        except ArithmeticError:
            faults.add(field.spot.under(key), "KBK1005", message("A number is expected."))
            continue
        if not limits[key].is_finite() or limits[key].adjusted() >= MAX_DIGITS:
            faults.add(
                field.spot.under(key),
                "KBK1005",
                message("At most {digits} digits are kept.", digits=MAX_DIGITS),
            )
    if len(limits) == 2 and limits["min"] > limits["max"]:
        faults.add(field.spot.under("min"), "KBK1005", message("“min” is more than “max”"))


def _check_money(field: FieldDraft, faults: Faults) -> None:
    _check_number(field, faults)
    name = field.options.get("currency_field")
    if name is None:
        return
    spot = field.spot.under("currency_field")
    if "currency" in field.options:
        faults.add(spot, "KBK1005", message("either “currency” or “currency_field” is expected"))
    other = field.entity.by_name.get(name)
    if other is None:
        faults.add(spot, "KBK1002", unknown("there is no field “{name}”", name, field.entity.by_name))
    elif other.type not in ("text", "choice", "link"):
        faults.add(spot, "KBK1005", message("“{field}” cannot hold a currency", field=other.shown))


def _check_json(field: FieldDraft, faults: Faults) -> None:
    schema = field.options.get("schema")
    why = None if schema is None else schema_fault(schema)
    if why is not None:
        faults.add(
            field.spot.under("schema"), "KBK1005", message("this is not a JSON Schema: {why}", why=why)
        )


def _check_series(field: FieldDraft, faults: Faults) -> None:
    if format_fault(field.options.get("format", DEFAULT_FORMAT)):
        why = message(
            "a format of numbers holds {seq} and may hold {others}",
            seq="{seq} ({seq:05})",
            others="{year} {month} {day}",
        )
        faults.add(field.spot.under("format"), "KBK1005", why)
    name = field.options.get("by")
    if name is None:
        return
    other = field.entity.by_name.get(name)
    if other is None:
        why = unknown("there is no field “{name}”", name, field.entity.by_name)
        faults.add(field.spot.under("by"), "KBK1002", why)
    elif other.type not in ("date", "datetime"):
        faults.add(field.spot.under("by"), "KBK1005", message("“{field}” is not a date", field=other.shown))


_CHECKS: dict[str, Callable[[FieldDraft, Faults], None]] = {
    "text": _check_text, "long_text": _check_text, "integer": _check_number, "decimal": _check_number,
    "percent": _check_number, "money": _check_money, "number_series": _check_series, "json": _check_json,
}  # fmt: skip


def type_computed(drafts: Drafts, faults: Faults) -> None:
    """The expressions and result types of formulas, lookups and rollups, each after those it names.

    A field met again while what it needs is being typed is in a circle, which is reported whole, once.
    """
    choices = {f.uid: f.choices for f in drafts.all_fields() if f.choices}
    waiting = [f for f in drafts.all_fields() if f.type in COMPUTED]
    for first in waiting:
        trail = [first]
        while trail:
            field = trail[-1]
            if field.broken or field.result is not None:
                trail.pop()
                continue
            needed = _type_one(drafts, field, choices, faults)
            if needed is None:
                trail.pop()
            elif needed.broken:
                field.broken = True
            elif needed in trail:
                members = trail[trail.index(needed) :]
                faults.circle(field.spot.under(_key(field)), [f.shown for f in members])
                for member in members:
                    member.broken = True
            else:
                trail.append(needed)


def _key(field: FieldDraft) -> str:
    return "path" if field.type == "lookup" else "formula"


def _type_one(
    drafts: Drafts, field: FieldDraft, choices: dict[str, Sequence[Choice]], faults: Faults
) -> FieldDraft | None:
    """Type one computed field; the field that must be typed before it, if there is one."""
    spot = field.spot.under(_key(field))
    text: str = field.options[_key(field)]
    try:
        expression = parse_expression(text, Scope(model=drafts, entity=field.entity.uid))
    except NotYet as not_yet:
        return drafts.entity_by_uid[not_yet.entity].by_uid[not_yet.field]
    except ProblemsFound as error:
        field.broken = True
        faults.add_all(spot, error)
        return None
    why = _unfit(field, expression)
    if why is not None:
        field.broken = True
        faults.add(spot, "KBK1012", why)
        return None
    field.computed = expression
    field.result = expression.type
    field.choices = choices.get(expression.type.field or "", ())
    if expression.type.kind == "link":
        field.target = expression.type.entity
    return None


def _unfit(field: FieldDraft, expression: Expression) -> Message | None:
    if expression.type.kind not in _SHOWN_KINDS or expression.type.many:
        return message("the result is not one value that can be shown")
    if field.type == "lookup" and not (isinstance(expression.root, Path) and len(expression.root.steps) > 1):
        return message("a lookup is links, then a field: company.city")
    if field.type == "rollup" and not any(isinstance(node, Aggregate) for node in walk(expression.root)):
        return message("a rollup gathers rows: SUM(items.amount)")
    return None
