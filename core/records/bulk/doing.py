"""A deed on few records: done within the request, all that was previewed or nothing, and told of as a job."""

from __future__ import annotations

from dataclasses import replace

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.standing import write_standing
from core.jobs.jobs import finish_now, start_job
from core.query.names import readable_entity
from core.records.bulk.choosing import chosen_ids
from core.records.bulk.job import KIND
from core.records.bulk.order import AT_ONCE, Order, must_grant
from core.records.bulk.report import Report
from core.records.bulk.steps import step
from core.storage.workspace import Transaction


class Differs(Exception):
    """The records changed since the preview: nothing was done, and the preview is to be looked at again."""


def run_bulk(tx: Transaction, actor: Actor, order: Order, expected: int) -> tuple[int, Report]:
    """Do it now; the job by which it is taken back, and what came of it.

    `Differs` unless exactly ``expected`` records change: whoever calls takes the transaction back then.
    """
    grants = grants_of(tx.model, actor)
    must_grant(grants, readable_entity(tx.model, grants, order.entity), order)
    parameters = {**order.written(), **write_standing(actor)}
    job = start_job(tx, KIND, parameters, by=actor.person)
    marked, report = replace(actor, job=job), Report()
    ids = chosen_ids(tx, actor, order, 0, AT_ONCE + 1)
    if len(ids) > AT_ONCE:
        raise Differs
    if ids:
        done = step(tx, marked, order, ids)
        report = report.plus(last=ids[-1], changed=len(done.changed), same=len(done.same), left=done.left)
    if report.changed != expected:
        raise Differs
    finish_now(tx, job, report.written(), done=report.dealt)
    return job, report
