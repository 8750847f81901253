"""The job that makes the search index: missing rows, then trigrams, then records found by titles that changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.errors import KubikError
from core.jobs.jobs import start_job
from core.jobs.running import Run, take
from core.jobs.worker import Outcome
from core.records.indexing.asking import INDEX, ask
from core.records.indexing.following import AT_ONCE, leading
from core.records.indexing.texts import search_rows, write_again
from core.records.statements import load
from core.storage.search.building import TAIL, drop_unused, index_step, make_index, set_ready, unused_tables
from core.storage.search.layout import layout_of
from core.storage.search.places import Place
from core.storage.search.settling import again, moved, settle
from core.storage.search.writing import insert_rows

if TYPE_CHECKING:
    from core.storage.workspace import Transaction, Workspace

BATCH = 500

Progress = Callable[[int, int | None], object]
"""Is told how many records are done, and of how many."""


def keep_index(workspace: Workspace) -> None:
    """Bring the tables of the index to the model where they are not: after an upgrade, or of a Kubik that searches
    otherwise; and ask for what is missing in them. Once an hour, and when a worker begins."""
    with workspace.read() as tx:
        needed = _unsettled(tx)
        unused = bool(unused_tables(tx))
        missing = any(needs_work(tx, place) for place in tx.searched.values())
    if needed:
        workspace.write(lambda tx: settle(tx, tx.tables), exclusive=True)
    if unused:
        workspace.write(drop_unused, exclusive=True)
    if needed or missing:
        workspace.write(ask)


def _unsettled(tx: Transaction) -> bool:
    places = tx.searched
    return any(
        (place.layout.key if (place := places.get(e.uid)) else None)
        != (layout.key if layout.columns else None)
        for e in tx.model.entities.values()
        for layout in (layout_of(tx.model, e),)
    )


def needs_work(tx: Transaction, place: Place) -> bool:
    """Whether rows or trigrams of an entity are missing."""
    if not place.ready:
        return True
    last = tx.connection.execute(sa.select(sa.func.max(place.table.c.id))).scalar_one() or 0
    return last - place.indexed > TAIL if tx.dialect == "sqlite" else last > TAIL and not place.indexed


def rebuild(workspace: Workspace, entities: tuple[str, ...] = ()) -> None:
    """Begin the index anew, of these entities (uids) or of all; the job that does it is asked for."""

    def begin(tx: Transaction) -> None:
        settle(tx, tx.tables)
        for place in tx.searched.values():
            if not entities or place.entity in entities:
                again(tx, place)
        moved(tx)
        ask(tx)

    workspace.write(begin, exclusive=True)


def run_index(workspace: Workspace, progress: Progress | None = None) -> Outcome:
    """Do here and now what is missing, as a job that another process goes on with when this one dies."""
    worker = f"command {secrets.token_hex(8)}"
    run = Run(
        workspace, workspace.write(lambda tx: take(tx, start_job(tx, INDEX, {}, by=None), worker)), worker
    )
    try:
        outcome = index_job(run, progress)
    except KubikError as error:
        run.finish("failed", error=error.detail, code=error.code)
        raise
    run.finish("done", result=outcome.result)
    return outcome


def index_job(run: Run, progress: Progress | None = None) -> Outcome:
    """Do what is missing; cut short, it goes on where its last chunk ended."""
    if run.job.parameters:
        return _follow(run)
    with run.workspace.read() as tx:
        waiting = [place for place in tx.searched.values() if needs_work(tx, place)]
        run.total = sum(_records(tx, place) for place in waiting)
    made: list[str] = []
    for place in waiting:
        if not place.ready:
            _fill(run, place, progress)
        why = _index(run, place, progress)
        if why is not None:
            return Outcome(result={"entities": made, "slow": why})
        made.append(place.entity)
    return Outcome(result={"entities": made})


def _records(tx: Transaction, place: Place) -> int:
    records = tx.tables[place.entity].table
    return int(tx.connection.execute(sa.select(sa.func.count()).select_from(records)).scalar_one())


def _now(tx: Transaction, place: Place) -> Place | None:
    """The place as it is now, None when it was begun anew or is gone meanwhile."""
    found = tx.searched.get(place.entity)
    return found if found is not None and found.generation == place.generation else None


def _fill(run: Run, place: Place, progress: Progress | None) -> None:
    """Give every record its row, those that have one already passed over, in the order of their ids."""
    done = run.done
    saved = run.saved or {}
    after = int(saved.get("after", 0)) if saved.get("table") == place.table.name else 0
    while True:

        def chunk(tx: Transaction, after: int = after, done: int = done) -> int | None:
            now = _now(tx, place)
            if now is None:
                return None
            records = tx.tables[place.entity].table
            ids = list(tx.connection.execute(
                sa.select(records.c.id).where(records.c.id > after).order_by(records.c.id).limit(BATCH)
            ).scalars())  # fmt: skip
            if not ids:
                set_ready(tx, now)
                return None
            entity = tx.model.entity_by_uid[place.entity]
            stored = sorted(load(tx, entity, ids).items())
            insert_rows(tx, now, search_rows(tx, entity, now, stored), again=True)
            run.keep(tx, {"table": str(place.table.name), "after": ids[-1]}, done=done + len(ids))
            return int(ids[-1])

        last = run.write(chunk)
        if last is None:
            return
        after, done = last, done + BATCH
        if progress is not None:
            progress(min(done, run.total or done), run.total)


def _index(run: Run, place: Place, progress: Progress | None) -> str | None:
    """Bring the trigrams up to the newest record; why that cannot be, in words."""
    if run.workspace.database.dialect == "postgresql":
        with run.workspace.read() as tx:
            now = _now(tx, place)
            needed = now is not None and needs_work(tx, now)
        if needed:
            try:
                make_index(run.workspace, place)
            except KubikError as error:
                return str(error)
        return None
    with run.workspace.read() as tx:
        now = _now(tx, place)
        if now is None or not needs_work(tx, now):
            return None
    behind = 1
    while behind:

        def step(tx: Transaction) -> int:
            now = _now(tx, place)
            return 0 if now is None else index_step(tx, now)

        behind = run.write(step)
        if progress is not None:
            progress(max((run.total or 0) - behind, 0), run.total)
    run.workspace.database.tidy()
    return None


def _follow(run: Run) -> Outcome:
    """Write again what is found by a title that changed."""
    asked = run.job.parameters
    after, done = int((run.saved or {}).get("after", 0)), run.done
    while True:

        def chunk(tx: Transaction, after: int = after, done: int = done) -> tuple[int, int] | None:
            entity = tx.model.entity_by_uid.get(asked["entity"])
            link = entity.by_uid.get(asked["link"]) if entity is not None else None
            if entity is None or link is None or entity.uid not in tx.searched:
                return None
            ids = leading(tx, entity, link, asked["record"], after=after, most=AT_ONCE // 2)
            write_again(tx, entity, ids)
            run.keep(tx, {"after": ids[-1] if ids else after}, done=done + len(ids))
            return (ids[-1], done + len(ids)) if ids else None

        last = run.write(chunk)
        if last is None:
            return Outcome(result={"records": done})
        after, done = last
