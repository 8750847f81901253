"""The threads in which handlers run: one pool for requests, a small one for the event streams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from litestar.concurrency import set_asyncio_executor

REQUESTS = ThreadPoolExecutor(40, thread_name_prefix="request")
EVENTS = ThreadPoolExecutor(4, thread_name_prefix="events")

# At import, before any event loop runs: Litestar refuses it later, and asyncio's own default is cpu + 4.
set_asyncio_executor(REQUESTS)
