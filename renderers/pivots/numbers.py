"""The figures of a report as people read them: one format for a value throughout the table, as a list shows its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core.i18n import Texts
from core.query.pivot.resolving import Figure
from core.query.query import Link
from core.query.relations import choices_of
from metamodel.aggregates import SHARES
from metamodel.expression.durations import Span
from metamodel.fields.base import Context
from metamodel.model import Model
from renderers.pages.titles import title_words

KOPECKS = 2
AVERAGE = 2
"""Digits after the point of amounts that are not whole, and of averages."""

SHARE_DIGITS = 1

LARGE = 10_000
"""A value that reaches this is drawn in whole units: kopecks of millions only push the next month out of sight."""

NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """How one value is written. ``unit`` stands in the head where it is the same everywhere.

    ``write`` gives a line for each currency; ``digits`` are those behind the point, None for what is no number.
    ``brief`` writes large amounts in whole units, where there are any.
    """

    write: Callable[[Any], tuple[str, ...]]
    unit: str = ""
    digits: int | None = None
    percent: bool = False
    amount: bool = True
    """Whether values can be compared by their size: of dates and names not."""
    brief: Callable[[Any], tuple[str, ...]] | None = None

    def text(self, value: Any) -> str:
        """A value in one line."""
        return "; ".join(self.write(value))

    def shown(self, value: Any) -> tuple[str, ...]:
        """A value as the table draws it."""
        return (self.brief or self.write)(value)


def writer(model: Model, figure: Figure, values: Iterable[Any], texts: Texts, zone: ZoneInfo) -> Writer:
    """The format of a value, from all that is to be shown of it."""
    if figure.aggregate in SHARES:
        return Writer(
            write=_lined(texts, lambda value: texts.percent(_rounded(value, SHARE_DIGITS + 2), SHARE_DIGITS)),
            percent=True,
        )
    field = figure.field
    if field is None or figure.place is None or figure.aggregate in ("count", "count_distinct"):
        return Writer(write=_lined(texts, texts.number), digits=0)
    type_ = figure.place.type
    if type_.kind == "number":
        return _of_numbers(figure, values, texts)
    if type_.kind == "duration" or figure.aggregate not in ("first", "last"):
        return Writer(write=_lined(texts, _moment(figure, texts, zone)), amount=type_.kind == "duration")
    if type_.kind == "choice":
        known = {c.name: c.label.in_language(texts.language) or c.name for c in choices_of(model, field)}
        return Writer(write=_lined(texts, lambda value: known.get(value, str(value))), amount=False)
    if type_.kind in ("link", "link_any"):
        return Writer(write=_lined(texts, lambda link: _title(link, texts)), amount=False)
    return Writer(write=_lined(texts, _moment(figure, texts, zone)), amount=False)


def _title(link: Link, texts: Texts) -> str:
    return texts.gettext("Hidden from you") if link.hidden else title_words(link.title, link.id, texts)


def _of_numbers(figure: Figure, values: Iterable[Any], texts: Texts) -> Writer:
    assert figure.field is not None and figure.place is not None
    type_ = figure.place.type
    mean = figure.aggregate in ("avg", "median")
    if type_.percent:
        digits = max(type_.scale - 2, 0) or (SHARE_DIGITS if mean else 0)
        return Writer(
            write=_lined(texts, lambda value: texts.percent(_rounded(value, digits + 2), digits)), percent=True, digits=digits
        )  # fmt: skip
    money = figure.field.type.name == "money" or bool(type_.currency)
    known = list(_numbers(values))
    parts = [v for v in known if isinstance(v, Decimal) and v % 1]
    if not parts:
        digits = 0
    elif money:
        digits = KOPECKS
    else:
        most = max(-int(part.normalize().as_tuple().exponent) for part in parts)
        digits = min(most, AVERAGE if mean else max(type_.scale, 1))
    code = type_.currency or figure.field.options.get("currency")
    unit = texts.currency(code) if isinstance(code, str) else ""

    def written(value: Any, digits: int = digits) -> str:
        return texts.number(_rounded(value, digits), digits)

    def whole(value: Any) -> str:
        return written(value, digits if 0 < abs(value) < 1 else 0)

    large = digits > 0 and max(map(abs, known)) >= LARGE
    return Writer(
        write=_lined(texts, written), unit=unit, digits=digits, brief=_lined(texts, whole) if large else None
    )


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return value


def _lined(texts: Texts, write: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """A line for each currency, with its sign; none of nothing."""

    def lines(value: Any) -> tuple[str, ...]:
        if value is None:
            return ()
        if isinstance(value, list):
            return tuple(
                f"{write(each['value'])}\N{NO-BREAK SPACE}{texts.currency(each['currency'])}"
                for each in value
            )
        return (write(value),)

    return lines


def _moment(figure: Figure, texts: Texts, zone: ZoneInfo) -> Callable[[Any], str]:
    """Dates, times, lengths of time and texts as their field writes them."""
    field = figure.field
    assert field is not None

    def write(value: Any) -> str:
        if isinstance(value, dt.datetime):
            return texts.datetime(value, zone)
        if isinstance(value, dt.date):
            return texts.date(value)
        if isinstance(value, bool):
            return texts.gettext("Yes") if value else texts.gettext("No")
        return str(
            field.type.format(field, value, Context(medium="text", language=texts.language, zone=zone.key))
        )

    return write


def _numbers(values: Iterable[Any]) -> Iterator[Any]:
    """Figures, those of several currencies one by one."""
    for value in values:
        if isinstance(value, list):
            yield from (each["value"] for each in value)
        elif value is not None:
            yield value


def size_of(value: Any) -> Decimal | None:
    """A figure to compare by: nothing of several currencies, which have no common measure."""
    if isinstance(value, Span):
        return Decimal(value.total)
    if isinstance(value, list):
        return Decimal(value[0]["value"]) if len(value) == 1 else None
    return Decimal(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else None
