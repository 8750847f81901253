"""What rows carry, brought about here and now, as a worker would."""

from __future__ import annotations

from core.jobs.jobs import start_job
from core.jobs.running import begin_here
from core.records.carrying import CARRY, carry_job
from core.storage.workspace import Workspace


def carry_now(workspace: Workspace) -> None:
    """Run the job in this process."""
    run = begin_here(workspace, lambda tx: start_job(tx, CARRY, {}, by=None))
    run.finish("done", result=carry_job(run).result)
