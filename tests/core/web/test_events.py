"""The poller of the journal wakes whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.errors import KubikError
from core.web.api import make_call, send_answer
from core.web.events import Poller
from core.web.exchange import Answer
from tests.sites import Site


def test_listeners_wake_when_something_is_new_and_only_then() -> None:
    looks: list[bool] = [False, True, False, False, True]
    asked = 0

    def look() -> bool:
        nonlocal asked
        asked += 1
        return looks.pop(0) if looks else False

    async def run() -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as executor:
            poller = Poller(look, executor, 0.01)
            assert await poller.wait(0, 0.05) == 0 and asked == 0, "nobody listens: nobody looks"
            with poller.listening(), poller.listening():
                assert await poller.wait(0, 60) == 1
                assert await poller.wait(1, 60) == 2
                assert await poller.wait(2, 0.05) == 2
                assert await poller.wait(0, 60) == 2, "what was missed is told at once"
            await loop.run_in_executor(executor, lambda: None)  # behind the look that was on its way
            before = asked
            await asyncio.sleep(0.05)
            assert asked == before

    asyncio.run(run())


@pytest.mark.parametrize("fault", [KubikError("KBK3013"), RuntimeError("nobody meant this")])
def test_a_database_that_is_away_does_not_end_the_poller(fault: Exception) -> None:
    answers: list[bool | None] = [None, None, True]

    def look() -> bool:
        answer = answers.pop(0) if answers else False
        if answer is None:
            raise fault
        return answer

    async def run() -> None:
        with ThreadPoolExecutor(1) as executor:
            poller = Poller(look, executor, 0.01)
            with poller.listening():
                assert await poller.wait(0, 60) == 1

    asyncio.run(run())


def test_a_stream_that_breaks_is_told_in_the_log(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        async def begin(self) -> None: ...

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"one"
            raise RuntimeError("nobody meant this")

    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    async def receive() -> Any:
        await asyncio.sleep(60)

    scope: Any = {"method": "GET", "path": "/api/events", "headers": [], "query_string": b""}
    call = make_call(site.application.site, scope, "request-1", "")
    asyncio.run(send_answer(call, Answer(stream=Broken()), send, receive))
    assert [event.get("body") for event in sent] == [None, b"one"], "broken off, not ended"
    told = capsys.readouterr()
    assert "nobody meant this" in told.out + told.err
