"""A job in steps: each in a transaction of its own that keeps its state, as large as lets nobody wait for long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from core.jobs.running import JobCancelled, Run
from core.jobs.sizes import Sizes
from core.storage.workspace import Transaction

Progress = Callable[[int, int | None], None]
"""Is told after each step what is dealt with, and of how many."""


class State(Protocol):
    """How far a job is."""

    @property
    def dealt(self) -> int: ...

    def written(self) -> dict[str, Any]: ...


S = TypeVar("S", bound=State)


def in_steps(
    run: Run,
    state: S,
    step: Callable[[Transaction, S, int], S | None],
    sizes: Sizes,
    progress: Progress | None = None,
) -> S:
    """The state at the end: ``step`` makes the next one with so many things, or None when nothing is left.

    Who cancels the job is told the state that it had reached.
    """
    size, began = sizes.first, 0.0

    def action(tx: Transaction) -> S | None:
        nonlocal began
        began = time.perf_counter()  # of the last try, which is the one that kept others waiting
        found = step(tx, state, size)
        if found is not None:
            run.keep(tx, found.written(), done=found.dealt)
        return found

    try:
        while (found := run.workspace.write(action)) is not None:
            state, size = found, sizes.following(size, time.perf_counter() - began)
            if progress is not None:
                progress(state.dealt, run.total)
    except JobCancelled as stopped:
        stopped.result = state.written()
        raise
    return state
