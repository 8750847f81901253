"""A stale save: what was, what I typed, what they saved; merged where it does not clash, asked where it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from renderers.forms.filled import Filled, FilledRow, Holder, every_holder, row_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where somebody changed something; ``pointer`` leads to it in the merged content."""

    pointer: str
    was: str
    mine: str
    theirs: str
    by: str
    """``both`` is a clash; ``mine`` and ``theirs`` are merged."""
    whole_row: bool = False


@dataclass(slots=True, kw_only=True)
class Merge:
    """The merged content, mine standing where both changed, and every difference."""

    filled: Filled
    differences: list[Difference] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Difference]:
        """Where a choice is needed."""
        return [d for d in self.differences if d.by == "both"]


def merge(was: Filled, mine: Filled, theirs: Filled) -> Merge:
    """The three contents put together."""
    merged = Merge(filled=Filled(typed=dict(mine.typed)))
    _merge_holders(merged, "", was, mine, theirs, merged.filled)
    return merged


def _merge_holders(
    merged: Merge, pointer: str, was: Holder, mine: Holder, theirs: Holder, into: Holder
) -> None:
    """One record or row: its fields, then its lists of rows."""
    _merge_fields(merged, pointer, was, mine, theirs, into)
    for name in dict.fromkeys([*mine.rows, *theirs.rows]):
        before, other = was.rows.get(name, []), theirs.rows.get(name, [])
        own = mine.rows.get(name, before)
        into.rows[name] = list(_merge_rows(merged, f"{pointer}/{name}", before, own, other))


def _merge_fields(
    merged: Merge, pointer: str, was: Holder, mine: Holder, theirs: Holder, into: Holder
) -> None:
    for name in dict.fromkeys([*mine.values, *theirs.values]):
        before, own = was.values.get(name, ""), mine.values.get(name, was.values.get(name, ""))
        other = theirs.values.get(name, before)
        taken = theirs if own == before and other != before else mine
        into.values[name] = taken.values.get(name, before)
        if name in taken.titles:
            into.titles[name] = taken.titles[name]
        if own == other or (own == before and other == before):
            continue
        by = "both" if own != before and other != before else "theirs" if own == before else "mine"
        merged.differences.append(
            Difference(
                pointer=f"{pointer}/{name}", by=by,
                was=was.titles.get(name, before), mine=mine.titles.get(name, own), theirs=theirs.titles.get(name, other),
            )
        )  # fmt: skip


def _merge_rows(
    merged: Merge, pointer: str, was: list[FilledRow], mine: list[FilledRow], theirs: list[FilledRow]
) -> Iterator[FilledRow]:
    """My order; rows they added stand behind; a row that one removed and the other left alone is removed."""
    before, others = {row.id: row for row in was if row.id}, {row.id: row for row in theirs if row.id}
    place = 0
    for own in mine:
        stored = before.get(own.id) if own.id else None
        other = others.get(own.id) if own.id else None
        here = f"{pointer}/{place}"
        if own.id is None or stored is None:
            kept = own
        elif other is None:
            if same(own, stored):
                continue  # they removed what I did not touch
            kept = as_new(own, stored)
            merged.differences.append(_row_difference(here, "mine"))
        else:
            kept = FilledRow(id=own.id, typed=own.typed)
            _merge_holders(merged, here, stored, own, other, kept)
        yield kept
        place += 1
    mine_ids = {row.id for row in mine}
    for other in theirs:
        stored = before.get(other.id or 0)
        if other.id in mine_ids or (stored is not None and same(other, stored)):
            continue  # mine already, or removed by me and not touched by them
        yield other
        merged.differences.append(_row_difference(f"{pointer}/{place}", "theirs"))
        place += 1


def same(row: FilledRow, stored: FilledRow) -> bool:
    """Whether a row and the rows below it are as they were stored."""
    return all(stored.values.get(name, "") == text for name, text in row.values.items()) and all(
        len(rows) == len(stored.rows.get(name, []))
        and all(a.id == b.id and same(a, b) for a, b in zip(rows, stored.rows[name], strict=True))
        for name, rows in row.rows.items()
        if rows or stored.rows.get(name)
    )


def as_new(own: FilledRow, stored: FilledRow) -> FilledRow:
    """A row whose stored one is gone: all that stood in it, to be made anew, the rows below it too."""
    below = {row.id: row for rows in stored.rows.values() for row in rows}
    return FilledRow(
        values={**stored.values, **own.values},
        titles=own.titles,
        typed=own.typed,
        rows={
            name: [as_new(row, below.get(row.id, FilledRow())) for row in rows]
            for name, rows in {**stored.rows, **own.rows}.items()
        },
    )


def _row_difference(pointer: str, by: str) -> Difference:
    return Difference(pointer=pointer, was="", mine="", theirs="", by=by, whole_row=True)


def choose(filled: Filled, theirs: Filled, asked: Mapping[str, str]) -> Filled:
    """The content after the choices of a comparison: theirs where ``_choose:POINTER`` says so.

    Rows of ``theirs`` are found by the id of the row that stands at the pointer.
    """
    stored: dict[tuple[str, int], FilledRow] | None = None
    for name, choice in asked.items():
        if not name.startswith("_choose:/") or choice != "theirs":
            continue
        place, _, field_name = name.removeprefix("_choose:").rpartition("/")
        mine = row_at(filled, place)
        source: Holder | None = theirs if not place else None
        if isinstance(mine, FilledRow):
            stored = _by_id(theirs) if stored is None else stored
            source = stored.get((_list_of(place), mine.id or 0))
        if mine is not None and source is not None:
            _take(mine, source, field_name)
    return filled


def _by_id(filled: Filled) -> dict[tuple[str, int], FilledRow]:
    """The stored rows by the names of the lists they stand in, and their ids."""
    return {
        (_list_of(pointer), holder.id): holder
        for holder, pointer in every_holder(filled)
        if isinstance(holder, FilledRow) and holder.id is not None
    }


def _list_of(pointer: str) -> str:
    """The names of the lists on the way to a row: ``/items/0/parts/1`` is in ``items/parts``."""
    return "/".join(pointer.split("/")[1::2])


def _take(mine: Holder, source: Holder, name: str) -> None:
    mine.values[name] = source.values.get(name, "")
    mine.typed.pop(name, None)
    if name in source.titles:
        mine.titles[name] = source.titles[name]
    else:
        mine.titles.pop(name, None)
