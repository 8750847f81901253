"""An export on its way to a client: it is written into a file as fast as the database gives it, and sent as it grows.

So a slow client keeps no snapshot of the database open, and the memory stays the same however much it is.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, cast

EXPORTS = ThreadPoolExecutor(4, thread_name_prefix="export")
"""Exports made at once in a process; further ones wait for their turn."""

PIECE = 256 * 1024


class ClientLeft(Exception):
    """Nobody waits for the export any more."""


Produce = Callable[[BinaryIO, Callable[[int, int], None]], None]
"""Writes the whole into a file, calling what it is given with how far it is."""


class Following:
    """A stream (`core.web.exchange.Stream`) of what a thread writes meanwhile."""

    def __init__(self, produce: Produce) -> None:
        self._produce = produce
        self._guard = threading.Lock()
        self._file: Any = tempfile.TemporaryFile()  # noqa: SIM115  # closed when both are done with it
        self._size = 0
        self._sent = 0
        self._left = False
        self._done = False
        self._fault: BaseException | None = None
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def begin(self) -> None:
        """Begin, and wait for the first piece: what is refused until then is an ordinary refusal."""
        self._loop = asyncio.get_running_loop()
        EXPORTS.submit(self._work)
        await self._more()
        if self._fault is not None:
            self._close()
            raise self._fault

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while True:
                piece = self._read()
                if piece:
                    yield piece
                elif self._fault is not None:
                    raise self._fault
                elif self._done:
                    return
                else:
                    await self._more()
        finally:
            self._left = True
            self._close()

    async def _more(self) -> None:
        """Until there is something to send, or nothing more to come."""
        while not (self._done or self._size > self._sent):
            await self._news.wait()
            self._news.clear()

    def write(self, data: bytes) -> int:
        """Called by who writes: add to the file."""
        with self._guard:
            if self._left:
                raise ClientLeft
            self._file.seek(0, 2)
            self._file.write(data)
            self._size += len(data)
        self._tell()
        return len(data)

    def _read(self) -> bytes:
        with self._guard:
            self._file.seek(self._sent)
            piece: bytes = self._file.read(min(PIECE, self._size - self._sent))
            self._sent += len(piece)
        return piece

    def _work(self) -> None:
        try:
            self._produce(cast(BinaryIO, self), self._heed)
        except ClientLeft:
            pass
        except BaseException as fault:  # whatever it is, who sends must know that the file is not whole
            self._fault = fault
        finally:
            self._done = True
            self._tell()
            self._close()

    def _heed(self, _done: int, _total: int) -> None:
        if self._left:
            raise ClientLeft

    def _tell(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    def _close(self) -> None:
        """Once the writer has ended and nobody reads on."""
        with self._guard:
            if self._done and (self._left or self._fault is not None and not self._sent):
                self._file.close()
