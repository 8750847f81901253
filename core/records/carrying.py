"""The job that lets rows carry what decides who sees them, where there are too many to fill while a model is put in force.

Until it is done the record itself is asked, so nothing waits for it but speed (`core.storage.carrying`).
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.errors import KubikError
from core.jobs.jobs import start_job
from core.jobs.running import Run
from core.jobs.worker import Outcome
from core.storage import carrying
from core.storage.carried import Carried
from core.storage.catalog import read_catalog
from core.storage.database import SHORT_MILLISECONDS
from core.storage.ddl import drop_index, in_one, limit_waiting, missing_steps, run_step, stale_indexes
from core.storage.search.settling import moved

if TYPE_CHECKING:
    from core.storage.workspace import Transaction, Workspace

CARRY = "carry"
"""The kind of the job."""


def keep_carrying(workspace: Workspace) -> None:
    """Ask for what rows do not carry yet. Once an hour, and when a worker begins: after an upgrade, or a job that failed."""
    with workspace.read() as tx:
        needed = bool(_missing(tx) or carrying.stale(tx.connection, tx.tables.schema, tx.model))
    if needed:
        workspace.write(partial(ask_to_carry, needed=True))


def ask_to_carry(tx: Transaction, *, needed: bool = False) -> None:
    """Ask for rows to carry what they are to, once however often it is asked."""
    jobs = tx.tables.own.job
    waits = sa.select(jobs.c.id).where(jobs.c.state == "queued", jobs.c.kind == CARRY).limit(1)
    if (needed or _missing(tx)) and tx.connection.execute(waits).first() is None:
        start_job(tx, CARRY, {}, by=None)


def carry_job(run: Run) -> Outcome:
    """Let all rows carry what they are to; cut short, it goes on behind the last batch."""
    made: list[str] = []
    while True:
        with run.workspace.read() as tx:
            waiting = _missing(tx)
            run.total = run.done + sum(_rows(tx, carried) for carried in waiting)
        if not waiting:
            break
        if _carry(run, waiting[0]):
            made.append(waiting[0].name)
    _index(run.workspace)  # a change of the configuration may have dropped some before they were of use
    tidy(run.workspace)
    return Outcome(result={"carried": made})


def _missing(tx: Transaction) -> list[Carried]:
    return carrying.missing(tx.connection, tx.tables, tx.model.entities.values())


def _rows(tx: Transaction, carried: Carried) -> int:
    table = next(place.table for place in tx.tables if place.table.name == carried.table)
    return int(tx.connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _carry(run: Run, carried: Carried) -> bool:
    """Fill all rows, make the indexes that hold what they carry, and let rights be read from it; whether that was all."""
    database, schema = run.workspace.database, run.workspace.database.schema
    begun, last = _begun(run, carried)
    while last is not None:
        last = in_one(database, partial(carrying.fill, schema=schema, carried=carried, after=last))
        saved = {"name": carried.name, "begun": begun, "after": last}
        run.write(lambda tx: None, saved=saved, done=run.done + carrying.BATCH)
    _index(run.workspace, carried.name)

    def finish(tx: Transaction) -> bool:
        limit_waiting(tx.connection)
        done = carrying.finish(tx.connection, schema, carried, begun)
        if done:
            moved(tx)
        return done

    return run.write(finish)


def _begun(run: Run, carried: Carried) -> tuple[int, int | None]:
    """What keeps it true, and the row behind which it goes on: of a run that was cut short, or from the start. What another
    worker has begun is kept true already: both fill it, and either may end first."""
    database, saved = run.workspace.database, run.saved or {}
    with run.workspace.read() as tx:
        known = carrying.begun_as(tx.connection, database.schema, carried)
    if known is not None:
        same = (saved.get("name"), saved.get("begun")) == (carried.name, known)
        return known, saved["after"] if same else carrying.BEFORE_ALL
    in_one(database, partial(carrying.widen, schema=database.schema, carried=carried))
    return in_one(
        database, partial(carrying.begin, schema=database.schema, carried=carried)
    ), carrying.BEFORE_ALL


def _index(workspace: Workspace, *more: str) -> None:
    """Make the indexes that hold what rows carry, and that of these names, while others write."""
    with workspace.read() as tx:
        tables = tx.tables.now(tx.tables.carrying.union(more))
        steps = missing_steps(read_catalog(tx.connection, tables.schema), tables, tx.model.entities.values())
    for step in steps:
        if step.kind == "index":
            run_step(workspace.database, tables, step)


def tidy(workspace: Workspace) -> None:
    """Take away what the model in force has no use for: indexes that others have taken the place of, what rows carry.

    Each by itself, so that readers wait for one at most, and never for each other. By a write, which keeps a model that
    has use for it from being put in force meanwhile. What others are in the way of is left for the next time.
    """
    with workspace.read() as tx:
        ended = carrying.stale(tx.connection, tx.tables.schema, tx.model)
        indexes = () if tx.tables.schema is None else stale_indexes(tx.connection, tx.tables)
    # of what rows carry none after one that stays: it would look whole, and be kept true no longer
    kept = [[partial(_end, name=name, part=part) for part in carrying.PARTS] for name in ended]
    for actions in (*kept, *([partial(_drop, name=name)] for name in indexes)):
        with suppress(KubikError):  # others are in the way
            for action in actions:
                workspace.write(action)


def _end(tx: Transaction, name: str, part: str) -> None:
    limit_waiting(tx.connection, SHORT_MILLISECONDS)
    if name in carrying.stale(tx.connection, tx.tables.schema, tx.model):
        carrying.end_part(tx.connection, tx.tables.schema, name, part)


def _drop(tx: Transaction, name: str) -> None:
    limit_waiting(tx.connection, SHORT_MILLISECONDS)
    if name in stale_indexes(tx.connection, tx.tables):
        drop_index(tx.connection, tx.tables, name)
