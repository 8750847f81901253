"""Cells as the browser sends them: texts as they were typed, or as they came from a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from core.errors import KubikError
from core.query.options import options
from core.query.query import Link
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Field
from renderers.forms.lookup_pages import Asked, find
from renderers.forms.lookups import SHOWN
from renderers.forms.texts import Manner
from renderers.grid.reading import MOST_ROWS, Sheet
from renderers.grid.view import Candidate, Fault
from renderers.pages.titles import title_words

MOST_CELLS = 20_000
"""Cells in one save."""

_CURRENCY = re.compile(
    r"^[\s\u00a0]*[₽$€£¥₸₴₺]|(?:[\s\u00a0]*(?:[₽$€£¥₸₴₺]|руб\.?|р\.|[A-Z]{3}))[\s\u00a0]*$"
)
_SEVERAL = re.compile(r"[\n;]|,\s")


class RowSent(msgspec.Struct):
    """A row with its changed cells by name: ``values`` as the field's widget sends them, ``typed`` as texts.

    ``version`` is the one that the grid knew, ``was`` what stood in these cells then.
    """

    id: int
    version: int
    values: dict[str, str] = {}
    typed: dict[str, str] = {}
    was: dict[str, str] = {}


@dataclass(slots=True, kw_only=True)
class ToSave:
    """A row on its way to `core.records`: ``texts`` by name, ``was`` likewise."""

    id: int
    version: int
    texts: dict[str, str]
    was: Mapping[str, str] = field(default_factory=dict)


def read_rows(written: str) -> list[RowSent]:
    """The rows of a save; KBK2000 when they are not well-formed, KBK2005 when there are too many."""
    try:
        rows = msgspec.json.decode(written, type=list[RowSent])
    except msgspec.MsgspecError:
        raise KubikError("KBK2000", message("The form is not well-formed.")) from None
    cells = sum(len(row.values) + len(row.typed) for row in rows)
    if len({row.id for row in rows}) != len(rows):
        raise KubikError("KBK2000", message("The form is not well-formed."))
    if len(rows) > MOST_ROWS or cells > MOST_CELLS:
        raise KubikError(
            "KBK2005",
            message(
                "At most {rows} rows and {cells} cells are saved at once.", rows=MOST_ROWS, cells=MOST_CELLS
            ),
        )
    return rows


def to_save(sheet: Sheet, rows: Sequence[RowSent]) -> tuple[dict[int, ToSave], list[Fault]]:
    """The rows with texts that the types read; links that were typed are found by title, or told about."""
    faults: list[Fault] = []
    found = {
        row.id: ToSave(id=row.id, version=row.version, texts=dict(row.values), was=row.was) for row in rows
    }
    waiting: list[tuple[RowSent, Field, str]] = []
    for row in rows:
        for name, text in row.typed.items():
            named = sheet.entity.by_name.get(name)
            if named is not None and named.type.widget in ("link", "links", "link_any"):
                waiting += [(row, named, each) for each in _texts(named, text)]
                found[row.id].texts[name] = ""
            else:
                found[row.id].texts[name] = _as_typed(named, text)
    for (row, named, text), links in zip(waiting, _looked_up(sheet, waiting), strict=True):
        fault = _put(found[row.id], named, text, links, sheet.manner)
        if fault is not None:
            faults.append(fault)
    for fault in faults:
        found[fault.id].texts.pop(fault.name, None)
    return {id: row for id, row in found.items() if row.texts}, faults


def _texts(named: Field, text: str) -> list[str]:
    """The titles in a cell: one, or several parted by line ends, semicolons, commas."""
    if not named.listed:
        return [text.strip()] if text.strip() else []
    return [part.strip() for part in _SEVERAL.split(text) if part.strip()]


def _as_typed(named: Field | None, text: str) -> str:
    """A text of a spreadsheet: an amount without its currency."""
    if named is not None and named.result.kind == "number":
        return _CURRENCY.sub("", text)
    return text.replace("\r\n", "\n")


Waiting = Sequence[tuple[RowSent, Field, str]]


def _looked_up(sheet: Sheet, waiting: Waiting) -> Iterator[list[tuple[str, Link]]]:
    """For each text the records it means, with how the field's widget writes each."""
    plain = [(row, named, text) for row, named, text in waiting if not named.targets]
    asked = [Asked(field=named.name, text=text, values=_around(row)) for row, named, text in plain]
    found = find(sheet.tx, sheet.actor, sheet.entity, asked, sheet.manner)
    for _, named, text in waiting:
        if named.targets:
            yield _any(sheet.tx, sheet, named, text)
        else:
            yield [(str(link.id), link) for link in next(found)]


def _around(row: RowSent) -> dict[str, str]:
    """What stands beside a link in its row, as far as it was sent: it may narrow what is offered."""
    return {**row.was, **row.values}


def _any(tx: Transaction, sheet: Sheet, named: Field, text: str) -> list[tuple[str, Link]]:
    found = []
    for uid in named.targets:
        to: Entity = tx.model.entity_by_uid[uid]
        links = options(tx, sheet.actor, sheet.entity.name, named.name, text, {}, SHOWN + 1, to.name)
        found += [(f"{to.name}:{link.id}", link) for link in links]
    same = [pair for pair in found if (pair[1].title or "").strip().casefold() == text.casefold()]
    return same or found


def _put(
    row: ToSave, named: Field, text: str, links: Sequence[tuple[str, Link]], manner: Manner
) -> Fault | None:
    """Puts the one record into the row; else says what may have been meant."""
    if len(links) == 1:
        before = row.texts.get(named.name, "")
        row.texts[named.name] = f"{before}\n{links[0][0]}" if named.listed and before else links[0][0]
        return None
    words = (
        message("Several records fit “{text}”: choose one of them", text=text[:100])
        if links
        else message("Nothing to choose fits “{text}”", text=text[:100])
    )
    candidates = [
        Candidate(id=id, title=title_words(link.title, link.id, manner.words)) for id, link in links[:SHOWN]
    ]
    return Fault(id=row.id, name=named.name, message=manner.words.render(words), candidates=candidates)
