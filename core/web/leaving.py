"""Clients that go away while something long is asked for them: what is asked is ended, nobody would read the answer."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar.types import Receive

from core.storage.patience import NobodyWaits, Waiting
from core.web.threads import EVENTS

AGAIN = 0.1
"""Seconds between two attempts to end what is asked, until it is over and `Client.answered`."""


class Client:
    """Whoever sent one request, its body read: looked after from the moment something long begins, until `answered`."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._looking: asyncio.Task[None] | None = None
        self._answered = False
        self.waiting = Waiting(self._begins)

    def _begins(self) -> None:
        """Called in the thread that answers."""
        if self._looking is None:
            try:
                self._loop.call_soon_threadsafe(self._begin)
            except RuntimeError as error:  # the server has ended
                raise NobodyWaits from error

    def _begin(self) -> None:
        if self._looking is None and not self._answered:
            self._looking = self._loop.create_task(self._look())

    async def _look(self) -> None:
        while True:
            event: Any = await self._receive()
            if event["type"] == "http.disconnect":
                break
        while await self._loop.run_in_executor(EVENTS, self.waiting.leave):
            await asyncio.sleep(AGAIN)

    def answered(self) -> None:
        """The answer is made: whether it arrives is no longer looked at."""
        self._answered = True
        if self._looking is not None:
            self._looking.cancel()
