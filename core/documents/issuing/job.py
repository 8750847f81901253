"""Documents of many records: one after another, each issued in a transaction of its own with the job's place in it, so
that after a crash none is issued twice; those of which none can be made are told with their reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.access.actor import Actor
from core.access.standing import actor_of_standing, asked_so, write_standing
from core.documents.issuing.issue import issue
from core.documents.issuing.order import Beside, Order, check_formats, read_order
from core.documents.issuing.preparing import language_of, templates_for
from core.documents.offering import find_type
from core.errors import KubikError
from core.i18n import texts
from core.jobs.jobs import Job, read_job, start_job
from core.jobs.running import JobCancelled, Run
from core.jobs.worker import Outcome
from core.query.issued import Issued, documents_of_job
from core.records.bulk import Choice, chosen_count, chosen_ids
from core.records.bulk import Order as Chosen
from core.storage.workspace import Transaction
from metamodel.messages import message

KIND = "documents"

MOST = 2_000
"""Documents of one job."""

PORTION = 100
"""Records that are looked for at once."""

MOST_TOLD = 500
"""Records that are named with the reason why there is no document of them; more are counted only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far a job is: ``last`` is the record dealt with, ``errors`` are (record, code, words)."""

    last: int = 0
    made: int = 0
    failed: int = 0
    errors: tuple[tuple[int, str, str], ...] = ()

    @property
    def dealt(self) -> int:
        """Records dealt with."""
        return self.made + self.failed

    def written(self) -> dict[str, Any]:
        """As a job keeps it, to go on after a crash."""
        return {
            "last": self.last, "made": self.made, "failed": self.failed, "errors": [list(each) for each in self.errors],
        }  # fmt: skip

    def told(self) -> dict[str, Any]:
        """As its starter is told."""
        errors = [{"record": record, "code": code, "message": words} for record, code, words in self.errors]
        return {"made": self.made, "failed": self.failed, "errors": errors}


def read_report(written: Mapping[str, Any] | None) -> Report:
    """What `Report.written` wrote down; the state before anything is done."""
    if written is None:
        return Report()
    errors = tuple((record, code, words) for record, code, words in written["errors"])
    return Report(last=written["last"], made=written["made"], failed=written["failed"], errors=errors)


def start_documents(tx: Transaction, actor: Actor, order: Order, choice: Choice) -> int:
    """Ask for documents of many records; the job.

    KBK2006 for a document that the actor does not have, KBK2009 for a format that is not to be had, KBK2005 for too many,
    and whatever the filter is refused with.
    """
    type_ = find_type(tx, actor, order.type)
    templates_for(tx.workspace, type_, check_formats(order.formats))
    chosen = _chosen(tx, type_.entity, choice)
    total = chosen_count(tx, actor, chosen)
    if total > MOST:
        raise KubikError(
            "KBK2005",
            message("At most {most} documents are made at once; here are {count}.", most=MOST, count=total),
        )
    parameters = {
        **replace(order, language=language_of(type_, order, actor)).written(), "choice": chosen.written(),
        "words": actor.language, **write_standing(actor),
    }  # fmt: skip
    return start_job(tx, KIND, parameters, by=actor.person, total=total)


def _chosen(tx: Transaction, entity: str, choice: Choice) -> Chosen:
    return Chosen(entity=tx.model.entity_by_uid[entity].name, deed="update", choice=choice)


def documents_job(run: Run) -> Outcome:
    """The handler of the kind `documents` for workers."""
    report = read_report(run.saved)
    order = read_order(run.job.parameters)
    try:
        while True:
            ids = _next(run, order, report.last)
            if not ids:
                return Outcome(result=_result(run, order, report))
            for id in ids:
                report = _one(run, order, id, report)
    except JobCancelled as stopped:
        stopped.result = _result(run, order, report)
        raise


def _next(run: Run, order: Order, after: int) -> list[int]:
    """The next of the chosen records, with the rights of now."""
    written = run.job.parameters["choice"]
    choice = Choice(
        ids=None if written["ids"] is None else tuple(written["ids"]),
        filter=written["filter"],
        search=written["search"],
    )
    with run.workspace.read() as tx:
        actor = actor_of_standing(tx, run.job)
        type_ = find_type(tx, actor, order.type)
        return chosen_ids(tx, actor, _chosen(tx, type_.entity, choice), after, PORTION)


def _one(run: Run, order: Order, id: int, report: Report) -> Report:
    made = replace(report, last=id, made=report.made + 1)

    def kept(tx: Transaction, actor: Actor, issued: Issued) -> None:
        run.keep(tx, made.written(), done=made.dealt)

    def who(tx: Transaction) -> Actor:
        return actor_of_standing(tx, run.job)

    try:
        issue(run.workspace, who, order, id, Beside(kept=kept), run.job.id)
    except KubikError as refusal:
        if refusal.code in ("KBK4001", "KBK6003"):  # nobody asks any more, or nothing can be done at all
            raise
        words = texts(run.job.parameters["words"]).render(refusal.detail)
        errors = (
            report.errors if len(report.errors) >= MOST_TOLD else (*report.errors, (id, refusal.code, words))
        )
        failed = replace(report, last=id, failed=report.failed + 1, errors=errors)
        run.write(lambda tx: None, saved=failed.written(), done=failed.dealt)
        return failed
    run.saved, run.done = made.written(), made.dealt
    return made


def _result(run: Run, order: Order, report: Report) -> dict[str, Any]:
    return {"document": order.type, "formats": list(order.formats), **report.told()}


def own_documents(tx: Transaction, actor: Actor, job: int) -> tuple[Job, list[Issued]]:
    """A job of the actor's own and the documents it has issued, as far as they may open them; KBK5003 for another job."""
    found = read_job(tx, job, by=actor.person or 0)
    if found.kind != KIND or not asked_so(actor, found):
        raise KubikError("KBK5003", message("there is no such job"))
    return found, documents_of_job(tx, actor, job)
