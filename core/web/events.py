"""The poller: one task a process that notices new rows of the journal and wakes the event streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from core.errors import KubikError
from core.history import positions
from core.storage.workspace import Workspace
from core.web.log import log

LOOK = 1000
"""Rows of the journal taken at one look."""

PERIOD = 1.0
"""Seconds between two looks at the journal; also the shortest time between two queries of one stream."""


class Poller:
    """Looks at the journal once a period while anybody listens, in one event loop.

    ``look`` says whether rows were committed since it was last asked. The poller knows nothing of rights: a stream
    that wakes asks `core.query` for what its reader may know.
    """

    def __init__(self, look: Callable[[], bool], executor: Executor, period: float = PERIOD) -> None:
        self._look = look
        self._executor = executor
        self.period = period
        self._listeners = 0
        self._task: asyncio.Task[None] | None = None
        self._tick = asyncio.Event()
        self.ticks = 0
        """How many times something new was seen."""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While inside, the journal is looked at."""
        self._listeners += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._poll())
        try:
            yield
        finally:
            self._listeners -= 1
            if not self._listeners and self._task is not None:
                self._task.cancel()
                self._task = None

    async def wait(self, seen: int, seconds: float) -> int:
        """Wait until something new was seen after ``seen`` ticks, at most so long; the ticks so far."""
        if self.ticks == seen:
            try:
                async with asyncio.timeout(seconds):
                    await self._tick.wait()
            except TimeoutError:
                pass  # nothing happened: the caller sends a sign of life
        return self.ticks

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                news = await loop.run_in_executor(self._executor, self._look)
            except KubikError as error:  # the database may be away for a while
                log.warning("events: the journal cannot be read", code=error.code)
                news = False
            except Exception as error:  # everybody who listens depends on this one task: it goes on
                log.error("fault in the poller of events", exc_info=error)
                news = False
            if news:
                self.ticks += 1
                self._tick.set()
                self._tick = asyncio.Event()
            await asyncio.sleep(self.period)


class JournalWatch:
    """Says whether the journal has grown: a reader with a position of its own."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._position: positions.Position | None = None

    def look(self) -> bool:
        """Whether rows were committed since the last look; the first one takes its place and does not know: yes."""
        with self._workspace.read() as transaction:
            if self._position is None:
                self._position = positions.present(transaction)
                return True
            portion = positions.read_journal(transaction, self._position, LOOK)
            self._position = portion.next
            return bool(portion.rows)
