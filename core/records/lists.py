"""Fields that lead to many records: a written list is completed with what the writer does not see."""

from __future__ import annotations

from collections.abc import Iterable

from core.records.asking import visible_ids
from core.records.places import pointer_to
from core.records.shapes import Row
from core.records.work import Work
from metamodel.messages import message

Ids = tuple[int, ...]


def keep_hidden(work: Work) -> None:
    """Leave in a written list those records of the stored one that the writer does not see: only what they may read
    can be taken out.
    """
    swept = {id(row) for row in work.swept}
    for rows in work.by_entity("update").values():
        lists = work.tx.tables[rows[0].entity.uid].lists
        for uid in lists:
            written = [
                row for row in rows if uid in row.sent and row.before.get(uid) and id(row) not in swept
            ]
            field = rows[0].entity.by_uid[uid]
            there = {each for row in written for each in row.before[uid]}
            if not there or field.target is None or work.grants.everything:
                continue
            seen = visible_ids(work, work.model.entity_by_uid[field.target], there, life="any")
            for row in written:
                hidden = {each for each in row.before[uid] if each not in seen}
                for each in hidden & set(
                    row.sent[uid] or ()
                ):  # whether it stands there is not theirs to find out
                    why = message("there is no record {id}", id=each)
                    work.refuse(pointer_to(row, field.name), "KBK3005", why)
                row.sent[uid] = merged(row.before[uid], row.sent[uid] or (), hidden) or None


def merged(before: Ids, written: Iterable[int], kept: set[int]) -> Ids:
    """The written list with the kept ones of the old list, each behind the one that it stood behind."""
    made = [each for each in written if each not in kept]
    for place, each in enumerate(before):
        if each in kept:
            ahead = next((b for b in reversed(before[:place]) if b in made), None)
            made.insert(0 if ahead is None else made.index(ahead) + 1, each)
    return tuple(made)


def new_links(row: Row, uid: str) -> Ids:
    """The records that a list leads to which it did not lead to before."""
    there = set(row.before.get(uid) or ())
    return tuple(each for each in row.sent.get(uid) or () if each not in there)
