"""What a value of a field becomes when the field changes its type, and whether something of it is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from metamodel.errors import ValueRefused
from metamodel.expression.types import MAX_DIGITS
from metamodel.fields.base import Context, Storage
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

    Limits, patterns and choices are rules for the next write; a link to another entity is another value.
    """
    return old.type.column_type(old) == new.type.column_type(new) and old.target == new.target


def convert(old: Field, new: Field, value: Any, *, zone: str = "UTC", language: str = "ru") -> Conversion:
    """``value`` of ``old`` as a value of ``new``. Text is read as people write it in either language; a choice
    becomes its label in ``language``, an instant its day and clock in ``zone``."""
    if value is None:
        return _EMPTY
    before, after = old.type.column_type(old).storage, new.type.column_type(new).storage
    if after == "none" or before == "none":
        return LOST
    if before == after == "link":
        return Conversion(value) if old.target == new.target else LOST
    if before == after == "choice":
        return _choice(old, new, value)
    if before == after and before != "decimal":
        return Conversion(value)
    how = _WAYS.get((before, after))
    if how is not None:
        return how(old, new, value, zone)
    if after == "text":
        return _to_text(old, value, zone, language)
    return _read(new, value, zone) if before == "text" else LOST


def _choice(old: Field, new: Field, uid: str) -> Conversion:
    """The same choice by its uid, else the one of its name."""
    same = new.choice(uid)
    if same is None and (was := old.choice(uid)) is not None:
        same = new.choice(was.name)
    return LOST if same is None else Conversion(same.uid)


def _to_text(old: Field, value: Any, zone: str, language: str) -> Conversion:
    storage = old.type.column_type(old).storage
    if storage == "link":
        return LOST
    if storage == "decimal":
        return Conversion(f"{value:f}")
    if storage == "choice":
        return Conversion(old.type.format(old, value, Context(medium="text", language=language)))
    if storage == "datetime":
        return Conversion(value.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(" "))
    written = old.type.format(old, value, Context(medium="json"))
    return Conversion(str(written).lower() if isinstance(written, bool) else str(written))


def _read(new: Field, text: str, zone: str) -> Conversion:
    """A text as a value, its field's limits aside: they are rules for the next write."""
    bare = replace(new, options={}, unique=False)
    if new.type.column_type(new).storage == "link":
        return LOST
    for language in ("ru", "en"):
        try:
            return Conversion(
                bare.type.parse(bare, text, Context(medium="csv", language=language, zone=zone))
            )
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
}
