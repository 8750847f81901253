"""What a value of a field becomes when the field changes its type, and whether something of it is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from metamodel.errors import ValueRefused
from metamodel.expression.durations import MOST_SECONDS, Span, span
from metamodel.expression.types import MAX_DIGITS
from metamodel.fields.base import Context, Storage
from metamodel.fields.html import html_of, plain_text
from metamodel.fields.rating import stars_of
from metamodel.model import Field


@dataclass(frozen=True, slots=True)
class Conversion:
    """A converted value. ``lost``: the value is not the whole of what was there (rounded, cut in time, or empty)."""

    value: Any
    lost: bool = False


LOST = Conversion(None, lost=True)
_EMPTY = Conversion(None)


def same_column(old: Field, new: Field) -> bool:
    """Whether both keep the same in their column, so that a change from one to the other copies nothing.

    Limits, patterns and choices are rules for the next write; a link to another entity is another value, and so is a
    text whose new type keeps it in a form of its own.
    """
    if new.type.name in (*_FORMED, "rating") and old.type.name != new.type.name:
        return False
    return old.type.column_type(old) == new.type.column_type(new) and old.target == new.target


def carries(old: Field, new: Field) -> bool:
    """Whether the values of one go over to the other, each as `convert` says: both have a column, or one link
    becomes a list of links to the same entity, or back."""
    if old.stored and new.stored:
        return True
    return _linking(old) and _linking(new) and old.target == new.target


def _linking(field: Field) -> bool:
    return field.type.column_type(field).storage in ("link", "links")


def convert(old: Field, new: Field, value: Any, *, zone: str = "UTC", language: str = "ru") -> Conversion:
    """``value`` of ``old`` as a value of ``new``. Text is read as people write it in either language; a choice
    becomes its label in ``language``, an instant its day and clock in ``zone``."""
    if value is None:
        return _EMPTY
    before, after = old.type.column_type(old).storage, new.type.column_type(new).storage
    if not carries(old, new):
        return LOST
    if "links" in (before, after):
        return _links(value, one=after == "link")
    if before == after == "link":
        return Conversion(value) if old.target == new.target else LOST
    if before == after == "choice":
        return _choice(old, new, value)
    if {before, after} <= {"choice", "choices"}:
        return _several(old, new, (value,) if isinstance(value, str) else value, one=after == "choice")
    if before == after == "text":
        return _text_to_text(old, new, value)
    if new.type.name == "rating" and before == "integer":
        return Conversion(value) if 0 <= value <= stars_of(new) else LOST
    if before == after and before != "decimal":
        return Conversion(value)
    how = _WAYS.get((before, after))
    if how is not None:
        return how(old, new, value, zone)
    if after == "text":
        return _to_text(old, new, value, zone, language)
    if before == "text":
        return _read(new, plain_text(value) if old.type.column_type(old).html else value, zone)
    return LOST


def _choice(old: Field, new: Field, uid: str) -> Conversion:
    """The same choice by its uid, else the one of its name."""
    same = new.choice(uid)
    if same is None and (was := old.choice(uid)) is not None:
        same = new.choice(was.name)
    return LOST if same is None else Conversion(same.uid)


def _several(old: Field, new: Field, uids: tuple[str, ...], *, one: bool) -> Conversion:
    """The choices that are there under their uid or name, or the first of them where only one is kept."""
    found = [made.value for uid in uids if (made := _choice(old, new, uid)).value is not None]
    lost = len(found) < len(uids) or one and len(found) > 1
    if not found:
        return LOST
    return Conversion(found[0] if one else tuple(c.uid for c in new.choices if c.uid in found), lost=lost)


def _links(value: int | tuple[int, ...], *, one: bool) -> Conversion:
    """The records that were led to, in their order, or the first of them where only one is kept."""
    led = value if isinstance(value, tuple) else (value,)
    return Conversion(led[0], lost=len(led) > 1) if one else Conversion(led)


def _text_to_text(old: Field, new: Field, value: str) -> Conversion:
    """HTML to its words and back; a text that its new type keeps in a form of its own is read as people write it."""
    was, now = old.type.column_type(old).html, new.type.column_type(new).html
    if was and not now:
        value, marked = plain_text(value), True
        if not value:
            return LOST
    elif now:
        return Conversion(value if was else html_of(value))
    else:
        marked = False
    if new.type.name in _FORMED:
        made = _read(new, value, "UTC")
        return replace(made, lost=True) if marked else made
    return Conversion(value, lost=marked)


_FORMED = ("email", "phone", "url", "color")
"""Types of text whose values have one form each."""


def _to_text(old: Field, new: Field, value: Any, zone: str, language: str) -> Conversion:
    storage = old.type.column_type(old).storage
    if storage in ("link", "link_any"):
        return LOST
    if storage == "decimal":
        return _formed(new, f"{value:f}")
    if storage == "choice":
        return _formed(new, str(old.type.format(old, value, Context(medium="text", language=language))))
    if storage in ("time", "duration", "json"):
        return _formed(new, str(value) if storage != "time" else value.isoformat("seconds"))
    if storage == "choices":
        return _formed(new, str(old.type.format(old, value, Context(medium="text", language=language))))
    if storage == "datetime":
        return _formed(new, value.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(" "))
    written = old.type.format(old, value, Context(medium="json"))
    return _formed(new, str(written).lower() if isinstance(written, bool) else str(written))


def _formed(new: Field, text: str) -> Conversion:
    return Conversion(html_of(text)) if new.type.column_type(new).html else Conversion(text)


def _read(new: Field, text: str, zone: str) -> Conversion:
    """A text as a value, its field's limits aside: they are rules for the next write."""
    bare = replace(new, options={}, unique=False)
    if new.type.column_type(new).storage in ("link", "link_any"):
        return LOST
    for language in ("ru", "en"):
        try:
            made = bare.type.parse(bare, text, Context(medium="csv", language=language, zone=zone))
            return LOST if made is None else Conversion(made)
        except ValueRefused:
            continue
    return LOST


