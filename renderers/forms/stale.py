"""A stale save: what was, what I typed, what they saved; merged where it does not clash, asked where it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from renderers.forms.filled import Filled, FilledRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where somebody changed something. ``row`` is the number of the child row (from 1), 0 for none."""

    pointer: str
    field: str
    was: str
    mine: str
    theirs: str
    by: str
    """``both`` is a clash; ``mine`` and ``theirs`` are merged."""
    list: str = ""
    row: int = 0
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
    _merge_fields(merged, "", was, mine, theirs, merged.filled)
    for name in dict.fromkeys([*mine.rows, *theirs.rows]):
        before, own, other = was.rows.get(name, []), mine.rows.get(name, []), theirs.rows.get(name, [])
        merged.filled.rows[name] = list(_merge_rows(merged, name, before, own, other))
    return merged


def _merge_fields(
    merged: Merge, pointer: str, was: Filled | FilledRow, mine: Filled | FilledRow, theirs: Filled | FilledRow,
    into: Filled | FilledRow, list_name: str = "", row: int = 0,
) -> None:  # fmt: skip
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
                pointer=f"{pointer}/{name}", field=name, list=list_name, row=row, by=by,
                was=was.titles.get(name, before), mine=mine.titles.get(name, own), theirs=theirs.titles.get(name, other),
            )
        )  # fmt: skip


def _merge_rows(
    merged: Merge, name: str, was: list[FilledRow], mine: list[FilledRow], theirs: list[FilledRow]
) -> Iterator[FilledRow]:
    """My order; rows they added stand behind; a row that one removed and the other left alone is removed."""
    before, others = {row.id: row for row in was if row.id}, {row.id: row for row in theirs if row.id}
    place = 0
    for own in mine:
        stored = before.get(own.id) if own.id else None
        other = others.get(own.id) if own.id else None
        pointer = f"/{name}/{place}"
        if own.id is None or stored is None:
            kept = own
        elif other is None:
            if own.values == stored.values:
                continue  # they removed what I did not touch
            kept = FilledRow(values={**stored.values, **own.values}, titles=own.titles, typed=own.typed)
            merged.differences.append(_row_difference(pointer, name, place + 1, "mine"))
        else:
            kept = FilledRow(id=own.id, typed=own.typed)
            _merge_fields(merged, pointer, stored, own, other, kept, name, place + 1)
        yield kept
        place += 1
    mine_ids = {row.id for row in mine}
    for other in theirs:
        stored = before.get(other.id or 0)
        if other.id in mine_ids or (stored is not None and stored.values == other.values):
            continue  # mine already, or removed by me and not touched by them
        yield other
        merged.differences.append(_row_difference(f"/{name}/{place}", name, place + 1, "theirs"))
        place += 1


def _row_difference(pointer: str, name: str, row: int, by: str) -> Difference:
    return Difference(
        pointer=pointer, field="", was="", mine="", theirs="", by=by, list=name, row=row, whole_row=True
    )


def choose(filled: Filled, theirs: Filled, asked: Mapping[str, str]) -> Filled:
    """The content after the choices of a comparison: theirs where ``_choose:POINTER`` says so.

    Rows of ``theirs`` are found by the id of the row that stands at the pointer.
    """
    for name, choice in asked.items():
        if not name.startswith("_choose:") or choice != "theirs":
            continue
        parts = name.removeprefix("_choose:").split("/")[1:]
        mine: Filled | FilledRow | None = filled
        source: Filled | FilledRow | None = theirs
        if len(parts) == 3 and parts[1].isdigit():
            rows = filled.rows.get(parts[0], [])
            mine = rows[int(parts[1])] if int(parts[1]) < len(rows) else None
            identity = mine.id if isinstance(mine, FilledRow) else None
            source = next((row for row in theirs.rows.get(parts[0], []) if row.id == identity), None)
        if mine is not None and source is not None and parts:
            _take(mine, source, parts[-1])
    return filled


def _take(mine: Filled | FilledRow, source: Filled | FilledRow, name: str) -> None:
    mine.values[name] = source.values.get(name, "")
    mine.typed.pop(name, None)
    if name in source.titles:
        mine.titles[name] = source.titles[name]
    else:
        mine.titles.pop(name, None)
