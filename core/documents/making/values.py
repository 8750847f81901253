"""Values as templates have them: exact to count with, printed as a screen shows them; nothing can be changed through them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Self, TypeVar

from core.documents.filters import Amount
from core.documents.making.nothing import EMPTY


class _Shown:
    """A value that is printed as a screen shows it."""

    shown: str | None = None

    def __str__(self) -> str:
        return super().__str__() if self.shown is None else self.shown


class Number(_Shown, Decimal):
    """A number of a record."""


class Money(_Shown, Amount):
    """An amount of a record; the filter ``money`` adds its currency."""


class Day(_Shown, date):
    """A date."""


class Moment(_Shown, datetime):
    """An instant on the workspace's clock."""


class Clock(_Shown, time):
    """A time of a day."""


class Text(_Shown, str):
    """A text that a screen spells otherwise than it is kept."""


S = TypeVar("S", bound=_Shown)


def as_shown(value: S, shown: str) -> S:
    """A value just made, with what is printed of it."""
    value.shown = shown
    return value


class Choice(str):
    """A choice: printed as its label, equal to its label and to its name."""

    __slots__ = ("name",)
    name: str

    @classmethod
    def made(cls, name: str, label: str) -> Self:
        choice = cls(label)
        choice.name = name
        return choice

    @property
    def label(self) -> str:
        return str.__str__(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Choice):
            return self.name == other.name
        return other == self.name or str.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return str.__hash__(self)


class Rich(str):
    """Formatted text: the string is its words, ``html`` what is formatted."""

    __slots__ = ("html",)
    html: str


class Record:
    """A record: printed as its title; has what the template reads of it."""

    __slots__ = ("_entity", "_id", "_title", "_values")

    def __init__(self, entity: str, id: int | None, title: str | None, values: Mapping[str, Any]) -> None:
        self._entity, self._id, self._title, self._values = entity, id, title, values

    @property
    def values_of_record(self) -> Mapping[str, Any]:
        """What is read of it, by the names a template has."""
        return self._values

    def __str__(self) -> str:
        return self._title or ""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Record):
            return (self._entity, self._id) == (other._entity, other._id)
        return isinstance(other, str) and other == str(self)

    def __hash__(self) -> int:
        return hash(str(self))

    def __lt__(self, other: object) -> bool:
        return str(self) < str(other)


@dataclass(frozen=True, slots=True)
class FileName:
    """A file: printed as its name."""

    name: str
    size: int
    type: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: printed as itself, in its own size or that of ``size``; millimetres."""

    key: str
    name: str
    data: bytes
    width: float | None = None
    height: float | None = None

    def sized(self, width: float | None, height: float | None) -> Picture:
        """The same so wide, so high."""
        return Picture(self.key, self.name, self.data, width, height)

    def __str__(self) -> str:
        return self.name


def value_of(wire: Any, files: Mapping[str, bytes]) -> Any:
    """The value of its form on the way (`core.documents.gathering.wire`)."""
    match wire:
        case None:
            return EMPTY
        case str() | bool():
            return wire
        case ["number", exact, shown]:
            return as_shown(Number(exact), shown)
        case ["money", exact, shown, currency]:
            return as_shown(Money(exact, currency), shown)
        case ["date", written, shown]:
            return as_shown(Day.fromisoformat(written), shown)
        case ["datetime", written, shown]:
            return as_shown(Moment.fromisoformat(written), shown)
        case ["time", written, shown]:
            return as_shown(Clock.fromisoformat(written), shown)
        case ["text", raw, shown]:
            return as_shown(Text(raw), shown)
        case ["choice", name, label]:
            return Choice.made(name, label)
        case ["html", html, words]:
            return _rich(html, words)
        case ["json", text]:
            return _plain(json.loads(text, parse_float=Decimal))
        case ["image", key, name]:
            data = files.get(key)
            return Picture(key, name, data) if data else EMPTY
        case ["file", name, size, kind]:
            return FileName(name, size, kind)
        case ["list", values]:
            return [value_of(each, files) for each in values]
        case ["record", record]:
            values = {name: value_of(each, files) for name, each in record["values"].items()}
            return Record(record["entity"], record["id"], record["title"], values)
    raise ValueError(f"no form of a value: {wire!r}"[:200])


def _rich(html: str, words: str) -> Rich:
    rich = Rich(words)
    rich.html = html
    return rich


def _plain(value: Any) -> Any:
    """A JSON value in which what is empty is nothing."""
    if value is None:
        return EMPTY
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value
