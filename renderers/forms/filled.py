"""What stands in a form: texts under the names of fields, child rows in order; from pairs, to JSON and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import msgspec

from core.errors import KubikError
from core.records import Retake
from metamodel.text import number_of

MAX_ROWS = 5000
"""Child rows in one form, at all depths together."""
MAX_DEPTH = 8
"""How deep child rows of child rows may stand in a form."""

Lists: TypeAlias = "Mapping[str, Lists]"
"""Names of the children fields that a form holds, each with those of its rows."""

_NAME = r"[a-z][a-z0-9_]{0,47}"
_POINTER = re.compile(rf"((?:/{_NAME}/[0-9]{{1,9}}){{0,{MAX_DEPTH}}})/({_NAME})(\[\]|/)?")
_PLACE = re.compile(rf"((?:/{_NAME}/[0-9]{{1,9}}){{0,{MAX_DEPTH}}})/({_NAME})(?:/([0-9]{{1,9}}))?")


class FilledRow(msgspec.Struct, omit_defaults=True):
    """A child row: ``id`` of one that is stored, texts by names of fields, its own child rows.

    ``titles`` are those of what its links lead to; ``typed`` holds what was typed into a link's field where it is not
    the title of the record it leads to. Several values of one field stand under each other, a line each. ``follows``
    are texts that nobody typed: what the form showed of a field that follows others; ``again`` those that somebody
    asked to be taken again. ``place`` is the name under which the row was sent.
    """

    id: int | None = None
    values: dict[str, str] = {}
    titles: dict[str, str] = {}
    typed: dict[str, str] = {}
    follows: dict[str, str] = {}
    again: dict[str, str] = {}
    rows: dict[str, list[FilledRow]] = {}
    place: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into a new row, nor into the rows below it."""
        return (
            self.id is None
            and not any(v for v in self.values.values() if v != "false")
            and not any(self.typed.values())
            and all(row.blank for rows in self.rows.values() for row in rows)
        )


class Filled(msgspec.Struct, omit_defaults=True):
    """A form's content; ``rows`` by name of the children field."""

    values: dict[str, str] = {}
    titles: dict[str, str] = {}
    typed: dict[str, str] = {}
    follows: dict[str, str] = {}
    again: dict[str, str] = {}
    rows: dict[str, list[FilledRow]] = {}


Holder = Filled | FilledRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form as it came: its content, and what was asked for besides (``_do``, ``_add``, ``_choose:…``)."""

    filled: Filled
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> int | None:
        """The version of the record that the form was opened with."""
        written = self.asked.get("_version", "")
        return number_of(written)

    @property
    def was(self) -> Filled:
        """What the form was opened with."""
        return read_json(self.asked.get("_was", ""))


@dataclass(slots=True, kw_only=True)
class _Reading:
    """A posted form while it is read: the rows by their pointers, and the fields of several values."""

    filled: Filled = field(default_factory=Filled)
    places: dict[str, FilledRow] = field(default_factory=dict)
    several: set[tuple[str, str]] = field(default_factory=set)

    def holder(self, pointer: str) -> Holder:
        """The record itself, or the row at a pointer; rows stand in the order in which they come."""
        if not pointer:
            return self.filled
        found = self.places.get(pointer)
        if found is None:
            if len(self.places) >= MAX_ROWS:
                raise KubikError("KBK2005")
            above, name, _ = pointer.rsplit("/", 2)
            found = FilledRow(place=pointer)
            self.holder(above).rows.setdefault(name, []).append(found)
            self.places[pointer] = found
        return found

    def put(self, where: str, name: str, many: bool, part: str, text: str) -> None:
        """Take one text; of a field of several values (``many``) each joins those before it."""
        holder = self.holder(where)
        if many:
            self.several.add((where, name))
        if part == "text":
            holder.typed[name] = text
        elif part == "was":
            before = holder.titles.get(name) if many else None
            holder.titles[name] = text if before is None else f"{before}\n{text}"
        elif part in ("follows", "again"):
            (holder.follows if part == "follows" else holder.again)[name] = text
        elif many:
            holder.values[name] = "\n".join(each for each in (holder.values.get(name, ""), text) if each)
        elif name == "id" and isinstance(holder, FilledRow):
            holder.id = number_of(text)
        else:
            holder.values[name] = text

    def finish(self) -> Filled:
        """The content: links settled, blank rows left out, the inner ones first."""
        every: list[tuple[str, Holder]] = [("", self.filled), *self.places.items()]
        for where, holder in every:
            for list_name in [name for name in holder.values if name in holder.rows]:
                del holder.values[list_name]
            _settle(holder, {name for place, name in self.several if place == where})
        for _, holder in reversed(every):
            for name, rows in holder.rows.items():
                holder.rows[name] = [row for row in rows if not row.blank]
        return self.filled


def read_sent(pairs: Iterable[tuple[str, str]]) -> Sent:
    """The pairs of a posted form. A name that comes twice counts as it came last (a ticked box after its hidden no).

    ``/items/0/parts/1/name`` is a field of a row in a row. ``/items/`` says that the rows sent are all there are, an
    empty list when there are none; ``/tags[]`` may come many times, empty once to say that nothing is chosen.
    """
    reading, asked = _Reading(), {}
    for name, value in pairs:
        if name.startswith("_"):
            asked[name] = value
            continue
        pointer, _, part = name.partition("~")
        if (found := _POINTER.fullmatch(pointer)) is None:
            continue
        if found[3] == "/":
            reading.holder(found[1]).rows.setdefault(found[2], [])
        else:
            reading.put(found[1], found[2], bool(found[3]), part, value.replace("\r\n", "\n"))
    return Sent(filled=reading.finish(), asked=asked)


def _settle(holder: Holder, several: set[str]) -> None:
    """A link whose text is the title of its record was not typed into; one emptied of text leads nowhere.

    In a field of several links the text is one more that is looked for, and empties nothing.
    """
    for name, text in list(holder.typed.items()):
        if name in several:
            if not text.strip():
                del holder.typed[name]
        elif text.strip() == holder.titles.get(name, "").strip():
            del holder.typed[name]
            if not text.strip():
                holder.values[name] = ""
        elif not text.strip():
            del holder.typed[name]
            holder.values[name] = ""
            holder.titles[name] = ""
    holder.titles = {name: title for name, title in holder.titles.items() if title}
    holder.follows = {n: text for n, text in holder.follows.items() if holder.values.get(n, "") == text}
    holder.again = {n: text for n, text in holder.again.items() if holder.values.get(n, "") == text}


def read_json(written: str) -> Filled:
    """What `write_json` wrote; anything else is an empty form."""
    try:
        return msgspec.json.decode(written, type=Filled)
    except (msgspec.MsgspecError, RecursionError):
        return Filled()


def write_json(filled: Filled) -> str:
    """The content as JSON, for the form's own hidden field."""
    return msgspec.json.encode(filled).decode()


