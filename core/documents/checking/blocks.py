"""Blocks of a template: each is closed, as what it was opened, where the document stays whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.documents.checking.faults import Fault, Repair
from core.documents.checking.syntax import BRANCHES, CLOSING, OPENING, fault, mended
from core.documents.checking.written import Written
from core.documents.reading.tags import Inside
from metamodel.documents import Format
from metamodel.messages import Message, message


@dataclass(slots=True)
class Blocks:
    """The faults of the blocks of one part, and the tags that stay when those are passed over, closings put in."""

    faults: list[Fault]
    sources: list[tuple[Written | None, str]]


@dataclass(slots=True)
class _Open:
    written: Written
    word: str


def blocks_of(tags: Sequence[Written], format: Format) -> Blocks:
    """The blocks of one part of a template."""
    made = Blocks([], [])
    open_: list[_Open] = []
    raw = False
    for written in tags:
        word = written.word
        if raw and word != "endraw":
            continue
        raw = word == "raw"
        if word in CLOSING:
            _close(made, open_, written, format)
        elif word in BRANCHES:
            _branch(made, open_, written, format)
        else:
            if word in OPENING and not (word == "set" and "=" in written.body):
                open_.append(_Open(written, word))
            made.sources.append((written, written.source))
    for each in reversed(open_):
        _not_closed(made, each)
    if format == "docx":
        made.faults.extend(_swallowed(tags))
    return made


def _not_closed(made: Blocks, each: _Open) -> None:
    tag, closing = each.written.tag, OPENING[each.word]
    words = _NOT_CLOSED.get(each.word, message("The block is not closed: there is no {closing}"))
    inserted = "{%" + (each.written.prefix + " " if each.written.prefix else " ") + closing + " %}"
    repair = None
    own = {"tr": tag.inside.row, "tc": tag.inside.cell}.get(each.written.prefix, 0)
    if tag.place.part != "page" and not tag.place.hidden and not tag.twin and own is not None:
        label = _INSERT.get(each.written.prefix) or message("Add {closing} at the end of the paragraph")
        repair = Repair(words=message(label.text, closing=closing), closing={tag.number: inserted})
    made.faults.append(fault(tag, "block", message(words.text, closing=closing), _WITHOUT, repair))
    made.sources.append((None, "{% " + closing + " %}"))


_WITHOUT = message("Without it the document is not made.")
_NOT_CLOSED = {
    "for": message("The repetition is not closed: there is no {closing}"),
    "if": message("The condition is not closed: there is no {closing}"),
}
_INSERT = {
    "tr": message("Add {closing} below the next row"),
    "p": message("Add {closing} below the next paragraph"),
    "tc": message("Add {closing} behind the next cell"),
}


def _close(made: Blocks, open_: list[_Open], written: Written, format: Format) -> None:
    tag, wanted = written.tag, CLOSING[written.word]
    if not open_:
        why = message("There is nothing that “{word}” closes", word=written.word)
        made.faults.append(
            fault(tag, "block", why, None, Repair(words=message("Remove"), texts={tag.number: ""}))
        )
        return
    top = open_[-1]
    if top.word != wanted:
        if any(each.word == wanted for each in open_):
            while open_[-1].word != wanted:
                _not_closed(made, open_.pop())
            top = open_[-1]
        else:
            right = OPENING[top.word]
            why = message("“{opened}” is closed by “{closing}”, not by “{word}”",
                          opened=top.word, closing=right, word=written.word)  # fmt: skip
            made.faults.append(
                fault(tag, "block", why, None, mended(tag, tag.text.replace(written.word, right)))
            )
            open_.pop()
            made.sources.append((None, "{% " + right + " %}"))
            return
    open_.pop()
    made.sources.append((written, written.source))
    if format == "docx":
        made.faults.extend(_apart(top.written, written))


def _branch(made: Blocks, open_: list[_Open], written: Written, format: Format) -> None:
    tag = written.tag
    if not open_ or open_[-1].word not in BRANCHES[written.word]:
        why = message("“{word}” stands outside of a condition", word=written.word)
        made.faults.append(fault(tag, "block", why))
        return
    made.sources.append((written, written.source))
    if format == "docx":
        made.faults.extend(_apart(open_[-1].written, written))


def _apart(opening: Written, closing: Written) -> Iterator[Fault]:
    """Whether a block ends where it can: what is between is then repeated or left out whole."""
    tag = closing.tag
    if opening.prefix != closing.prefix:
        wanted = opening.prefix
        why = message("The block opens as {opening} and must close as {closing}",
                      opening="{%" + wanted, closing="{%" + wanted + " " + closing.word)  # fmt: skip
        text = "{%" + (wanted + " " if wanted else " ") + closing.body + " %}"
        yield fault(
            tag,
            "block",
            why,
            message("Opened in: {place}.", place=opening.tag.place.words()),
            mended(tag, text),
        )
        return
    one, other = opening.tag.inside, tag.inside
    if opening.tag.place.hidden or tag.place.hidden or _fits(opening.prefix, one, other):
        return
    found = _LEVELS.get(opening.prefix)
    if found is None:
        yield _inline(opening, closing)
    else:
        yield fault(tag, "place", found, message("Opened in: {place}.", place=opening.tag.place.words()))


_LEVELS: dict[str, Message] = {
    "tr": message("{%tr} begins and ends in rows of the same table, each in a row of its own"),
    "tc": message("{%tc} begins and ends in cells of the same row, each in a cell of its own"),
    "p": message(
        "{%p} begins and ends in paragraphs of the same cell or text, each in a paragraph of its own"
    ),
    "r": message("{%r} begins and ends in one paragraph"),
}


def _fits(prefix: str, one: Inside, other: Inside) -> bool:
    if prefix == "tr":
        return (
            one.row is not None and (one.box, one.table) == (other.box, other.table) and one.row != other.row
        )
    if prefix == "tc":
        return (
            one.cell is not None and (one.box, one.row) == (other.box, other.row) and one.cell != other.cell
        )
    if prefix == "r":
        return one.paragraph == other.paragraph
    same = (one.box, one.table, one.row, one.cell) == (other.box, other.table, other.row, other.cell)
    return same and (prefix != "p" or one.paragraph != other.paragraph)


def _inline(opening: Written, closing: Written) -> Fault:
    """A block that begins in one cell and ends in another: rows or cells were to be repeated."""
    one, other = opening.tag.inside, closing.tag.inside
    prefix = "tr" if one.row != other.row else "tc"
    if one.table is None or (one.box, one.table) != (other.box, other.table):
        return fault(
            closing.tag, "place", message("The block begins in one place and ends in another: in a table and outside of it"),
            message("Opened in: {place}.", place=opening.tag.place.words()),
        )  # fmt: skip
    why = (
        message("Rows of a table are repeated by {tag}")
        if prefix == "tr"
        else message("Cells are repeated by {tag}")
    )
    texts = {each.tag.number: "{%" + prefix + " " + each.body + " %}" for each in (opening, closing)}
    repair = Repair(words=message("Change to {text}", text="{%" + prefix + " … %}"), texts=texts)
    return fault(opening.tag, "place", message(why.text, tag="{%" + prefix + " … %}"), None, repair)


def _swallowed(tags: Sequence[Written]) -> Iterator[Fault]:
    """A row, cell or paragraph with a tag of its own goes, and with it whatever else stands in it."""
    for prefix in ("tr", "tc", "p"):
        key = {"tr": "row", "tc": "cell", "p": "paragraph"}[prefix]
        beside: dict[int, list[Written]] = {}
        for written in tags:
            place = getattr(written.tag.inside, key)
            if place is not None and written.source and not written.tag.place.hidden:
                beside.setdefault(place, []).append(written)
        told: set[int] = set()
        for written in tags:
            mine = getattr(written.tag.inside, key)
            if written.prefix != prefix or mine in told:
                continue
            if mine is None:
                why = message("{tag} stands outside of a table", tag="{%" + prefix)
                yield fault(written.tag, "place", why, None, _without_prefix(written))
                continue
            other = next((each for each in beside.get(mine, ()) if each is not written), None)
            if other is not None:
                told.add(mine)
                yield fault(written.tag, "place", message(_SWALLOWED[prefix].text, tag=other.tag.text))


def _without_prefix(written: Written) -> Repair:
    return mended(written.tag, written.source)


_SWALLOWED = {
    "tr": message(
        "The row of this tag is not printed: {tag} in it would be lost. Give the tag a row of its own"
    ),
    "tc": message(
        "The cell of this tag is not printed: {tag} in it would be lost. Give the tag a cell of its own"
    ),
    "p": message(
        "The paragraph of this tag is not printed: {tag} in it would be lost. Give the tag a paragraph of its own"
    ),
}
