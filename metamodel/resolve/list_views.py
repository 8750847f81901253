"""What only a list says of itself: its groups, what is told below its columns, its colours."""

from __future__ import annotations

from decimal import Decimal

from metamodel.definitions import FormatDefinition, ViewDefinition
from metamodel.errors import unknown
from metamodel.expression.tree import Constant, Expression
from metamodel.expression.types import BOOLEAN
from metamodel.messages import message
from metamodel.model import Format, ViewGroup, ViewTotal
from metamodel.resolve.drafts import EntityDraft, FieldDraft
from metamodel.resolve.entities import check_path
from metamodel.resolve.expressions import Checker
from metamodel.resolve.faults import Faults, Spot
from metamodel.value_steps import step_of

GROUPED = ("choice", "boolean", "link", "number", "date", "datetime")
"""Kinds of values by which a list is grouped."""
MEASURED = ("date", "datetime")
"""Kinds of values besides numbers of which the least and the greatest can be told."""


def groups_of(
    written: ViewDefinition, entity: EntityDraft, spot: Spot, faults: Faults
) -> tuple[ViewGroup, ...]:
    """The levels of groups of a list, the widest first."""
    found = []
    for index, text in enumerate(written.group):
        place = spot.under("group", index)
        name, _, by = text.removeprefix("-").partition(":")
        field = _named(entity, name, place, faults)
        if field is None or field.result is None:
            continue
        if field.result.kind not in GROUPED or field.result.many:
            faults.add(place, "KBK1005", message("a list cannot be grouped by “{field}”", field=field.shown))
            continue
        try:
            step = step_of(field.result, by or None)
        except ValueError:
            why = message("“{step}” is no step of “{field}”", step=by, field=field.shown)
            faults.add(place, "KBK1005", why)
            continue
        found.append(ViewGroup(field=field.uid, by=step, descending=text.startswith("-")))
    return tuple(found)


def told_of(
    written: ViewDefinition, entity: EntityDraft, spot: Spot, faults: Faults
) -> tuple[ViewTotal, ...] | None:
    """What stands below the columns of a list, None where nothing is said of it."""
    if written.type == "board" or written.totals is None:
        return None
    found = []
    for index, text in enumerate(written.totals):
        place = spot.under("totals", index)
        name, _, by = text.partition(":")
        field = _named(entity, name, place, faults)
        if field is None or field.result is None:
            continue
        ends = by in ("min", "max")
        if not (can_add_up(field) or (ends and field.result.kind in MEASURED)):
            faults.add(place, "KBK1005", message("“{field}” cannot be added up", field=field.shown))
            continue
        found.append(ViewTotal(field=field.uid, by=by or "sum"))  # type: ignore[arg-type]
    return tuple(found)


def can_add_up(field: FieldDraft) -> bool:
    """Whether values of a field make a sum."""
    return field.result is not None and field.result.kind == "number" and not field.system


def formats_of(
    written: ViewDefinition, entity: EntityDraft, spot: Spot, checker: Checker
) -> tuple[Format, ...]:
    """The colours of a view; what is none is a fault."""
    made = (
        _format(each, entity, spot.under("formats", index), checker)
        for index, each in enumerate(written.formats)
    )
    return tuple(each for each in made if each is not None)


def _format(written: FormatDefinition, entity: EntityDraft, spot: Spot, checker: Checker) -> Format | None:
    faults = checker.faults
    field = None
    if written.column is not None:
        field = check_path(entity, written.column, spot.under("column"), faults, drafts=checker.drafts)
        if field is None:
            return None
    if written.when is not None:
        when = checker.parse(written.when, spot.under("when"), entity=entity.uid, expect=BOOLEAN)
        if when is None:
            return None
        return Format(column=written.column, color=written.color, fill=written.fill, when=when)
    start, end = (
        _number(checker, t, spot.under(k)) for t, k in ((written.start, "from"), (written.end, "to"))
    )
    if written.column is None or start is None or end is None:
        faults.add(spot, "KBK1001", message("“when” is expected, or “column”, “from” and “to”"))
        return None
    text = written.value or value_text(written.column, field.result.kind if field and field.result else "")
    value = checker.parse(
        text, spot.under("value" if written.value else "column"), entity=entity.uid, expect=None
    )
    if value is None:
        return None
    if value.root.type.kind != "number":
        why = message("a scale needs a number or a date: “{text}” is none", text=text)
        faults.add(spot.under("value" if written.value else "column"), "KBK1005", why)
        return None
    return Format(column=written.column, color=written.color, value=value, start=start, end=end)


def value_text(column: str, kind: str) -> str:
    """What a scale over a column goes by: its number, of a date the days that have passed since."""
    return f"DATE_DIFF({column}, today(), 'day')" if kind in MEASURED else column


def _number(checker: Checker, text: str | None, spot: Spot) -> Decimal | None:
    found: Expression | None = checker.parse(text, spot, entity=None, expect=None)
    if found is None:
        return None
    root = found.root
    if root.type.kind == "number" and isinstance(root, Constant) and root.value is not None:
        return Decimal(root.value)
    checker.faults.add(spot, "KBK1005", message("a number is expected"))
    return None


def _named(entity: EntityDraft, name: str, spot: Spot, faults: Faults) -> FieldDraft | None:
    field = entity.by_name.get(name)
    if field is None:
        faults.add(spot, "KBK1002", unknown("there is no field “{name}”", name, entity.by_name))
    return field
