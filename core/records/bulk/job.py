"""A deed on many records as a job: in small steps, each committed with its place, gone on with after a crash."""

from __future__ import annotations

from dataclasses import replace

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.standing import actor_of_standing, write_standing
from core.jobs.jobs import start_job
from core.jobs.running import Run
from core.jobs.stepping import in_steps
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
    order, marked = read_order(run.job.parameters), replace(actor, job=run.job.id)

    def next_step(tx: Transaction, report: Report, size: int) -> Report | None:
        ids = chosen_ids(tx, marked, order, report.last, size)
        if not ids:
            return None
        done = step(tx, marked, order, ids)
        return report.plus(last=ids[-1], changed=len(done.changed), same=len(done.same), left=done.left)

    return Outcome(result=in_steps(run, read_report(run.saved), next_step, SIZES).written())
