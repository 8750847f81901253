"""Jobs: how far background work is, for who started it."""

from __future__ import annotations

from typing import Any

from core.access.actor import Actor
from core.access.standing import asked_so
from core.errors import KubikError
from core.i18n import texts
from core.jobs.jobs import Job, cancel_job, read_job
from core.records.importing import in_words
from core.records.importing.job import KIND as IMPORT
from core.storage.workspace import Transaction
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from metamodel.messages import message

JOB = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "kind": {"type": "string"},
        "state": {"enum": ["queued", "running", "done", "failed", "cancelled"]},
        "done": {"type": "integer"},
        "total": {"type": ["integer", "null"]},
        "errors_file": {"type": ["string", "null"]},
        "result": {},
        "error": {"type": ["object", "null"]},
    },
}


def read_one(call: Call) -> Answer:
    """A job of the caller."""
    with reading(call) as (transaction, actor):
        return answer_json(described(job_of(transaction, actor, identifier(call)), call.language))


def cancel_one(call: Call) -> Answer:
    """Ask a job of the caller to stop."""
    job = identifier(call)

    def cancel(transaction: Transaction, actor: Actor) -> Job:
        job_of(transaction, actor, job)
        return cancel_job(transaction, job, by=actor.person)

    return answer_json(described(writing(call, cancel), call.language))


def job_of(transaction: Transaction, actor: Actor, job: int) -> Job:
    """A job that the caller asked for, with this key or a wider one; KBK5003."""
    found = read_job(transaction, job, by=actor.person)
    if not asked_so(actor, found):
        raise KubikError("KBK5003", message("there is no such job"))
    return found


def identifier(call: Call) -> int:
    """The id in the path; what cannot be one is no job."""
    try:
        return call.identifier()
    except KubikError:
        raise KubikError("KBK5003") from None


def described(job: Job, language: str) -> dict[str, Any]:
    """A job as the API tells it; the lines that an import refused in the language of who asks."""
    result = in_words(job.result, texts(language).render) if job.kind == IMPORT and job.result else job.result
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "errors_file": None if job.errors_file is None else f"/api/jobs/{job.id}/errors",
        "result": result,
        "error": None if job.error is None else {"code": job.error["code"], "message": job.error["shown"]},
    }


OPERATIONS = (
    Operation(method="GET", path="/api/jobs/{id}", run=read_one, summary="How far a job is", answer=JOB),
    Operation(method="DELETE", path="/api/jobs/{id}", run=cancel_one, summary="Cancel a job", answer=JOB),
)
