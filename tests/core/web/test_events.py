"""The poller of the journal wakes whoever listens."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from core.errors import KubikError
from core.web.events import Poller


def test_listeners_wake_when_something_is_new_and_only_then() -> None:
    looks: list[bool] = [False, True, False, False, True]
    asked = 0

    def look() -> bool:
        nonlocal asked
        asked += 1
        return looks.pop(0) if looks else False

    async def run() -> None:
        with ThreadPoolExecutor(1) as executor:
            poller = Poller(look, executor, 0.01)
            assert await poller.wait(0, 0.05) == 0 and asked == 0, "nobody listens: nobody looks"
            with poller.listening(), poller.listening():
                assert await poller.wait(0, 5) == 1
                assert await poller.wait(1, 5) == 2
                assert await poller.wait(2, 0.05) == 2
                assert await poller.wait(0, 5) == 2, "what was missed is told at once"
            await asyncio.sleep(0.05)
            before = asked
            await asyncio.sleep(0.05)
            assert asked == before

    asyncio.run(run())


def test_a_database_that_is_away_does_not_end_the_poller() -> None:
    answers: list[bool | None] = [None, None, True]

    def look() -> bool:
        answer = answers.pop(0) if answers else False
        if answer is None:
            raise KubikError("KBK3013")
        return answer

    async def run() -> None:
        with ThreadPoolExecutor(1) as executor:
            poller = Poller(look, executor, 0.01)
            with poller.listening():
                assert await poller.wait(0, 5) == 1

    asyncio.run(run())
