"""``kubik worker``: run background jobs apart from the server."""

from __future__ import annotations

import signal
import threading

import click

from core.cli.common import opened, say, settings
from core.web.background import make_worker
from core.web.log import configure_log
from metamodel.messages import message


@click.command(short_help="Run background jobs apart from the server.")
def worker() -> None:
    """Run background jobs until SIGTERM or Ctrl+C; a job that runs then is gone on with later."""
    given = settings()
    configure_log(given.log_level)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with opened(given) as workspace:
        running = make_worker(workspace)
        running.start()
        say(message("Background jobs are run."))
        ended.wait()
        running.stop()
