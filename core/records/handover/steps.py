"""One small step of a handover: some records of one place, each with its new name in the place of the old one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.access.actor import Actor
from core.errors import KubikError
from core.query.query import Link, Query
from core.query.read import read
from core.records.api import batch
from core.records.handover.counting import condition
from core.records.handover.places import Place
from core.records.handover.task import Left, Render, Report
from core.records.shapes import Batch
from core.storage.workspace import Transaction

STALE = "KBK3009"
"""The refusal of a write that was meant for another version of the record."""

Item = Mapping[str, Any]


def theirs_after(
    tx: Transaction, actor: Actor, place: Place, person: int, last: int, limit: int
) -> list[Item]:
    """The next records behind that id which name the person, with version and the field itself."""
    asked = f"{condition(place, person)} AND id > {last}"
    return records_of(tx, actor, place, filter=asked, limit=limit)


def records_of(tx: Transaction, actor: Actor, place: Place, **asked: Any) -> list[Item]:
    """Records of a place as they are now, by whatever a `Query` asks."""
    fields = ("id", "version", place.field.name)
    return list(read(tx, actor, Query(entity=place.entity.name, fields=fields, **asked)).items)


def hand(
    tx: Transaction, actor: Actor, place: Place, person: int, heirs: Sequence[int], items: Sequence[Item],
    report: Report, render: Render,
) -> Report:  # fmt: skip
    """Give these records to the heirs in turn; those that may not be changed stay, and say why."""
    whose = {item["id"]: heirs[(report.turn + n) % len(heirs)] for n, item in enumerate(items)}

    def changed(item: Item) -> Any:
        heir = whose[item["id"]]
        return put(item[place.field.name], person, heir) if place.field.listed else heir

    def still(ids: Sequence[int]) -> list[Item]:
        asked = condition(place, person)
        return records_of(tx, actor, place, filter=asked, ids=tuple(ids), limit=len(ids))

    written, left = write(tx, actor, place, items, changed, still, render)
    for record in written:
        report = report.gave(whose[record], place.key)
    for each in left:
        report = report.leaving(each)
    return replace(report, turn=(report.turn + len(items)) % len(heirs), last=items[-1]["id"])


def put(people: Sequence[Link], person: int, heir: int) -> list[int]:
    """A list of people with the heir in the place of who leaves; nobody twice."""
    named = (heir if link.id == person else link.id for link in people)
    return list(dict.fromkeys(user for user in named if user is not None))


def write(
    tx: Transaction, actor: Actor, place: Place, items: Sequence[Item], changed: Callable[[Item], Any],
    still: Callable[[Sequence[int]], list[Item]], render: Render,
) -> tuple[list[int], list[Left]]:  # fmt: skip
    """Change one field of these records: ids of those that took it, and those that did not.

    What is refused together is tried again without the records at fault, or by halves where no fault has a place. A
    record that somebody changed in this very moment is read again by ``still``, which leaves out what is done with.
    """
    left: list[Left] = []
    written: list[int] = []
    again: set[int] = set()
    waiting = [list(items)]
    while waiting:
        some = waiting.pop()
        refusal = _try(tx, actor, place, some, changed) if some else None
        if refusal is None:
            written += [item["id"] for item in some]
            continue
        faulty = _faulty(refusal) or ({0} if len(some) == 1 else set())
        stale = {some[n]["id"] for n in faulty} - again if refusal.code == STALE else set()
        again |= stale
        if faulty:
            left += [
                _left(place, some[n], refusal, render, n)
                for n in sorted(faulty)
                if some[n]["id"] not in stale
            ]
            waiting.append([item for n, item in enumerate(some) if n not in faulty])
            waiting.append(still(sorted(stale)) if stale else [])
        else:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]
    return written, left


def _try(
    tx: Transaction, actor: Actor, place: Place, items: Sequence[Item], changed: Callable[[Item], Any]
) -> KubikError | None:
    """Write them all; the refusal, when nothing of it was written."""
    updates = [
        {"id": item["id"], "version": item["version"], place.field.name: changed(item)} for item in items
    ]
    nested = tx.connection.begin_nested()
    try:
        batch(tx, actor, place.entity.name, Batch(update=updates))
    except KubikError as refusal:
        nested.rollback()
        if refusal.status >= 500:
            raise
        return refusal
    nested.commit()
    return None


def _faulty(refusal: KubikError) -> set[int]:
    """The numbers of the items that the refusal points at."""
    found = set()
    for problem in refusal.errors:
        _, kind, number, *_ = (*problem.pointer.split("/"), "", "")
        if kind == "update" and number.isdigit():
            found.add(int(number))
    return found


def _left(place: Place, item: Item, refusal: KubikError, render: Render, number: int) -> Left:
    here = f"/update/{number}"
    told = [p.message for p in refusal.errors if p.pointer == here or p.pointer.startswith(here + "/")]
    return Left(entity=place.entity.name, id=item["id"], why=render(told[0] if told else refusal.detail))
