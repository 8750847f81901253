"""What a format of export is: how it is called, and the function that writes an export into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from core.errors import KubikError
from core.query.exporting.forms import ExportColumn
from core.query.exporting.reading import Export
from metamodel.errors import Problem
from metamodel.messages import message
from metamodel.model import Entity
from metamodel.spreadsheet import LINKED
from metamodel.text import fold

Progress = Callable[[int, int], None]
"""Called with how many rows are written, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """For whom a file is written: the language of its numbers, dates and labels, the zone of its moments.

    ``labels`` heads columns with labels rather than names. ``mark`` begins a text with the mark of its encoding, by
    which spreadsheets know it. ``plain`` writes rich text by its words alone, for reading.
    """

    language: str = "en"
    zone: str = "UTC"
    labels: bool = False
    mark: bool = False
    plain: bool = False


class Write(Protocol):
    """Writes a whole export; what it has written may be sent on before it ends."""

    def __call__(self, export: Export, file: BinaryIO, manner: Manner, progress: Progress) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """A format: its name, which is also the ending of its files, the media type, and the function that writes it."""

    name: str
    media_type: str
    write: Write


def exporter_named(exporters: Iterable[Exporter], name: str) -> Exporter:
    """The format of that name; KBK2009."""
    known = list(exporters)
    found = next((each for each in known if each.name == name), None)
    if found is None:
        words = message("One of these is expected: {allowed}.", allowed=[each.name for each in known])
        raise KubikError(
            "KBK2009", words, errors=(Problem(pointer="/format", code="KBK2009", message=words),)
        )
    return found


def heads(entity: Entity, columns: Iterable[ExportColumn], manner: Manner) -> list[str]:
    """The heads of columns: labels, or names where two labels are alike or a label is another field's name."""
    shown = list(columns)
    if not manner.labels:
        return [LINKED.join(field.name for field in column.path.fields) for column in shown]
    named = [
        LINKED.join(f.label.in_language(manner.language) or f.name for f in c.path.fields) for c in shown
    ]
    known = [
        {fold(text) for text in (field.name, field.label.ru or "", field.label.en or "") if text}
        for field in entity.fields
    ]
    made: list[str] = []
    for column, label in zip(shown, named, strict=True):
        own = column.field.label
        meant = [names for names in known if fold(label) in names]
        clear = len(column.path.fields) > 1 or len(meant) <= 1 or fold(label) == fold(column.name)
        unique = sum(fold(label) == fold(other) for other in named) == 1
        usable = clear and unique and bool(own.in_language(manner.language))
        made.append(label if usable else LINKED.join(field.name for field in column.path.fields))
    return made
