"""A deed on many records as a job: in small steps, each committed with its place, gone on with after a crash."""

from __future__ import annotations

import time
from dataclasses import replace

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.standing import actor_of_standing, write_standing
from core.jobs.jobs import start_job
from core.jobs.running import JobCancelled, Run
from core.jobs.worker import Outcome
from core.query.names import readable_entity
from core.records.bulk.choosing import chosen_count, chosen_ids
from core.records.bulk.order import SIZES, Order, must_grant, read_order
from core.records.bulk.report import Report, read_report
from core.records.bulk.steps import step
from core.storage.workspace import Transaction

KIND = "bulk"


def start_bulk(tx: Transaction, actor: Actor, order: Order) -> int:
    """Ask for a deed to be done in the background; its job."""
    grants = grants_of(tx.model, actor)
    must_grant(grants, readable_entity(tx.model, grants, order.entity), order)
    parameters = {**order.written(), **write_standing(actor)}
    return start_job(tx, KIND, parameters, by=actor.person, total=chosen_count(tx, actor, order))


def bulk_job(run: Run) -> Outcome:
    """The handler of the kind `bulk` for workers."""
    with run.workspace.read() as tx:
        actor = actor_of_standing(tx, run.job)
    order, report, size = read_order(run.job.parameters), read_report(run.saved), SIZES.first
    marked = replace(actor, job=run.job.id)
    try:
        while True:
            found, spent = _step(run, marked, order, report, size)
            if found is None:
                return Outcome(result=report.written())
            report, size = found, SIZES.following(size, spent)
    except JobCancelled as stopped:
        stopped.result = report.written()
        raise


def _step(run: Run, actor: Actor, order: Order, report: Report, size: int) -> tuple[Report | None, float]:
    """One transaction of it: the state after it (None when nothing is left), and for how long it kept others waiting."""
    began = time.perf_counter()

    def action(tx: Transaction) -> Report | None:
        nonlocal began
        began = time.perf_counter()
        ids = chosen_ids(tx, actor, order, report.last, size)
        if not ids:
            return None
        done = step(tx, actor, order, ids)
        now = report.plus(last=ids[-1], changed=len(done.changed), same=len(done.same), left=done.left)
        run.keep(tx, now.written(), done=now.dealt)
        return now

    return run.workspace.write(action), time.perf_counter() - began
