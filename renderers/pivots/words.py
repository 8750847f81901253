"""How the parts of a report are called: aggregates, steps, values, and the keys of rows and columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from babel.dates import format_date

from core.i18n import Texts
from core.query.pivot.resolving import Figure, Key
from core.query.query import Link
from core.query.relations import choices_of
from metamodel.fields.base import Context
from metamodel.messages import Message, message
from metamodel.model import Model
from metamodel.value_steps import DATE_STEPS, following
from renderers.lists.groups import date_step
from renderers.pages.titles import title_words
from renderers.pivots.address import AxisText, ValueText
from renderers.pivots.fields import Ground

AGGREGATE_WORDS: Mapping[str, Message] = {
    "count": message("count"), "count_distinct": message("different ones"), "sum": message("sum"),
    "avg": message("average"), "min": message("least"), "max": message("greatest"), "median": message("median"),
    "first": message("first"), "last": message("last"), "share_of_row": message("share of the row"),
    "share_of_column": message("share of the column"), "share_of_total": message("share of the total"),
}  # fmt: skip
ENDS_OF_DAYS: Mapping[str, Message] = {"min": message("earliest"), "max": message("latest")}
STEP_WORDS: Mapping[str, Message] = {
    "day": message("by days"), "week": message("by weeks"), "month": message("by months"),
    "quarter": message("by quarters"), "year": message("by years"),
}  # fmt: skip
UNFINISHED: Mapping[str, Message] = {
    "day": message("the day is not over"), "week": message("the week is not over"),
    "month": message("the month is not over"), "quarter": message("the quarter is not over"),
    "year": message("the year is not over"),
}  # fmt: skip

Name = Callable[[Any], str]
"""A key of an axis in words."""


def step_words(step: str, texts: Texts) -> str:
    """A step of dates or numbers in words."""
    words = STEP_WORDS.get(step)
    return (
        texts.render(words)
        if words is not None
        else texts.render(message("by {size}", size=_number(step, texts)))
    )


def _number(step: str, texts: Texts) -> str:
    return (
        texts.number(int(step))
        if step.isdigit()
        else step.replace(".", ",")
        if texts.language == "ru"
        else step
    )


def axis_label(ground: Ground, axis: AxisText) -> str:
    """`Company → City`."""
    return ground.label(axis.field)


def aggregate_words(value: ValueText, figure: Figure | None, texts: Texts) -> str:
    """What is done with a value's field."""
    kind = figure.field.result.kind if figure is not None and figure.field is not None else ""
    words = ENDS_OF_DAYS.get(value.aggregate) if kind in ("date", "datetime") else None
    return texts.render(words or AGGREGATE_WORDS[value.aggregate])


def value_field(ground: Ground, value: ValueText) -> str:
    """What a value is about: its field, or the records themselves."""
    if value.field is not None:
        return ground.label(value.field)
    entity = ground.entity
    return entity.label_many.in_language(ground.language) or entity.name


def value_label(ground: Ground, value: ValueText, figure: Figure, texts: Texts) -> str:
    """A value in a head: sums of amounts and counts of records by their name alone."""
    label = value_field(ground, value)
    if value.aggregate == "sum" or (value.aggregate == "count" and value.field is None):
        return label
    return texts.render(message("{field}: {what}", field=label, what=aggregate_words(value, figure, texts)))


def naming(model: Model, key: Key, values: Iterable[Any], texts: Texts, today: dt.date) -> Name:
    """What calls the keys of an axis; days of one and the same year leave it out when it is the present one."""
    named = _naming(model, key, [value for value in values if value is not None], texts, today)

    def name(value: Any) -> str:
        if value is None:
            return texts.gettext("Not given")
        if isinstance(value, Link) and value.hidden:
            return texts.gettext("Hidden from you")
        return named(value)

    return name


def _naming(model: Model, key: Key, values: list[Any], texts: Texts, today: dt.date) -> Name:
    match key.kind:
        case "choice" | "choices":
            known = {
                c.name: c.label.in_language(texts.language) or c.name for c in choices_of(model, key.field)
            }
            return lambda value: known.get(value, str(value))
        case "link" | "link_any":
            return lambda value: title_words(value.title, value.id, texts)
        case "boolean":
            return lambda value: texts.gettext("Yes") if value else texts.gettext("No")
        case "date" | "datetime":
            return _days(key.by or "day", values, texts, today)
        case "number" if key.by is not None:
            return lambda value: f"{texts.number(value)} – {texts.number(following(value, str(key.by)))}"
        case "number":
            return lambda value: texts.percent(value) if key.field.result.percent else texts.number(value)
        case "text":
            return str
        case _:
            context = Context(medium="text", language=texts.language)
            return lambda value: str(key.field.type.format(key.field, value, context))


def _days(by: str, values: list[Any], texts: Texts, today: dt.date) -> Name:
    of_year = {value.year for value in values} <= {today.year}

    def name(value: dt.date) -> str:
        if by == "month":
            words = format_date(value, "LLLL" if of_year else "LLL yyyy", locale=texts.language)
            return words[:1].upper() + words[1:]
        if by == "week":
            return _week(value, texts, of_year=of_year)
        if by == "quarter" and of_year:
            return texts.render(message("Q{quarter}", quarter=(value.month + 2) // 3))
        return date_step(value, by, texts)

    return name


def _week(first: dt.date, texts: Texts, *, of_year: bool) -> str:
    """The days of a week, shorter than two whole dates."""
    last = first + dt.timedelta(days=6)
    pattern = "d MMM" if of_year else "d MMM yy"
    head = "d" if first.month == last.month else "d MMM"
    written = (
        format_date(first, head, locale=texts.language),
        format_date(last, pattern, locale=texts.language),
    )
    return " – ".join(written)


def unfinished(key: Key, value: Any, today: dt.date) -> bool:
    """Whether a step of time has begun and is not over."""
    if key.by not in DATE_STEPS or not isinstance(value, dt.date) or key.by == "day":
        return False
    return bool(value <= today < following(value, str(key.by)))
