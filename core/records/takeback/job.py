"""The taking back of a job as a job of its own: in small steps, each committed with its place, gone on with after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.standing import actor_of_standing, asked_so, write_standing
from core.errors import KubikError
from core.i18n import texts
from core.jobs.jobs import Job, read_job, start_job
from core.jobs.running import Run, begin_here, failing
from core.jobs.sizes import Sizes
from core.jobs.stepping import Progress, in_steps
from core.jobs.worker import Outcome
from core.records.statements import chunks, load
from core.records.takeback.deeds import by_entity, deeds, earlier_ones, entries, records_of
from core.records.takeback.removing import take_away, with_their_parents
from core.records.takeback.returning import bin_again, bring_back, give_back
from core.records.takeback.task import SCOPES, Deed, Left, Returned, Scope, read_returned
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import Message, message
from metamodel.model import Entity

KIND = "take_back"

SIZES = Sizes(most=500)
"""Rows of the journal in one step."""


def taken_back_job(tx: Transaction, actor: Actor, job: int) -> Job:
    """The finished job that this actor may take back, as their own or as who may everything: KBK5003 for any other,
    KBK1104 when there is nothing to do."""
    anybodys = actor.system or (actor.narrowing is None and grants_of(tx.model, actor).everything)
    found = read_job(tx, job, by=None if anybodys else actor.person or 0)
    if not asked_so(actor, found):
        raise KubikError("KBK5003", message("there is no such job"))
    if found.state in ("queued", "running"):
        raise KubikError("KBK1104", message("It is not finished yet: cancel it first."))
    if found.kind == KIND or not entries(tx, job, 0, 1, forwards=True):
        raise KubikError("KBK1104", message("There is nothing to take back."))
    return found


def start_take_back(tx: Transaction, actor: Actor, job: int, scope: Scope = "untouched") -> int:
    """Ask for a job to be taken back in the background; the new job."""
    if scope not in SCOPES:
        raise ValueError(f"no such scope: {scope}")
    found = taken_back_job(tx, actor, job)
    parameters = {"job": job, "scope": scope, "language": actor.language, **write_standing(actor)}
    each = records_of(tx, found.id, earlier_ones(tx, found.id, KIND, None))
    total = tx.connection.execute(sa.select(sa.func.count()).select_from(each)).scalar_one()
    return start_job(tx, KIND, parameters, by=actor.person, total=total or None)


def run_take_back(
    workspace: Workspace, actor: Actor, job: int, scope: Scope = "untouched", progress: Progress | None = None
) -> Returned:
    """Take a job back here and now, as a job that another process goes on with when this one dies."""
    run = begin_here(workspace, lambda tx: start_take_back(tx, actor, job, scope))
    with failing(run, message("the taking back was cancelled")):
        returned = _go_on(run, actor, progress)
    run.finish("done", result=returned.written())
    return returned


def take_back_job(run: Run) -> Outcome:
    """The handler of the kind `take_back` for workers."""
    with run.workspace.read() as tx:
        actor = actor_of_standing(tx, run.job)
    return Outcome(result=_go_on(run, actor, None).written())


def _go_on(run: Run, actor: Actor, progress: Progress | None) -> Returned:
    mine = replace(actor, job=run.job.id)

    def next_step(tx: Transaction, returned: Returned, size: int) -> Returned | None:
        if returned.phase == 2:
            return None
        step = Step(tx=tx, actor=mine, run=run, now=returned)
        if returned.phase == 0:
            step.forwards(size)
        else:
            step.backwards(size)
        return step.now

    return in_steps(run, read_returned(run.saved), next_step, SIZES, progress)


class Step:
    """One transaction of a taking back."""

    def __init__(self, *, tx: Transaction, actor: Actor, run: Run, now: Returned) -> None:
        self.tx = tx
        self.actor = actor
        self.now = now
        self.job: int = run.job.parameters["job"]
        self.everything = run.job.parameters["scope"] == "all"
        self._own = run.job.id
        self._earlier = earlier_ones(tx, self.job, KIND, self._own)
        self._render = texts(run.job.parameters["language"]).render

    def forwards(self, size: int) -> None:
        """Bring back what the job put into the bin."""
        rows = entries(self.tx, self.job, self.now.last, size, forwards=True, kind="deleted")
        for uid, records in by_entity(rows):
            entity = self.tx.model.entity_by_uid.get(uid)
            if entity is not None:
                binned = [deed for deed in self._deeds(entity, records) if deed.binned]
                there = _in_bin(self.tx, entity, binned)
                bring_back(
                    self.tx, self.actor, entity, there
                )  # what stays in the bin is told in the second phase
        over = len(rows) < size
        self.now = replace(self.now, phase=1, last=0) if over else replace(self.now, last=rows[-1].seq)

    def backwards(self, size: int) -> None:
        """Undo the rest, the latest first.

        What one record holds another may need (a unique value, a link): what was refused is tried again as long as
        that helps.
        """
        rows = entries(self.tx, self.job, self.now.last, size, forwards=False)
        records: dict[str, list[int]] = {}
        for row in rows:
            records.setdefault(row.entity, []).append(row.record)
        waiting = [
            (entity, self._met(entity, ids, rows[-1].seq))
            for uid, ids in records.items()
            if (entity := self.tx.model.entity_by_uid.get(uid)) is not None
        ]
        while waiting:
            refused = [(entity, self._undo(entity, some)) for entity, some in waiting]
            again = [(entity, [deed for deed, _ in left]) for entity, left in refused if left]
            if sum(len(some) for _, some in again) == sum(len(some) for _, some in waiting):
                for entity, left in refused:
                    for deed, why in left:
                        self._leave(entity, deed, why)
                break
            waiting = again
        last = rows[-1].seq if rows else 0
        self.now = replace(self.now, phase=2 if len(rows) < size else 1, last=last)

    def _met(self, entity: Entity, ids: list[int], lower: int) -> list[Deed]:
        """What is undone in this step, child rows that go with their parents left out: a change where it is met first
        on the way back, a new record where it was made (what came between may lead to it)."""
        upper = self.now.last
        met = [
            deed for deed in self._deeds(entity, ids)
            if (deed.first >= lower if deed.created else not upper or deed.last < upper)
        ]  # fmt: skip
        along = with_their_parents(self.tx, entity, [d.record for d in met if d.created], self.job)
        return [deed for deed in met if deed.record not in along]

    def _undo(self, entity: Entity, met: list[Deed]) -> list[tuple[Deed, Message]]:
        """Undo what was done to these; what was refused, with why."""
        stored = load(self.tx, entity, [deed.record for deed in met])
        lying = _in_bin(self.tx, entity, [deed for deed in met if deed.binned])
        left = [(deed, message("it could not be brought back from the bin")) for deed in lying]
        changed = [deed for deed in met if not deed.created and not deed.brought and deed not in lying]
        for written in (
            give_back(self.tx, self.actor, entity, changed),
            bin_again(self.tx, self.actor, entity, [deed for deed in met if deed.brought]),
        ):
            self.now = self.now.plus(
                returned=len(written.done), overwritten=sum(1 for deed in written.done if deed.since)
            )
            left += written.left
        made = [deed for deed in met if deed.created and deed.record in stored]
        self.now = self.now.plus(removed=sum(deed.created and deed.record not in stored for deed in met))
        if made:
            written, removed = take_away(self.tx, self.actor, entity, made, self._own)
            for deed in written.done:
                self.now = self.now.plus(
                    **{"removed" if deed.record in removed else "binned": 1 + deed.along}
                )
            left += written.left
        return left

    def _deeds(self, entity: Entity, ids: list[int]) -> list[Deed]:
        """What is to be undone of these records; what stays because of the scope is noted."""
        found = deeds(self.tx, self.job, entity.uid, ids, own=self._own, earlier=self._earlier)
        if self.now.phase == 1:
            self._count_rows(entity, {deed.record: deed for deed in found.values() if deed.created})
        kept = []
        for record in dict.fromkeys(ids):
            deed = found.get(record)
            if deed is None or deed.done:
                continue
            if deed.since and not self.everything:
                if self.now.phase == 1 and (not self.now.last or deed.last < self.now.last):
                    self._leave(entity, deed, message("people changed it since"))
                continue
            kept.append(deed)
        return kept

    def _leave(self, entity: Entity, deed: Deed, why: Message) -> None:
        left = Left(entity=entity.name, id=deed.record, why=self._render(why))
        self.now = self.now.leaving(left, deed.along)

    def _count_rows(self, entity: Entity, above: Mapping[int, Deed]) -> None:
        """Count the child rows that the job made below new records: they are met with these, unless people changed them."""
        for field in entity.fields if above else ():
            if field.type.name != "children" or field.target is None or field.through is None:
                continue
            child, columns = self.tx.model.entity_by_uid[field.target], self.tx.tables[field.target].columns
            parent, rows = columns[field.through].value, self.tx.tables[field.target].table
            below: dict[int, Deed] = {}
            for some in chunks(above):
                found = self.tx.connection.execute(sa.select(rows.c.id, parent).where(parent.in_(some)))
                below |= {record: above[owner] for record, owner in found}
            did = deeds(self.tx, self.job, child.uid, below, own=self._own, earlier=self._earlier)
            made = {
                each.record: below[each.record] for each in did.values()
                if each.created and not each.done and (self.everything or not each.since)
            }  # fmt: skip
            for owner in made.values():
                owner.along += 1
            self._count_rows(child, made)


def _in_bin(tx: Transaction, entity: Entity, found: list[Deed]) -> list[Deed]:
    """Those that lie in the bin still, child rows whose parent lies there too left out: they come back with it."""
    stored = load(tx, entity, [deed.record for deed in found])
    lying = [deed for deed in found if stored.get(deed.record, {}).get("deleted_at") is not None]
    if entity.parent is None or not lying:
        return lying
    parent = tx.model.entity_by_uid[entity.by_uid[entity.parent].target or ""]
    above = load(tx, parent, {stored[deed.record][entity.parent] for deed in lying})
    return [
        deed for deed in lying
        if above.get(stored[deed.record][entity.parent], {}).get("deleted_at") is None
    ]  # fmt: skip