def _to_decimal(old: Field, new: Field, value: Decimal | int, zone: str) -> Conversion:
    scale = new.type.column_type(new).scale
    exact = Decimal(value)
    if exact.adjusted() + scale >= MAX_DIGITS:
        return LOST
    rounded = exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return Conversion(rounded, lost=rounded != exact)


def _to_integer(old: Field, new: Field, value: Decimal, zone: str) -> Conversion:
    rounded = value.to_integral_value(ROUND_HALF_UP)
    if new.type.name == "rating" and not 0 <= rounded <= stars_of(new):
        return LOST
    return Conversion(int(rounded), lost=rounded != value)


def _boolean_to_integer(old: Field, new: Field, value: bool, zone: str) -> Conversion:
    return Conversion(int(value))


def _boolean_to_decimal(old: Field, new: Field, value: bool, zone: str) -> Conversion:
    return _to_decimal(old, new, int(value), zone)


def _to_boolean(old: Field, new: Field, value: Decimal | int, zone: str) -> Conversion:
    return Conversion(bool(value)) if value in (0, 1) else LOST


def _to_instant(old: Field, new: Field, value: date, zone: str) -> Conversion:
    try:
        return Conversion(datetime.combine(value, time(), ZoneInfo(zone)).astimezone(UTC))
    except OverflowError:
        return LOST


def _to_day(old: Field, new: Field, value: datetime, zone: str) -> Conversion:
    try:
        local = value.astimezone(ZoneInfo(zone))
    except OverflowError:
        return LOST
    return Conversion(local.date(), lost=local.time() != time())


def _to_clock(old: Field, new: Field, value: datetime, zone: str) -> Conversion:
    try:
        return Conversion(value.astimezone(ZoneInfo(zone)).time().replace(microsecond=0), lost=True)
    except OverflowError:
        return LOST


def _seconds(old: Field, new: Field, value: int, zone: str) -> Conversion:
    return Conversion(span(value)) if 0 <= value <= MOST_SECONDS else LOST


def _count_of_seconds(old: Field, new: Field, value: Span, zone: str) -> Conversion:
    return LOST if new.type.name == "rating" else Conversion(value.total)


_WAYS: Mapping[tuple[Storage, Storage], Callable[[Field, Field, Any, str], Conversion]] = {
    ("decimal", "decimal"): _to_decimal,
    ("integer", "decimal"): _to_decimal,
    ("boolean", "decimal"): _boolean_to_decimal,
    ("decimal", "integer"): _to_integer,
    ("boolean", "integer"): _boolean_to_integer,
    ("integer", "boolean"): _to_boolean,
    ("decimal", "boolean"): _to_boolean,
    ("date", "datetime"): _to_instant,
    ("datetime", "date"): _to_day,
    ("datetime", "time"): _to_clock,
    ("integer", "duration"): _seconds,
    ("duration", "integer"): _count_of_seconds,
}
