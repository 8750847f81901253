"""What is asked for: which document, in which formats, of which day, in whose language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.access.actor import Actor
from core.errors import KubikError
from core.query.issued import Issued
from core.storage.workspace import Transaction
from metamodel.errors import Problem
from metamodel.messages import Message, message

FORMATS = ("docx", "pdf")
"""Formats that documents are made in."""

LATER = ("xlsx", "text")
"""Formats of the contract that are not made yet."""

MEDIA_TYPES: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}

Who = Callable[[Transaction], Actor]
"""Who asks, as that transaction knows them: rights are those of the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A document (its name) in these formats; without ``date`` that of the day, without ``language`` the person's."""

    type: str
    formats: tuple[str, ...]
    date: date | None = None
    language: str | None = None

    def written(self) -> dict[str, Any]:
        """As a job keeps it."""
        day = None if self.date is None else self.date.isoformat()
        return {"type": self.type, "formats": list(self.formats), "date": day, "language": self.language}


def read_order(written: Mapping[str, Any]) -> Order:
    """What `Order.written` wrote down."""
    day = written["date"]
    return Order(
        type=written["type"], formats=tuple(written["formats"]), language=written["language"],
        date=None if day is None else date.fromisoformat(day),
    )  # fmt: skip


def check_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    """The formats, each once; KBK2009 for one that nothing is made in."""
    if not formats:
        raise wrong("/format", message("Choose a format: {known}.", known=list(FORMATS)))
    for each in formats:
        if each in LATER:
            raise wrong("/format", message(
                "Documents are not made in the format “{format}” yet, only in: {known}.", format=each, known=list(FORMATS),
            ))  # fmt: skip
        if each not in FORMATS:
            raise wrong("/format", message(
                "There is no format “{format}”; documents are made in: {known}.", format=each[:50], known=list(FORMATS),
            ))  # fmt: skip
    return tuple(dict.fromkeys(formats))


def wrong(pointer: str, why: Message) -> KubikError:
    """KBK2009 about a part of what was asked."""
    return KubikError("KBK2009", why, errors=[Problem(pointer=pointer, code="KBK2009", message=why)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is done in the very transaction that keeps a document: ``known`` may name the one that an earlier request of
    the same key has made (then nothing is issued), ``kept`` writes down that this one was."""

    known: Callable[[Transaction, Actor], int | None] = lambda tx, actor: None
    kept: Callable[[Transaction, Actor, Issued], None] = lambda tx, actor, issued: None
