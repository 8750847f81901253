"""An erasure as a job: copies first, the record last, so that it can be gone on with after a crash; then the traces.

Until the cells themselves are emptied, what is to be looked for is read from them again; so the job keeps no value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from core.access.actor import Actor
from core.access.managing import may_everything
from core.errors import KubikError
from core.jobs.jobs import start_job
from core.jobs.running import Run
from core.jobs.worker import Outcome
from core.query.erased import ENTITY
from core.records.erasing.act import Findings, Going, findings_of, going_of, write_act
from core.records.erasing.documents import empty_documents
from core.records.erasing.emptying import empty_cells, empty_files
from core.records.erasing.holding import held, without_keepers
from core.records.erasing.late import EARLIER, scrub_late
from core.records.erasing.scrub import Scrubber
from core.records.erasing.sweeping import (
    CHUNK,
    copies,
    drop_drafts,
    elsewhere,
    scrub_copies,
    scrub_journal,
    scrub_linked,
)
from core.records.erasing.targets import Targets, find_targets, journal_of
from core.records.erasing.traces import clear_files, find_tables, remove_tables
from core.records.statements import load
from core.storage.compacting import compact
from core.storage.workspace import Transaction
from metamodel.errors import Problem
from metamodel.messages import message
from metamodel.model import Entity

KIND = "erase"

T = TypeVar("T")

LEAST_GROUND = 5
"""Characters of a ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An erasure that was asked for."""

    job: int


def begin_erasure(
    tx: Transaction, actor: Actor, entity: str, id: int, ground: str, *, attached: bool = False
) -> Begun:
    """Ask for the erasure of a record's personal data, and of files ``attached`` to it.

    By who may everything and acts as themselves (KBK4002); KBK2006 for a record that is not there, KBK3014 where nothing
    is marked, KBK3001 without a ground.
    """
    found = tx.model.entities.get(entity)
    if not may_everything(tx.model, actor) or actor.mode is not None:
        raise KubikError("KBK4002", message("Only an administrator may erase personal data."))
    if found is None or ENTITY not in tx.model.entities or not load(tx, found, [id]):
        raise KubikError("KBK2006")
    if len(ground.strip()) < LEAST_GROUND:
        why = message("Say on which ground the data is erased: a request of the person, the end of a term …")
        raise KubikError("KBK3001", why, errors=[Problem(pointer="/ground", code="KBK3001", message=why)])
    if not find_targets(tx, found, id, attached=attached).cells:
        raise KubikError(
            "KBK3014", message("{entity}: no field is marked as personal data", entity=found.label)
        )
    parameters = {"entity": found.uid, "record": id, "ground": ground.strip(), "attached": attached}
    return Begun(job=start_job(tx, KIND, parameters, by=actor.person))


def erase_job(run: Run) -> Outcome:
    """The handler of such jobs."""
    return Outcome(result=run_erasure(run))


def run_erasure(run: Run) -> dict[str, Any]:
    """Do it, from where it was left; the result names the act."""
    scrubber = None  # whoever goes on behind the act knows no value any more
    if run.saved is None or "act" not in run.saved:
        erasing = _erasing(run)
        _clear_copies(run, erasing)
        _clear_linked(run, erasing)
        _clear_documents(run, erasing)
        _look_elsewhere(run, erasing)
        _empty(run, erasing)
        scrubber = erasing.scrubber
    _remove(run, going_of(run.saved))
    since = datetime.fromisoformat(run.saved["since"]) if "since" in run.saved else None
    remove_tables(run.workspace, find_tables(run.workspace, scrubber, run.beat, since) if since else ())
    run.beat()
    swept = compact(run.workspace.database)
    return {"act": run.saved["act"], "swept": swept}


def _remove(run: Run, going: Going) -> None:
    clear_files(run.workspace, going.hashes)
    remove_tables(run.workspace, going.tables)


@dataclass(slots=True, kw_only=True)
class _Erasing:
    """One run: what is to go, what finds it, and what was counted."""

    targets: Targets
    scrubber: Scrubber
    findings: Findings
    since: datetime
    """What was written before stood there when it was looked for first."""
    documents: int = 0
    """Up to which one the issued documents were looked at."""


def _erasing(run: Run) -> _Erasing:
    with run.workspace.read() as tx:
        targets, since = _targets(tx, run), tx.now - EARLIER
    findings = findings_of(run.saved or {})
    _remove(run, findings.going)
    return _Erasing(targets=targets, scrubber=Scrubber(targets.values), findings=findings, since=since)


def _targets(tx: Transaction, run: Run) -> Targets:
    parameters = run.job.parameters
    entity: Entity | None = tx.model.entity_by_uid.get(parameters["entity"])
    if entity is None:
        raise KubikError("KBK2006")
    return find_targets(tx, entity, parameters["record"], attached=parameters["attached"])


def _clear_copies(run: Run, erasing: _Erasing) -> None:
    """Drafts, answers, jobs, plans: table by table, portion by portion."""

    _step(run, erasing, "drafts", lambda tx: (drop_drafts(tx, erasing.targets), None))
    with run.workspace.read() as tx:
        places = copies(tx)
    for kept in places:
        after: list[Any] | None = None
        while True:

            def chunk(tx: Transaction, after: list[Any] | None = after) -> tuple[int, list[Any] | None]:
                return scrub_copies(tx, kept, erasing.scrubber, after)  # noqa: B023

            after = _step(run, erasing, kept.place, chunk)
            if after is None:
                break
    found = find_tables(run.workspace, erasing.scrubber, run.beat)
    erasing.findings.add("jobs", len(found))
    erasing.findings.going = Going(tables=found)
    _keep(run, erasing)
    _remove(run, erasing.findings.going)


def _step(
    run: Run, erasing: _Erasing, place: str, action: Callable[[Transaction], tuple[int, T]],
    hashes: Callable[[T], Sequence[str]] = lambda _: (),
) -> T:  # fmt: skip
    """One step; how much it cleared, and which contents (``hashes``) are to be removed, is kept in its own transaction, so
    that a crash forgets nothing of it."""

    def counted(tx: Transaction) -> tuple[Findings, T]:
        count, rest = action(tx)
        findings = erasing.findings.with_more(place, count)
        findings.going = Going(hashes=tuple(hashes(rest)))
        run.keep(tx, findings.saved(), done=run.done + 1)
        return findings, rest

    erasing.findings, rest = run.workspace.write(counted)
    run.saved, run.done = erasing.findings.saved(), run.done + 1
    return rest


def _clear_linked(run: Run, erasing: _Erasing) -> None:
    for uid, ids in erasing.targets.linking.items():
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]

            def portion(tx: Transaction, uid: str = uid, some: Sequence[int] = some) -> tuple[int, None]:
                return scrub_linked(tx, erasing.targets, uid, some, erasing.scrubber, run.job.by), None

            _step(run, erasing, "linked", portion)


def _clear_documents(run: Run, erasing: _Erasing) -> None:
    """Files of documents that were made from what goes."""
    while True:

        def portion(tx: Transaction) -> tuple[int, tuple[list[str], int | None]]:
            without_keepers(tx)
            count, hashes, rest = empty_documents(tx, erasing.targets, erasing.documents)
            return count, (hashes, rest)

        _, rest = _step(run, erasing, "documents", portion, lambda found: found[0])
        _remove(run, erasing.findings.going)
        if rest is None:
            return
        erasing.documents = rest


def _look_elsewhere(run: Run, erasing: _Erasing) -> None:
    with run.workspace.read() as tx:
        found = elsewhere(tx, erasing.targets, erasing.targets.values)
        erasing.findings.elsewhere = {entity.name: ids for entity, ids in found}
    _keep(run, erasing)


def _keep(run: Run, erasing: _Erasing) -> None:
    run.write(lambda _: None, saved=erasing.findings.saved(), done=run.done + 1)


def _empty(run: Run, erasing: _Erasing) -> None:
    """The last transaction: files, history, cells, the act. What came to the record meanwhile goes with it, and what was
    copied from it into places that had been looked through."""
    cleared = dict(erasing.findings.cleared)

    def action(tx: Transaction) -> tuple[dict[str, Any], Scrubber]:
        findings = Findings(cleared=dict(cleared), elsewhere=erasing.findings.elsewhere)
        without_keepers(tx)
        targets, by = held(tx, lambda: _targets(tx, run)), run.job.by
        files, hashes = empty_files(tx, targets, by)
        findings.add("files", files)
        scrubber = Scrubber(targets.values)
        findings.add(
            "history", len(scrub_journal(tx, journal_of(tx, targets.cells), scrubber, targets.cells))
        )
        late: int | None = erasing.documents
        while late is not None:  # issued meanwhile
            count, more, late = empty_documents(tx, targets, late)
            findings.add("documents", count)
            hashes = [*hashes, *more]
        for place, count in scrub_late(tx, targets, scrubber, erasing.since, by):
            findings.add(place, count)
        empty_cells(tx, targets, by)
        act = write_act(tx, targets, findings, scrubber.text(run.job.parameters["ground"]), by)
        saved = {"act": act, "hashes": hashes, "since": erasing.since.isoformat()}
        run.keep(tx, saved, done=run.done + 1)
        return saved, scrubber

    run.saved, erasing.scrubber = run.workspace.write(action)
