"""Records brought back to what they were before a job, by ordinary writes under the rights of who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from core.access.actor import Actor
from core.access.grants import Grants
from core.errors import KubikError
from core.history.journal import HAND
from core.query.neutral import read_neutral
from core.records.engine import run
from core.records.follow import changed_by_hand, followers, follows
from core.records.shapes import Row
from core.records.statements import chunks, load, update
from core.records.takeback.deeds import before_it
from core.records.takeback.task import Deed
from core.records.work import Work, start
from metamodel.fields.base import Context
from metamodel.messages import Message
from metamodel.model import Entity, Field

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


@dataclass(slots=True, kw_only=True)
class Written:
    """The records that took it, and those that did not, with why."""

    done: list[Deed] = field(default_factory=list)
    left: list[tuple[Deed, Message]] = field(default_factory=list)


Write = Callable[[Sequence[Deed]], None]


def each_or_none(tx: Transaction, deeds: Sequence[Deed], write: Write) -> Written:
    """Write them all; what is refused is tried again without the records at fault, or by halves where no fault has a place."""
    found = Written()
    waiting = [list(deeds)]
    while waiting:
        some = waiting.pop()
        if not some:
            continue
        nested = tx.connection.begin_nested()
        try:
            write(some)
        except KubikError as refusal:
            nested.rollback()
            if refusal.status >= 500:
                raise
            faulty = _faulty(refusal) or ({0: refusal.detail} if len(some) == 1 else {})
            found.left += [(some[n], why) for n, why in sorted(faulty.items())]
            half = len(some) // 2
            rest = [deed for n, deed in enumerate(some) if n not in faulty]
            waiting += [rest] if faulty else [some[half:], some[:half]]
        else:
            nested.commit()
            found.done += some
    return found


def _faulty(refusal: KubikError) -> dict[int, Message]:
    """The numbers of the records that the refusal points at, each with its first fault."""
    found: dict[int, Message] = {}
    for problem in refusal.errors:
        number = problem.pointer.split("/")[1] if problem.pointer.startswith("/") else ""
        if number.isdigit():
            found.setdefault(int(number), problem.message)
    return found


def bring_back(tx: Transaction, actor: Actor, entity: Entity, deeds: Sequence[Deed]) -> Written:
    """Restore what the job put into the bin: a record with what went there with it."""
    alone = any(each.on_delete == "cascade" for _, each in tx.model.links_to[entity.uid])
    found = Written()
    for some in [[deed] for deed in deeds] if alone else [list(deeds)]:
        got = each_or_none(tx, some, partial(_write_bin, tx, actor, entity, "restore"))
        found.done += got.done
        found.left += got.left
    return found


def bin_again(tx: Transaction, actor: Actor, entity: Entity, deeds: Sequence[Deed]) -> Written:
    """Put back into the bin what the job took out of it."""
    return each_or_none(tx, deeds, partial(_write_bin, tx, actor, entity, "delete"))


def _write_bin(tx: Transaction, actor: Actor, entity: Entity, action: Any, deeds: Sequence[Deed]) -> None:
    work = start(tx, actor, Context())
    work.returning = True
    work.tops += [
        Row(entity=entity, action=action, id=deed.record, pointer=f"/{number}")
        for number, deed in enumerate(deeds)
    ]
    run(work)
    keep_stamps(work)


def give_back(tx: Transaction, actor: Actor, entity: Entity, deeds: Sequence[Deed]) -> Written:
    """Give the fields that the job changed the values they had, and who changed the record last and when."""
    hand = changed_by_hand(start(tx, actor, Context()), entity, [deed.record for deed in deeds])
    found = each_or_none(tx, deeds, partial(_write_values, tx, actor, entity))
    _mark_by_hand(tx, entity, found.done, hand)
    stamps = before_it(tx, entity.uid, found.done)
    update(tx, entity, [(record, _stamps(*when)) for record, when in stamps.items()])
    return found


def _stamps(at: datetime, by: int | None) -> dict[str, Any]:
    return {"updated_at": at, "updated_by": by}


def _mark_by_hand(
    tx: Transaction, entity: Entity, deeds: Sequence[Deed], now: Mapping[int, frozenset[str]]
) -> None:
    """What was changed by hand before the job is so again, and nothing else: values that follow go on following."""
    if not followers(tx.model, entity):
        return
    table = tx.tables.own.hand
    rows = []
    for deed in deeds:
        before = deed.diff.get(HAND)
        fields = now.get(deed.record, ()) if before is None else str(before[0]).replace("+", "").split()
        if fields:
            rows.append({"entity": entity.uid, "record": deed.record, "fields": sorted(fields)})
    for some in chunks(deed.record for deed in deeds):
        tx.connection.execute(table.delete().where(table.c.entity == entity.uid, table.c.record.in_(some)))
    if rows:
        tx.connection.execute(table.insert(), rows)


def _write_values(tx: Transaction, actor: Actor, entity: Entity, deeds: Sequence[Deed]) -> None:
    work = start(tx, actor, Context())
    work.returning = True
    for number, deed in enumerate(deeds):
        if deed.diff:
            row = Row(entity=entity, action="update", id=deed.record, pointer=f"/{number}")
            work.tops.append(_filled(work, row, deed))
    if work.tops:
        run(work)
        keep_stamps(work)


def keep_stamps(work: Work) -> None:
    """Records that changed only since something below them or led to by them did keep who changed them last and when."""
    rows = [*work.kept.values(), *(row for row in work.swept if row.action == "update")]
    stamps = ("updated_at", "updated_by")
    for row in rows:
        if row.touched:
            update(work.tx, row.entity, [(row.id, {name: row.before[name] for name in stamps})])


def _filled(work: Work, row: Row, deed: Deed) -> Row:
    stages = row.entity.stages
    for uid, (old, _) in deed.diff.items():
        each = row.entity.by_uid.get(uid)
        if each is None:
            continue
        if stages is not None and uid == stages.since:
            row.since = read_neutral(work.tx, each, old, keep_uids=True)
        elif _may_go_back(work.grants, row.entity, each):
            row.sent[uid] = read_neutral(work.tx, each, old, keep_uids=True)
    row.taken_back = stages is not None and stages.field in row.sent
    if (
        stages is not None and row.taken_back and stages.since not in deed.diff
    ):  # moved in the second it came there
        row.since = load(work.tx, row.entity, [row.id]).get(row.id, {}).get(stages.since)
    return row


def _may_go_back(grants: Grants, entity: Entity, each: Field) -> bool:
    """Whether a field's earlier value is written: what follows others by itself is, where the actor may."""
    if each.system or not each.valued or not each.writable or each.type.name in ("secret", "number_series"):
        return False
    return not follows(each) or each.uid in grants.writable(entity.uid, "update")
