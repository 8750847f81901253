"""Going on with an import that was stopped: the same job, from where it stands, under the rights of who began it."""

from __future__ import annotations

from core.access.actor import Actor
from core.errors import KubikError
from core.jobs.jobs import Job, resume_job
from core.records.importing.keeping import folder_of
from core.records.importing.told import import_of, taken_back_by
from core.storage.workspace import Transaction
from metamodel.messages import message


def may_go_on(tx: Transaction, actor: Actor, job: Job) -> bool:
    """Whether the actor began it, it was stopped, nobody took it back, and its file is still there."""
    return (
        job.state == "cancelled" and job.by is not None and job.by == actor.person
        and taken_back_by(tx, job) is None
        and (folder_of(tx.workspace) / str(job.parameters.get("file"))).is_file()
    )  # fmt: skip


def go_on(tx: Transaction, actor: Actor, job: int) -> Job:
    """Ask for the rest of it; KBK2006 for what is no import of theirs, KBK5003 when it cannot go on."""
    found = import_of(tx, actor, job)
    if not may_go_on(tx, actor, found):
        raise KubikError(
            "KBK5003",
            message(
                "Only an import that was stopped and not taken back goes on, by who began it, as long as its file is kept."
            ),
        )
    resume_job(tx, job, found.result)
    return import_of(tx, actor, job)
