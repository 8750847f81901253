"""The handover as a job: begun with a check of who takes over, done in small steps, gone on with after a crash."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from core.access.actor import Actor, system_actor
from core.access.grants import grants_of
from core.access.managing import answers_for
from core.access.sessions import end_sessions
from core.access.standing import actor_of_standing, write_standing
from core.access.tokens import revoke_tokens
from core.errors import KubikError
from core.i18n import texts
from core.jobs.jobs import Job, start_job
from core.jobs.running import Run, begin_here, failing
from core.jobs.sizes import Sizes
from core.jobs.stepping import Progress, in_steps
from core.jobs.worker import Outcome
from core.query.query import Query
from core.query.read import read, visible_ids
from core.records.api import update
from core.records.handover.counting import all_of_theirs
from core.records.handover.past import HANDOVER
from core.records.handover.places import Place, places
from core.records.handover.steps import hand, theirs_after
from core.records.handover.task import Order, Report, read_order, read_report
from core.storage.workspace import Transaction, Workspace
from metamodel.errors import Problem
from metamodel.messages import message

SIZES = Sizes(first=20, most=300)
"""Records in one step."""


def start_handover(tx: Transaction, actor: Actor, order: Order) -> int:
    """Ask for a handover to be done in the background; its job.

    Refuses: KBK4002 (KBK2006 out of sight) when the actor does not manage the person, KBK3005 for somebody who cannot
    take over, KBK2003 for a place that is not there.
    """
    must_manage(tx, actor, order.person)
    parameters = {**_checked(tx, actor, order).written(), **write_standing(actor)}
    return start_job(tx, HANDOVER, parameters, by=actor.person, total=_total(tx, actor, order))


def run_handover(
    workspace: Workspace, actor: Actor, order: Order, progress: Progress | None = None
) -> Report:
    """Do a handover here and now, as a job that another process goes on with when this one dies."""
    run = begin_here(workspace, lambda tx: start_handover(tx, actor, order))
    with failing(run, message("the handover was cancelled")):
        report = _go_on(run, actor, progress)
    run.finish("done", result=report.written())
    return report


def handover_job(run: Run) -> Outcome:
    """The handler of the kind `handover` for workers."""
    report = _go_on(run, doer(run), None)
    return Outcome(result=report.written())


def doer(run: Run) -> Actor:
    """Who asked for the job, with the rights they have now."""
    with run.workspace.read() as tx:
        return actor_of_standing(tx, run.job)


def must_manage(tx: Transaction, actor: Actor, person: int) -> None:
    """KBK4002 unless the actor manages the person; KBK2006 when they do not even see them."""
    if person not in visible_ids(tx, actor, tx.model.entities["user"], (person,)):
        raise KubikError("KBK2006")
    if not answers_for(tx, actor, person):
        raise KubikError("KBK4002", message("This person has a role that is not below yours."))


def marker(job: int) -> str:
    """How the journal calls the changes of a handover."""
    return f"{HANDOVER} {job}"


def _go_on(run: Run, actor: Actor, progress: Progress | None) -> Report:
    order, marked = read_order(run.job.parameters), replace(actor, action=marker(run.job.id))

    def step(tx: Transaction, report: Report, size: int) -> Report | None:
        if order.closing and not report.closed:
            return _close(tx, marked, order, report)
        given = _given(tx, marked, order)
        while report.place < len(given):
            place = given[report.place]
            items = theirs_after(tx, marked, place, order.person, report.last, size)
            if items:
                heirs, render = order.heirs(place.key), texts(order.language).render
                return hand(tx, marked, place, order.person, heirs, items, report, render)
            report = replace(report, place=report.place + 1, last=0)
        return None

    return in_steps(run, read_report(run.saved), step, SIZES, progress)


def _given(tx: Transaction, actor: Actor, order: Order) -> list[Place]:
    """The places that somebody takes over and the actor may change, always in the same order."""
    found = places(tx.model, grants_of(tx.model, actor))
    return sorted((p for p in found if p.open and order.heirs(p.key)), key=lambda place: place.key)


def _close(tx: Transaction, actor: Actor, order: Order, report: Report) -> Report:
    """The person signs in no more: sessions and keys of programs end with it; the name stays."""
    update(tx, actor, "user", order.person, {"active": False})
    end_sessions(tx, order.person)
    revoke_tokens(tx, order.person, by=actor.person)
    return replace(report, closed=True)


def _checked(tx: Transaction, actor: Actor, order: Order) -> Order:
    """The order with what a job needs to know of this moment; refused when somebody in it cannot take over."""
    problems = []
    wanted = order.everybody()
    known = _who_may_sign_in(tx, visible_ids(tx, actor, tx.model.entities["user"], wanted))
    for user in wanted:
        if user == order.person:
            problems.append(message("Nobody takes over from themselves."))
        elif user not in known:
            problems.append(message("Only somebody who may sign in can take over."))
    if problems:
        why = [Problem(pointer="/to", code="KBK3005", message=each) for each in problems]
        raise KubikError("KBK3005", detail=problems[0], errors=why)
    known_places = {place.key for place in places(tx.model, grants_of(tx.model, actor))}
    if not known_places >= order.places.keys():
        raise KubikError("KBK2003", message("There is no such field that names people."))
    begun = tx.connection.execute(sa.select(sa.func.max(tx.tables.own.journal.c.seq))).scalar() or 0
    return replace(order, begun=begun)


def _who_may_sign_in(tx: Transaction, users: Collection[int]) -> set[int]:
    asked = Query(entity="user", fields=("id",), filter="active", ids=tuple(users), limit=max(len(users), 1))
    return {item["id"] for item in read(tx, system_actor(), asked).items}


def _total(tx: Transaction, actor: Actor, order: Order) -> int:
    """How many records there are to deal with."""
    theirs = all_of_theirs(tx, actor, order.person)
    return sum(each.count for each in theirs if each.place.open and order.heirs(each.place.key))


__all__ = ["HANDOVER", "Job", "doer", "handover_job", "marker", "run_handover", "start_handover"]
