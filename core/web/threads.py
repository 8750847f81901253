"""The threads in which handlers run: one pool for requests, a small one for the event streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

from litestar.concurrency import set_asyncio_executor

REQUESTS = ThreadPoolExecutor(40, thread_name_prefix="request")
EVENTS = ThreadPoolExecutor(4, thread_name_prefix="events")
DOCUMENTS = ThreadPoolExecutor(4, thread_name_prefix="documents")
"""Documents are rendered elsewhere, one after another: whoever waits for one keeps no page waiting."""

# At import, before any event loop runs: Litestar refuses it later, and asyncio's own default is cpu + 4.
set_asyncio_executor(REQUESTS)


class Slowly(Exception):
    """What a handler begins and a thread of `DOCUMENTS` ends: ``rest`` gives the answer."""

    def __init__(self, rest: Callable[[], Any]) -> None:
        super().__init__()
        self.rest = rest


async def in_threads(threads: Executor, handler: Callable[..., Any], *arguments: Any) -> Any:
    """The answer of a handler that runs in one of these threads, and where it is `Slowly` ends in another."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(threads, handler, *arguments)
    except Slowly as begun:
        rest = begun.rest
    return await loop.run_in_executor(DOCUMENTS, rest)
