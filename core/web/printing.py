"""Actions that may issue documents: one that does keeps no page waiting while these are rendered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.documents.issuing.printing import Run, Unmade, attempt, finish
from core.storage.patience import Waiting
from core.storage.workspace import Workspace
from core.web.threads import Slowly

T = TypeVar("T")
A = TypeVar("A")


def printed(
    workspace: Workspace, run: Run[T], answer: Callable[[Callable[[], T]], A], waiting: Waiting | None
) -> A:
    """What ``answer`` makes of a run, which it calls; with documents to be rendered first it does so `Slowly`."""
    try:
        return answer(lambda: attempt(workspace, run))
    except Unmade as unmade:
        drafts = unmade.drafts
    raise Slowly(lambda: answer(lambda: finish(workspace, run, drafts, waiting)))
