"""What stands in a form: texts under the names of fields, child rows in order; from pairs, to JSON and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import msgspec

from core.errors import KubikError

MAX_ROWS = 2000
_NAME = re.compile(r"/([a-z][a-z0-9_]{0,47})")
_IN_ROW = re.compile(r"/([a-z][a-z0-9_]{0,47})/([0-9]{1,9})/([a-z][a-z0-9_]{0,47})")


class FilledRow(msgspec.Struct, omit_defaults=True):
    """A child row: ``id`` of one that is stored, texts by names of fields, titles of what its links lead to.

    ``typed`` holds what was typed into a link's field where it is not the title of the record it leads to.
    """

    id: int | None = None
    values: dict[str, str] = {}
    titles: dict[str, str] = {}
    typed: dict[str, str] = {}

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into a new row."""
        return (
            self.id is None
            and not any(v for v in self.values.values() if v != "false")
            and not any(self.typed.values())
        )


class Filled(msgspec.Struct, omit_defaults=True):
    """A form's content; ``rows`` by name of the children field."""

    values: dict[str, str] = {}
    titles: dict[str, str] = {}
    typed: dict[str, str] = {}
    rows: dict[str, list[FilledRow]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form as it came: its content, and what was asked for besides (``_do``, ``_add``, ``_choose:…``)."""

    filled: Filled
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> int | None:
        """The version of the record that the form was opened with."""
        written = self.asked.get("_version", "")
        return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None

    @property
    def was(self) -> Filled:
        """What the form was opened with."""
        return read_json(self.asked.get("_was", ""))


def read_sent(pairs: Iterable[tuple[str, str]]) -> Sent:
    """The pairs of a posted form. A name that comes twice counts as it came last (a ticked box after its hidden no)."""
    filled, asked = Filled(), {}
    places: dict[tuple[str, str], FilledRow] = {}
    for name, value in pairs:
        if name.startswith("_"):
            asked[name] = value
            continue
        pointer, _, part = name.partition("~")
        text = value.replace("\r\n", "\n")
        if (found := _IN_ROW.fullmatch(pointer)) is not None:
            rows = filled.rows.setdefault(found[1], [])
            key = (found[1], found[2])
            if key not in places:
                if len(rows) >= MAX_ROWS:
                    raise KubikError("KBK2005")
                places[key] = FilledRow()
                rows.append(places[key])
            _put(places[key], found[3], part, text)
        elif (found := _NAME.fullmatch(pointer)) is not None:
            _put(filled, found[1], part, text)
    for row_name in [n for n in filled.values if n in filled.rows]:
        del filled.values[row_name]  # the empty field that says: these rows are all there are
    _settle(filled)
    for row in places.values():
        _settle(row)
    for row_name, rows in filled.rows.items():
        filled.rows[row_name] = [row for row in rows if not row.blank]
    return Sent(filled=filled, asked=asked)


def _put(holder: Filled | FilledRow, name: str, part: str, text: str) -> None:
    if part == "text":
        holder.typed[name] = text
    elif part == "was":
        holder.titles[name] = text
    elif name == "id" and isinstance(holder, FilledRow):
        holder.id = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    else:
        holder.values[name] = text


def _settle(holder: Filled | FilledRow) -> None:
    """A link whose text is the title of its record was not typed into; one emptied of text leads nowhere."""
    for name, text in list(holder.typed.items()):
        if text.strip() == holder.titles.get(name, "").strip():
            del holder.typed[name]
            if not text.strip():
                holder.values[name] = ""
        elif not text.strip():
            del holder.typed[name]
            holder.values[name] = ""
            holder.titles[name] = ""
    holder.titles = {name: title for name, title in holder.titles.items() if title}


def read_json(written: str) -> Filled:
    """What `write_json` wrote; anything else is an empty form."""
    try:
        return msgspec.json.decode(written, type=Filled)
    except msgspec.MsgspecError:
        return Filled()


def write_json(filled: Filled) -> str:
    """The content as JSON, for the form's own hidden field."""
    return msgspec.json.encode(filled).decode()


def differing(now: Filled, was: Filled, lists: Iterable[str]) -> dict[str, object]:
    """What is to be written: changed texts, and whole lists of child rows in which anything changed.

    ``lists`` are the names of the children fields that the form holds. Of a stored row only changed texts go along.
    """
    values: dict[str, object] = dict(_changed(now.values, was.values))
    for name in lists:
        before, after = was.rows.get(name, []), now.rows.get(name, [])
        if _same_rows(before, after):
            continue
        known = {row.id: row for row in before if row.id is not None}
        values[name] = [_written_row(row, known.get(row.id) if row.id else None) for row in after]
    return values


def _changed(now: dict[str, str], was: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in now.items():
        if text != was.get(name, ""):
            yield name, text


def _same_rows(before: list[FilledRow], after: list[FilledRow]) -> bool:
    return [row.id for row in before] == [row.id for row in after] and all(
        not dict(_changed(b.values, a.values)) for a, b in zip(before, after, strict=True)
    )


def _written_row(row: FilledRow, was: FilledRow | None) -> dict[str, object]:
    if row.id is None:
        return {name: text for name, text in row.values.items() if text}
    return {"id": row.id, **dict(_changed(row.values, was.values if was else {}))}


def moved(sent: Sent, deed: str, pointer: str) -> Sent:
    """The form after a button of a child row pressed without scripts: ``_add``, ``_remove``, ``_up``, ``_down``.

    ``pointer`` names the list, or the row by its place among those that were sent and are not blank.
    """
    found = re.fullmatch(r"/([a-z][a-z0-9_]{0,47})(?:/([0-9]{1,9}))?", pointer)
    if found is None:
        return sent
    rows = list(sent.filled.rows.get(found[1], []))
    at = int(found[2]) if found[2] else len(rows)
    if deed == "_add":
        rows.append(FilledRow())
    elif at < len(rows) and deed == "_remove":
        del rows[at]
    elif at < len(rows) and deed in ("_up", "_down"):
        to = at + (1 if deed == "_down" else -1)
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
    filled = Filled(
        values=sent.filled.values, titles=sent.filled.titles, typed=sent.filled.typed,
        rows={**sent.filled.rows, found[1]: rows},
    )  # fmt: skip
    return replace(sent, filled=filled)
