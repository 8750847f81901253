"""Column types that hold the engine's values exactly and alike on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.errors import KubikError
from core.storage.any_links import ANY
from metamodel.expression.durations import Duration, Span, span
from metamodel.expression.types import MAX_DIGITS
from metamodel.fields.base import ColumnType
from metamodel.json_text import JsonValue
from metamodel.messages import message

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Whole numbers and links: 64 bits on both (SQLite's INTEGER has them)."""

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text in binary order, whatever the database's own collation is."""

_EXACT = Context(prec=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_units(value: Decimal | int, scale: int) -> int:
    """A number as a whole count of its last digit; ValueError when ``scale`` digits cannot hold it exactly."""
    number = value if isinstance(value, Decimal) else Decimal(value)
    try:
        scaled = number.scaleb(scale, _EXACT)
        units = int(scaled)
    except (InvalidOperation, OverflowError) as error:
        raise ValueError(f"{value} is not a number that can be stored") from error
    if units != scaled:
        raise ValueError(f"{value} has more than {scale} digits after the point")
    if not -(2**63) <= units < 2**63:
        raise ValueError(f"{value} has more digits than are kept")
    return units


def from_units(units: int, scale: int) -> Decimal:
    """The number that `to_units` counted, always with ``scale`` digits after the point."""
    return Decimal(units).scaleb(-scale, _EXACT)


def to_microseconds(moment: datetime) -> int:
    """An aware moment as microseconds since the epoch, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The moment, in UTC, that `to_microseconds` counted."""
    if count >= 0 and not count % 1_000_000:  # the quick way, which Windows has for moments after the epoch
        return datetime.fromtimestamp(count // 1_000_000, UTC)
    return _EPOCH + timedelta(microseconds=count)


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _moment(count: int | None) -> datetime | None:
    return None if count is None else from_microseconds(count)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _flag(value: int | None) -> bool | None:
    return None if value is None else value != 0


class ScaledDecimal(TypeDecorator[Decimal]):
    """A decimal of ``scale`` digits after the point: NUMERIC on PostgreSQL, a scaled INTEGER on SQLite."""

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, scale: int) -> None:
        self.scale = scale
        super().__init__(precision=MAX_DIGITS, scale=scale, asdecimal=True)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Integer())
        return dialect.type_descriptor(sa.Numeric(MAX_DIGITS, self.scale, asdecimal=True))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        units = to_units(value, self.scale)
        return units if dialect.name == "sqlite" else Decimal(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return None
        scale = self.scale
        return lambda value: None if value is None else from_units(value, scale)


class Flag(TypeDecorator[bool]):
    """A boolean; 0 and 1 on SQLite."""

    impl = sa.Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.Integer() if dialect.name == "sqlite" else sa.Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name != "sqlite" else int(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _flag if dialect.name == "sqlite" else None


class Day(TypeDecorator[date]):
    """A date; `YYYY-MM-DD` on SQLite."""

    impl = sa.Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name != "sqlite" else value.isoformat()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _day if dialect.name == "sqlite" else None


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC to people of the engine; microseconds since the epoch on SQLite."""

    impl = sa.DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            sa.Integer() if dialect.name == "sqlite" else sa.DateTime(timezone=True)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        return to_microseconds(value) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _moment if dialect.name == "sqlite" else _in_utc


class Clock(TypeDecorator[time]):
    """A time of the day to the second; `HH:MM:SS` on both, which sorts as times do."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TEXT)

    def process_bind_param(self, value: time | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat("seconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> time | None:
        return None if value is None else time.fromisoformat(value)


class Length(TypeDecorator[Span]):
    """A length of time as whole seconds."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BIG)

    def process_bind_param(self, value: Span | Duration | None, dialect: Dialect) -> int | None:
        if isinstance(value, Duration) and value.months:
            raise ValueError("a duration with months has no length that can be stored")
        return None if value is None else value.total

    def process_result_value(self, value: int | None, dialect: Dialect) -> Span | None:
        try:
            return None if value is None else span(int(value))
        except OverflowError as error:
            raise KubikError("KBK1013", message("a duration in the answer is too long")) from error


class ChoiceSet(TypeDecorator[tuple[str, ...]]):
    """Uids of choices between bars: `|uid|uid|`, so that each is found with the bars around it."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TEXT)

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return f"|{'|'.join(value)}|" if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return tuple(value[1:-1].split("|")) if value else None


class CanonicalJson(TypeDecorator[JsonValue]):
    """A JSON value of a field as its canonical text: equal values have equal texts."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TEXT)

    def process_bind_param(self, value: JsonValue | None, dialect: Dialect) -> str | None:
        return None if value is None else value.text

    def process_result_value(self, value: str | None, dialect: Dialect) -> JsonValue | None:
        return None if value is None else JsonValue.of_text(value)


class JsonText(TypeDecorator[Any]):
    """A JSON document of the engine's own tables, kept as text as it was written (order of keys, digits)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)


class TransactionId(TypeDecorator[str]):
    """The 64-bit id of a PostgreSQL transaction (`xid8`), as text."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_Xid8() if dialect.name == "postgresql" else sa.Text())


class _Xid8(sa.types.UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


def sql_type(column: ColumnType) -> TypeEngine[Any]:
    """The SQL type of what a field's column holds."""
    match column.storage:
        case "decimal":
            return ScaledDecimal(column.scale)
        case "integer":
            return BIG
        case "links" | "none":
            raise ValueError("a field without a column has no SQL type")
        case kind:
            return type_of_kind(kind)


_OF_KINDS: Mapping[str, TypeEngine[Any]] = {
    "boolean": Flag(), "date": Day(), "datetime": Instant(), "time": Clock(), "duration": Length(),
    "choices": ChoiceSet(), "json": CanonicalJson(), "link": BIG, "link_any": ANY,
}  # fmt: skip


def type_of_kind(kind: str) -> TypeEngine[Any]:
    """The SQL type of values of a kind that is no number: of a column's, or of an expression's."""
    return _OF_KINDS.get(kind, TEXT)


__all__ = [
    "BIG", "TEXT", "CanonicalJson", "ChoiceSet", "Clock", "Day", "Flag", "Instant", "JsonText", "Length", "ScaledDecimal", "TransactionId",
    "from_microseconds", "from_units", "sql_type", "to_microseconds", "to_units", "type_of_kind",
]  # fmt: skip
