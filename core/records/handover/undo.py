"""A handover taken back: what the journal says it did is undone, record by record, unless somebody changed it since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.standing import write_standing
from core.errors import KubikError
from core.i18n import texts
from core.jobs.jobs import start_job
from core.jobs.running import Run
from core.jobs.stepping import in_steps
from core.jobs.worker import Outcome
from core.query.query import Link
from core.records.api import update
from core.records.handover.job import SIZES, doer, marker, must_manage
from core.records.handover.past import UNDO, read_handover
from core.records.handover.places import Place
from core.records.handover.steps import Item, records_of, write
from core.records.handover.task import Left, Order, Report, read_order, read_report
from core.storage.workspace import Transaction
from metamodel.messages import message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deed:
    """A change that the handover made: a record's people before and after it."""

    record: int
    before: Any
    after: Any


def start_undo(tx: Transaction, actor: Actor, job: int) -> int:
    """Ask for a handover to be taken back; its job.

    Refuses: KBK4002 (KBK2006 out of sight) when the actor does not manage the person, KBK1104 when there is nothing
    to take back, or it is being taken back.
    """
    found = read_handover(tx, job)
    must_manage(tx, actor, found.order.person)
    if not found.can_undo:
        raise KubikError("KBK1104", message("There is nothing to take back."))
    parameters = {**found.order.written(), "job": job, "language": actor.language, **write_standing(actor)}
    total = found.report.handed if found.job.state == "done" else None
    return start_job(tx, UNDO, parameters, by=actor.person, total=total)


def undo_job(run: Run) -> Outcome:
    """The handler of the kind `handover_undo` for workers."""
    actor, order, report = doer(run), read_order(run.job.parameters), read_report(run.saved)
    report = report if run.saved else replace(report, last=order.begun)

    def step(tx: Transaction, report: Report, size: int) -> Report | None:
        rows = _entries(tx, run.job.parameters["job"], report.last, size)
        if not rows:
            return None
        now = _reopened(tx, actor, order, rows, report)
        for place, deeds in _deeds(tx, rows):
            now = _take_back(tx, actor, place, deeds, order, now)
        return replace(now, last=rows[-1].seq)

    return Outcome(result=in_steps(run, report, step, SIZES).written())


def _entries(tx: Transaction, job: int, last: int, limit: int) -> Sequence[Any]:
    """What the journal says of the handover behind that entry."""
    journal = tx.tables.own.journal
    rows = sa.select(journal.c.seq, journal.c.entity, journal.c.record, journal.c.diff)
    mine = rows.where(journal.c.seq > last, journal.c.action == marker(job))
    return tx.connection.execute(mine.order_by(journal.c.seq).limit(limit)).all()


def _deeds(tx: Transaction, rows: Iterable[Any]) -> Iterable[tuple[Place, list[_Deed]]]:
    """The changes by place; a field or entity that is gone has none."""
    user = tx.model.entities["user"].uid
    found: dict[str, tuple[Place, list[_Deed]]] = {}
    for row in rows:
        entity = tx.model.entity_by_uid.get(row.entity)
        for uid, (before, after) in (row.diff or {}).items():
            field = entity.by_uid.get(uid) if entity is not None else None
            if entity is None or field is None or user != field.target:
                continue
            place = Place(entity=entity, field=field, open=True)
            _, deeds = found.setdefault(place.key, (place, []))
            deeds.append(_Deed(record=row.record, before=before, after=after))
    return found.values()


def _take_back(
    tx: Transaction, actor: Actor, place: Place, deeds: Sequence[_Deed], order: Order, report: Report
) -> Report:
    """Put the person back into these records, as far as they are still as the handover left them."""
    done = {deed.record: deed for deed in deeds}
    render = texts(order.language).render
    listed = place.field.listed

    def still(ids: Sequence[int]) -> list[Item]:
        return records_of(tx, actor, place, ids=tuple(ids), limit=len(ids))

    def changed(item: Item) -> Any:
        value = item[place.field.name]
        return back(value, done[item["id"]], order.person) if listed else order.person

    found = {item["id"]: item for item in still(list(done))}
    items = [
        item for record, item in found.items()
        if _same(item.get(place.field.name), done[record], order.person, listed=listed)
    ]  # fmt: skip
    written, left = write(tx, actor, place, items, changed, still, render)
    tried = {item["id"] for item in items}
    for record in done.keys() - tried:
        why = message("changed since") if record in found else message("deleted or out of your sight since")
        left.append(Left(entity=place.entity.name, id=record, why=render(why)))
    for _ in written:
        report = report.gave(order.person, place.key)
    for each in left:
        report = report.leaving(each)
    return report


def _same(value: Any, deed: _Deed, person: int, *, listed: bool) -> bool:
    """Whether the heir still stands there and the person does not."""
    if not listed:
        return isinstance(value, Link) and value.id == deed.after
    people = {link.id for link in value or ()}
    gained = set(deed.after or ()) - set(deed.before or ())
    return person not in people and gained <= people


def back(people: Sequence[Link], deed: _Deed, person: int) -> list[int]:
    """A list of people with the person again in the place they had: in that of their heir, who may have been there before."""
    gained = set(deed.after or ()) - set(deed.before or ())
    named = [person if link.id in gained else link.id for link in people]
    if not gained:
        named.insert(list(deed.before).index(person), person)
    return [user for user in dict.fromkeys(named) if user is not None]


def _reopened(tx: Transaction, actor: Actor, order: Order, rows: Iterable[Any], report: Report) -> Report:
    """Let the person sign in again, when the handover kept them from it; sessions and keys do not come back."""
    user = tx.model.entities["user"]
    active = user.by_name["active"].uid
    closed = (row for row in rows if row.entity == user.uid and row.record == order.person)
    if not any((row.diff or {}).get(active) == [True, False] for row in closed):
        return report
    update(tx, actor, "user", order.person, {"active": True})
    return replace(report, closed=True)
