"""vCard 2.1, 3 and 4 (RFC 6350 and its forerunners): one line for each card, a column for each kind of value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import vobject  # type: ignore[import-untyped]

from core.records.importing.formats.refusals import empty, refused, too_long
from core.records.importing.formats.source import Cell, Line, Sheet
from core.records.importing.hints import Hints
from metamodel.messages import message

MOST_IN_CARD = 8 * 1024 * 1024
"""Characters: a card may carry a photograph."""
MOST_ALIKE = 5
"""Values of a kind that get a column of their own."""

_SINGLE = {"FN": "FN", "ORG": "ORG", "TITLE": "TITLE", "ROLE": "ROLE", "URL": "URL", "BDAY": "BDAY", "NOTE": "NOTE",
           "NICKNAME": "NICKNAME", "CATEGORIES": "CATEGORIES"}  # fmt: skip
_MANY = ("TEL", "EMAIL", "ADR")
_NAME = ("N.family", "N.given", "N.additional")


class CardsSource:
    """A file of cards, read one by one."""

    format = "vcf"
    typed = False
    sheets = (Sheet(name=""),)

    def __init__(self, path: Path, hints: Hints) -> None:
        self.hints = hints
        self._path = path
        self._encoding = hints.encoding or "utf-8"
        self._columns: tuple[str, ...] | None = None

    def lines(self, sheet: str | None = None) -> Iterator[Line]:
        """First the names of the columns that any card has, then the cards."""
        if self._columns is None:
            self._columns = self._find_columns()
        yield Line(0, self._columns)
        for number, values in self._cards():
            yield Line(number, tuple(values.get(column, "") for column in self._columns))

    def close(self) -> None:
        """Nothing is held between readings."""

    def _find_columns(self) -> tuple[str, ...]:
        met: set[str] = set()
        for _, values in self._cards():
            met |= values.keys()
        if not met:
            raise empty()
        order = [*_NAME, *_SINGLE.values()]
        order[3:3] = []
        for kind in _MANY:
            order += [_numbered(kind, n) for n in range(MOST_ALIKE)]
        return tuple(column for column in order if column in met)

    def _cards(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        for number, text in self._texts():
            try:
                card = next(vobject.readComponents(text, ignoreUnreadable=True, allowQP=True), None)
            except Exception as error:  # the library lets errors of many kinds out
                raise refused(
                    message("The card that begins on line {line} is damaged.", line=number)
                ) from error
            if card is not None:
                yield number, _values(card)

    def _texts(self) -> Iterator[tuple[int, str]]:
        """Each card as text, with the line it begins on; what stands between cards is passed over."""
        began, kept, size = 0, [""], 0
        encoding = "utf-8-sig" if self._encoding == "utf-8" else self._encoding
        with self._path.open(encoding=encoding, errors="replace") as file:
            for number, line in enumerate(file, 1):
                word = line.strip().upper()
                if word == "BEGIN:VCARD":
                    began, kept, size = number, [], 0
                if not began:
                    continue
                kept.append(line.rstrip("\n"))
                size += len(line)
                if size > MOST_IN_CARD:
                    raise too_long(began)
                if word == "END:VCARD":
                    yield began, "\r\n".join(kept) + "\r\n"
                    began = 0
        if began:
            raise refused(
                message(
                    "The card that begins on line {line} does not end: the file is cut short.", line=began
                )
            )


def _numbered(kind: str, place: int) -> str:
    return kind if place == 0 else f"{kind} {place + 1}"


def _values(card: Any) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    alike: dict[str, int] = {}
    for child in card.getChildren():
        name, value = child.name, child.value
        if name == "N" and not isinstance(value, str):
            parts = (value.family, value.given, value.additional)
            found |= {key: _text(part) for key, part in zip(_NAME, parts, strict=True) if _text(part)}
        elif name in _SINGLE:
            text = _text(value)
            if text:
                found.setdefault(_SINGLE[name], text)
        elif name in _MANY:
            text = _address(value) if name == "ADR" and not isinstance(value, str) else _text(value)
            text = text.removeprefix("tel:").removeprefix("mailto:").strip()
            place = alike.get(name, 0)
            if text and place < MOST_ALIKE:
                found[_numbered(name, place)] = text
                alike[name] = place + 1
    return found


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, (_text(part) for part in value)))
    return str(value).strip()


def _address(value: Any) -> str:
    parts = (value.code, value.country, value.region, value.city, value.street, value.extended, value.box)
    return ", ".join(filter(None, (_text(part) for part in parts)))
