"""A scanner of viruses over files that were sent, when the installation has one: a command that is given the path."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Literal

PATIENCE = 120
"""Seconds a scanner may take."""


def scan(command: str | None, path: Path) -> Literal["", "infected", "unscanned"]:
    """What speaks against a file: nothing when the command ends with 0, a find when with 1 (as `clamdscan` does).

    A scanner that cannot say is a reason, too: what was not looked at does not come in. Without a command nothing is asked.
    """
    if command is None:
        return ""
    try:
        status = subprocess.run(
            [*shlex.split(command), str(path)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE,
        ).returncode  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return "unscanned"
    return "" if status == 0 else "infected" if status == 1 else "unscanned"
