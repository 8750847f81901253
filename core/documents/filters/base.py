"""What a filter of templates is: its function, what it takes, its arguments and how wrong ones are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Self

from jinja2 import Undefined

from metamodel.errors import unknown
from metamodel.labels import Label
from metamodel.messages import Message, message

UNKNOWN: Final = object()
"""Stands for an argument that only the rendering knows: ``{{ amount|money(currency.code) }}``."""

ANYTHING: frozenset[str] = frozenset()
NUMBER = frozenset({"number"})
TEXT = frozenset({"text"})


class FilterFault(ValueError):
    """A value or an argument that a filter cannot take; whoever renders adds the place."""

    def __init__(self, why: Message) -> None:
        self.message = why
        super().__init__(str(why))


class Amount(Decimal):
    """An amount of money that knows its currency. Python's own sums and products of it are plain decimals; those of templates
    keep it (`core.documents.making.arithmetic`)."""

    currency: str | None

    def __new__(cls, value: Decimal | int | str, currency: str | None = None) -> Self:
        made = super().__new__(cls, value)
        made.currency = currency
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.currency))


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a filter; ``check`` says what is wrong with a constant, or nothing."""

    name: str
    label: Label
    kind: str = "text"
    """``text``, ``number`` (whole, not negative) or ``any``."""
    required: bool = False
    choices: tuple[str, ...] = ()
    check: Callable[[Any], Message | None] | None = None

    def fault(self, value: object) -> Message | None:
        if value is UNKNOWN or value is None:
            return None
        if self.kind == "text" and not isinstance(value, str):
            return message("“{argument}” is a text in quotes", argument=self.label)
        if self.kind == "number" and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            return message("“{argument}” is a whole number, not negative", argument=self.label)
        if self.choices and value not in self.choices:
            return message(
                "{fault}; it can be {choices}",
                fault=unknown("There is no “{name}” here", str(value), self.choices),
                choices=self.choices,
            )
        return self.check(value) if self.check else None

    def read(self, value: object) -> object:
        """What came while rendering as this kind: a link as its title, an exact number as a whole one."""
        if value is None or isinstance(value, Undefined):
            return None
        if self.kind == "text":
            return str(value)
        if self.kind == "number" and isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter of templates: ``function(language, value, *args, **keywords)``."""

    name: str
    label: Label
    """What it does, for the list of filters."""
    function: Callable[..., Any]
    takes: frozenset[str] = ANYTHING
    """Kinds of values: number date time text boolean picture; none stands for anything."""
    gives: str = "text"
    """The kind of what comes out, or ``same``."""
    arguments: tuple[Argument, ...] = ()
    rest: Argument | None = None
    """What each argument after those is; without it there are no more."""
    empty: bool = False
    """Whether it is asked about an empty value; any other gives nothing for nothing."""
    example: tuple[str, str] = ("", "")
    """A use, and what it gives in Russian, for the documentation (where it is tried)."""


def arguments_fault(
    filter_: Filter, args: Sequence[object], keywords: Mapping[str, object] | None = None
) -> Message | None:
    """What is wrong with the arguments as they are written, or nothing."""
    named = dict(keywords or {})
    known = [argument.name for argument in filter_.arguments]
    if len(args) > len(known) and filter_.rest is None:
        return (
            message("The filter “{filter}” takes no arguments", filter=filter_.name)
            if not known
            else message("“{filter}”: arguments at most: {most}", filter=filter_.name, most=len(known))
        )
    given: list[tuple[Argument, object]] = []
    for index, value in enumerate(args):
        argument = filter_.arguments[index] if index < len(known) else filter_.rest
        if argument is not None:
            given.append((argument, value))
    for name, value in named.items():
        if name not in known:
            return message(
                "“{filter}”: {fault}",
                filter=filter_.name,
                fault=unknown("There is no “{name}” here", name, known),
            )
        if known.index(name) < len(args):
            return message("“{filter}”: “{name}” is given twice", filter=filter_.name, name=name)
        given.append((filter_.arguments[known.index(name)], value))
    for index, argument in enumerate(filter_.arguments):
        if argument.required and index >= len(args) and argument.name not in named:
            return message("“{filter}” needs “{argument}”", filter=filter_.name, argument=argument.label)
    return next((fault for argument, value in given if (fault := argument.fault(value))), None)


def read_arguments(
    filter_: Filter, args: Sequence[object], keywords: Mapping[str, object]
) -> tuple[list[object], dict[str, object]]:
    """The arguments as the function takes them; refuses with `FilterFault`."""
    known = {argument.name: argument for argument in filter_.arguments}
    kinds = [*filter_.arguments, *([filter_.rest] * max(0, len(args) - len(known)))]
    placed = [
        kind.read(value) if kind else value
        for value, kind in zip(args, [*kinds, *[None] * len(args)], strict=False)
    ]
    named = {name: known[name].read(value) if name in known else value for name, value in keywords.items()}
    if fault := arguments_fault(filter_, placed, named):
        raise FilterFault(fault)
    return placed, named


def is_empty(value: object) -> bool:
    """Whether there is nothing to print: no value, an undefined one, a text without letters, a list without items."""
    if value is None or isinstance(value, Undefined):
        return True
    if isinstance(value, bool | int | Decimal | float | date | time):
        return False
    if isinstance(value, list | tuple | dict):
        return not value
    return not str(value).strip()


MOST_PLACES = 30
"""Decimal places before and after the point: far beyond what a field keeps, and quick to write out."""


def as_decimal(value: object) -> Decimal:
    """The exact number of a value; a text is read with a point and without groups, as JSON writes it."""
    read = value if isinstance(value, Decimal) else _read_decimal(value)
    if read is None or not read.is_finite() or (read and not -MOST_PLACES <= read.adjusted() < MOST_PLACES):
        raise FilterFault(message("“{value}” is not a number", value=shortened(value)))
    return read


def _read_decimal(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return None


def as_date(value: object) -> date:
    """The day of a date, of an instant on the workspace's clock, or of ISO text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value).strip()).date()
    except ValueError:
        raise FilterFault(message("“{value}” is not a date", value=shortened(value))) from None


def as_time(value: object) -> time:
    """The time of a time, of an instant on the workspace's clock, or of ISO text."""
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    written = str(value).strip()
    for read in (time.fromisoformat, lambda text: datetime.fromisoformat(text).time()):
        try:
            return read(written)
        except ValueError:
            continue
    raise FilterFault(message("“{value}” is not a time", value=shortened(value)))


def shortened(value: object) -> str:
    """A value as a refusal quotes it."""
    text = "10³⁰" if isinstance(value, int) and abs(value) >= 10**MOST_PLACES else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
