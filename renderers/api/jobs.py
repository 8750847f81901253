"""Jobs: how far background work is, for who started it."""

from __future__ import annotations

from typing import Any

from core.errors import KubikError
from core.jobs.jobs import Job, cancel_job, read_job
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation

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
        return answer_json(described(read_job(transaction, identifier(call), by=actor.person)))


def cancel_one(call: Call) -> Answer:
    """Ask a job of the caller to stop."""
    job = identifier(call)
    return answer_json(
        described(writing(call, lambda transaction, actor: cancel_job(transaction, job, by=actor.person)))
    )


def identifier(call: Call) -> int:
    """The id in the path; what cannot be one is no job."""
    try:
        return call.identifier()
    except KubikError:
        raise KubikError("KBK5003") from None


def described(job: Job) -> dict[str, Any]:
    """A job as the API tells it."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "errors_file": None if job.errors_file is None else f"/api/jobs/{job.id}/errors",
        "result": job.result,
        "error": None if job.error is None else {"code": job.error["code"], "message": job.error["shown"]},
    }


OPERATIONS = (
    Operation(method="GET", path="/api/jobs/{id}", run=read_one, summary="How far a job is", answer=JOB),
    Operation(method="DELETE", path="/api/jobs/{id}", run=cancel_one, summary="Cancel a job", answer=JOB),
)