def differing(now: Filled, was: Filled, lists: Lists) -> dict[str, object]:
    """What is to be written: changed texts, and whole lists of child rows in which anything changed.

    ``lists`` are the children fields that the form holds; a list that was not sent is left alone. Of a stored row
    only changed texts go along, and only those of its own lists in which something changed. A text that
    follows is left out, one that was asked for again is taken anew (`Retake`).
    """
    return {**dict(_changed(now, was.values, lists)), **dict(_changed_lists(now, was, lists))}


def _changed(now: Holder, was: Mapping[str, str], lists: Lists) -> Iterator[tuple[str, object]]:
    for name, text in now.values.items():
        if name in now.again:
            yield name, Retake()
        elif name not in lists and name not in now.follows and text != was.get(name, ""):
            yield name, text


def _changed_lists(now: Holder, was: Holder, lists: Lists) -> Iterator[tuple[str, list[dict[str, object]]]]:
    for name, inner in lists.items():
        if name not in now.rows and name not in now.values:
            continue
        before, after = was.rows.get(name, []), now.rows.get(name, [])
        if not _same_rows(before, after, inner):
            known = {row.id: row for row in before if row.id is not None}
            yield name, [_written_row(row, known.get(row.id) if row.id else None, inner) for row in after]


def _same_rows(before: list[FilledRow], after: list[FilledRow], lists: Lists) -> bool:
    return [row.id for row in before] == [row.id for row in after] and not any(
        dict(_changed(row, was.values, lists)) or dict(_changed_lists(row, was, lists))
        for was, row in zip(before, after, strict=True)
    )


def _written_row(row: FilledRow, was: FilledRow | None, lists: Lists) -> dict[str, object]:
    inner = dict(_changed_lists(row, was or FilledRow(), lists))
    if row.id is None:
        passed = {*lists, *row.follows, *row.again}
        texts = {name: text for name, text in row.values.items() if text and name not in passed}
        return {**texts, **{name: rows for name, rows in inner.items() if rows}}
    return {"id": row.id, **dict(_changed(row, was.values if was else {}, lists)), **inner}


def moved(sent: Sent, deed: str, pointer: str) -> Sent:
    """The form after a button of a child row pressed without scripts: ``_add``, ``_remove``, ``_up``, ``_down``.

    ``pointer`` names the list, or the row by its place among those that were sent and are not blank.
    """
    found = _PLACE.fullmatch(pointer)
    if found is None:
        return sent
    filled = read_json(write_json(sent.filled))
    holder = row_at(filled, found[1])
    if holder is None:
        return sent
    rows = holder.rows.setdefault(found[2], [])
    at = int(found[3]) if found[3] else len(rows)
    if deed == "_add":
        rows.append(FilledRow())
    elif at < len(rows) and deed == "_remove":
        del rows[at]
    elif at < len(rows) and deed in ("_up", "_down"):
        to = at + (1 if deed == "_down" else -1)
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
    return replace(sent, filled=filled)


def row_at(filled: Filled, pointer: str) -> Holder | None:
    """The record itself (an empty pointer), or the row at a pointer; None when there is none."""
    holder: Holder = filled
    steps = pointer.split("/")[1:]
    for name, index in zip(steps[::2], steps[1::2], strict=False):
        rows = holder.rows.get(name, [])
        if not index.isdigit() or int(index) >= len(rows):
            return None
        holder = rows[int(index)]
    return holder


def every_holder(filled: Filled) -> Iterator[tuple[Holder, str]]:
    """The record and every row below it with its pointer, parents first."""
    waiting: list[tuple[Holder, str]] = [(filled, "")]
    for holder, pointer in waiting:
        yield holder, pointer
        waiting.extend(
            (row, f"{pointer}/{name}/{index}")
            for name, rows in holder.rows.items()
            for index, row in enumerate(rows)
        )
