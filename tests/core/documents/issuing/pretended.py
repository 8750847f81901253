"""Rendering as tests pretend it: the number as bytes, after a moment, or a refusal; and a process that issues documents
until it is killed: run as a module with the home and the database."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from core.access.login import load_actor
from core.documents.issuing import issue as issuing
from core.documents.issuing import preparing
from core.documents.issuing.issue import issue
from core.documents.issuing.order import Order
from core.documents.issuing.preparing import Draft
from core.errors import KubikError
from core.storage.workspace import Workspace
from metamodel.messages import message
from tests.sites import settings

ADMIN, HELEN, MARK, NINA = 1, 2, 3, 4
INVOICE = Order(type="invoice", formats=("pdf",))


class Pretended:
    """``fails`` is asked at each call (they are counted) whether the template has a fault, or its process died."""

    def __init__(self, seconds: float = 0.004) -> None:
        self.seconds = seconds
        self.fails: Callable[[int], bool] = lambda call: False
        self.before: Callable[[Draft], None] = lambda draft: None
        self.calls = 0
        self._guard = threading.Lock()

    def __call__(self, draft: Draft, workspace: Workspace, **_: object) -> dict[str, bytes]:
        with self._guard:
            self.calls += 1
            call = self.calls
        self.before(draft)
        time.sleep(self.seconds)
        if self.fails(call):
            raise KubikError("KBK9000", message("its process died"))
        return {format: f"{draft.name} {call}".encode() for format in draft.templates}


def main(home: str, database_url: str) -> None:
    """Say the number of each document once it is durable; four at once, for ever."""
    setattr(issuing, "render", Pretended(0.001))  # noqa: B010
    preparing.formats_of = lambda workspace, type_: ("docx", "pdf") if type_.template("docx") else ("pdf",)
    workspace = Workspace.open(settings(database_url, Path(home)))

    def work(record: int) -> None:
        while True:
            made = issue(workspace, lambda tx: load_actor(tx, MARK), INVOICE, record)
            print(made.number, flush=True)

    for record in (1, 2, 3, 1):
        threading.Thread(target=work, args=(record,)).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
