"""A process that works on one job and dies in the middle of a write: run as a module with the home, the database and when."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import sqlalchemy as sa

from core.jobs.running import Run, take
from core.records.erasing import KIND, erase_job
from core.records.handover import HANDOVER, handover_job
from core.settings import Settings
from core.storage.workspace import Workspace

WORK = {KIND: erase_job, HANDOVER: handover_job}


class Mortal(Workspace):
    """A workspace whose process is killed when one write more than ``left`` is about to be committed."""

    left = 0

    def _commit(self, connection: sa.Connection) -> None:
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        super()._commit(connection)


def main(home: str, database_url: str, key: str, number: str, left: str) -> None:
    """Go on with the job, ``left`` writes far."""
    settings = Settings(
        home=Path(home), database_url=database_url, secret_key=bytes.fromhex(key), time_zone="Europe/Moscow"
    )
    workspace = Mortal.open(settings)
    assert isinstance(workspace, Mortal)
    workspace.left = int(left)
    job = workspace.write(lambda tx: take(tx, int(number), f"mortal {os.getpid()}"))
    WORK[job.kind](Run(workspace, job, f"mortal {os.getpid()}"))


if __name__ == "__main__":
    main(*sys.argv[1:])
