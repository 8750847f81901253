"""What a server is forked from: everything imported, every template compiled; its answers may come late."""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any

from core.web import serving
from core.web.starting import import_everything
from tests.thrift import compile_templates, save_work

LATE = float(os.environ.get("KUBIK_TEST_LATE", "0")) / 1000
"""Seconds at most that each request and each answer is on its way: later ones overtake earlier ones."""

save_work()
import_everything()
compile_templates()


def be_late() -> None:
    """Keep every request and every answer of the servers of this process back for a while."""
    made = serving.application

    def application() -> Any:
        inner = made()

        async def late(scope: Any, receive: Any, send: Any) -> None:
            async def answer(message: Any) -> None:
                if message["type"] == "http.response.start":
                    await asyncio.sleep(random.uniform(0, LATE))
                await send(message)

            if scope["type"] == "http":
                await asyncio.sleep(random.uniform(0, LATE))
            await inner(scope, receive, answer if scope["type"] == "http" else send)

        return late

    serving.application = application


if LATE:
    be_late()
