"""A merge taken back: the records that went are there again, and what led to them leads to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.access.actor import Actor
from core.access.standing import asked_so, write_standing
from core.errors import KubikError
from core.jobs.jobs import Job, finish_now, read_job, start_job
from core.query.allowed import granted
from core.records.merging.merge import KIND
from core.records.merging.references import MOST
from core.records.takeback import KIND as TAKE_BACK
from core.records.takeback import Left, Returned
from core.records.takeback.deeds import by_entity, deeds, earlier_ones, entries
from core.records.takeback.returning import Written, bring_back, give_back
from core.records.takeback.task import Deed
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity


def unmerge(tx: Transaction, actor: Actor, job: int) -> Returned:
    """Take a merge back, by who made it and may still change and delete such records: KBK5003 for any other job,
    KBK4002, KBK1104 when it was taken back or cannot be. What people changed since stays as they made it, and is told.
    """
    found = merged_job(tx, actor, job)
    if taken_back(tx, job):
        raise KubikError("KBK1104", message("It was taken back already."))
    entity, stays = tx.model.entity_by_uid[found.parameters["entity"]], found.parameters["stays"]
    own = start_job(
        tx, TAKE_BACK, {"job": job, "scope": "untouched", **write_standing(actor)}, by=actor.person
    )
    # records that the person does not see were led elsewhere in their name, and come back so
    mine = replace(actor, system=True, narrowing=None, job=own)
    did = _did(tx, job, own)
    changed = did.get((entity.uid, True), [])
    first = [deed for deed in changed if deed.record == stays and not deed.since]
    # what the one that stays took from the others (a unique number) is free again before they come back
    _all_of(give_back(tx, mine, entity, [_part(entity, deed, links=False) for deed in first]))
    gone = did.get((entity.uid, False), [])
    going = [deed for deed in gone if deed.record in found.parameters["going"]]
    _all_of(bring_back(tx, mine, entity, going))
    _all_of(give_back(tx, mine, entity, [_part(entity, deed, links=True) for deed in first]))
    returned = Returned(phase=2, returned=len(first) + len(going))
    for (uid, _), some in did.items():
        other = tx.model.entity_by_uid.get(uid)
        rest = [deed for deed in some if deed not in going and deed not in first]
        if other is not None and rest:
            returned = _return(tx, mine, other, rest, returned)
    # what followed their child rows changed when these were led away
    _all_of(give_back(tx, mine, entity, going))
    _give_external(tx, found)
    finish_now(tx, own, returned.written(), done=returned.dealt)
    return returned


def merged_job(tx: Transaction, actor: Actor, job: int) -> Job:
    """The merge that this actor made, of records that they may still change and delete."""
    found = read_job(tx, job, by=actor.person)
    if found.kind != KIND or not asked_so(actor, found):
        raise KubikError("KBK5003", message("there is no such job"))
    entity = tx.model.entity_by_uid.get(found.parameters["entity"])
    stays = found.parameters["stays"]
    may = entity is not None and all(
        granted(tx, actor, entity, (stays,), each) for each in ("update", "delete")
    )
    if not may:
        raise KubikError("KBK4002")
    return found


def taken_back(tx: Transaction, job: int) -> bool:
    """Whether a merge was taken back."""
    return bool(earlier_ones(tx, job, TAKE_BACK, None))


def _did(tx: Transaction, job: int, own: int) -> dict[tuple[str, bool], list[Deed]]:
    """What the merge did, by entity (uid) and whether it only changed: the rest went into the bin."""
    found: dict[tuple[str, bool], list[Deed]] = {}
    rows = entries(tx, job, 0, 4 * MOST, forwards=True)
    together: dict[str, dict[int, None]] = {}
    for uid, records in by_entity(rows):
        together.setdefault(uid, {}).update(dict.fromkeys(records))
    for uid, met in together.items():
        for deed in deeds(tx, job, uid, met, own=own).values():
            found.setdefault((uid, not deed.binned), []).append(deed)
    return found


def _part(entity: Entity, deed: Deed, *, links: bool) -> Deed:
    """What was done to the fields that lead to records of the same entity, or to the others."""
    kept = {
        uid: change
        for uid, change in deed.diff.items()
        if ((each := entity.by_uid.get(uid)) is not None and each.target == entity.uid) is links
    }
    return replace(deed, diff=kept)


def _return(
    tx: Transaction, actor: Actor, entity: Entity, some: Sequence[Deed], returned: Returned
) -> Returned:
    """Bring back what else went, and give back what was changed and nobody touched since."""
    kept = [deed for deed in some if not deed.since]
    for deed in some:
        if deed.since:
            returned = returned.leaving(
                Left(entity=entity.name, id=deed.record, why="people changed it since")
            )
    for written in (
        bring_back(tx, actor, entity, [deed for deed in kept if deed.binned]),
        give_back(tx, actor, entity, [deed for deed in kept if not deed.binned]),
    ):
        returned = returned.plus(returned=len(written.done))
        for deed, why in written.left:
            returned = returned.leaving(Left(entity=entity.name, id=deed.record, why=str(why)))
    return returned


def _all_of(written: Written) -> None:
    if written.left:
        _, why = written.left[0]
        raise KubikError("KBK1104", message("The merge cannot be taken back: {why}", why=why))


def _give_external(tx: Transaction, job: Job) -> None:
    table = tx.tables.own.external
    for value, record in job.result["external"]:
        tx.connection.execute(
            table.update()
            .where(table.c.entity == job.parameters["entity"], table.c.value == value)
            .values(record=record)
        )
