"""Events: a stream of what changed, for pages that show it (server-sent events, WHATWG HTML 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from core import query
from core.errors import KubikError
from core.history.positions import present
from core.query.changes import write_position
from core.web.caller import reading
from core.web.exchange import Answer, Call
from core.web.log import log
from core.web.operations import Operation
from core.web.parameters import names
from core.web.threads import EVENTS
from core.web.wire import encode
from renderers.api.changes import AFTER, ENTITIES

ALIVE = 15.0
"""Seconds after which a silent stream sends a comment, so that proxies keep it open."""

PAGE = 500

GONE = ("deleted", "erased")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one look brought: changes, and the position after them."""

    items: Sequence[dict[str, Any]]
    position: str


def look(call: Call, position: str | None) -> News:
    """The caller's changes after a position; no position is now. The caller is looked up anew each time."""
    entities = names(call.query, "entity")
    with reading(call) as (transaction, actor):
        if position is None:
            position = write_position(transaction, present(transaction))
        found = query.changes(transaction, actor, position, entities, PAGE)
        return News(items=found.items, position=found.next)


def events(call: Call) -> Answer:
    """The stream from now or `after`; `Last-Event-ID` goes on where it broke off. Listening is no use of a session: it idles."""
    call.attended = False
    return Answer(
        media_type=b"text/event-stream; charset=utf-8",
        headers=[(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")],
        stream=Stream(call),
    )


class Stream:
    """The pieces of one stream. The first look is made before the answer begins: a refusal is an ordinary error."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def begin(self) -> None:
        """Take the place in the journal, or refuse."""
        position = self._call.header(b"last-event-id") or self._call.query.get("after")
        self.news = await self._look(position or None)

    async def _look(self, position: str | None) -> News:
        return await asyncio.get_running_loop().run_in_executor(EVENTS, look, self._call, position)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        poller, metrics = self._call.site.poller, self._call.site.metrics
        news, seen = self.news, -1
        with poller.listening(), metrics.streams.track_inprogress():
            yield b"retry: 2000\nid: %b\n\n" % news.position.encode()
            while True:
                for piece in pieces(news):
                    yield piece
                if len(news.items) < PAGE:
                    ticks = await poller.wait(seen, ALIVE)
                    if ticks == seen:
                        yield b": alive\n\n"
                    seen = ticks
                try:
                    news = await self._look(news.position)
                except KubikError as error:
                    log.info("event stream ended", request_id=self._call.request_id, code=error.code)
                    return
                await asyncio.sleep(poller.period)


def pieces(news: News) -> list[bytes]:
    """One event a record, the last of its changes; the id of the last event is the position."""
    last = {(item["entity"], item["id"]): item for item in news.items}
    written = [
        encode({
            "seq": item["seq"],
            "entity": item["entity"],
            "id": item["id"],
            "change": "gone" if item["change"] in GONE else "changed",
        })
        for item in last.values()
    ]  # fmt: skip
    found = [b"data: %b\n\n" % data for data in written]
    if found:
        found[-1] = b"id: %b\n%b" % (news.position.encode(), found[-1])
    return found


OPERATIONS = (
    Operation(
        method="GET", path="/api/events", run=events, summary="Events as they happen (server-sent events)",
        parameters=(AFTER, ENTITIES), in_loop=True, answer={"type": "string", "contentMediaType": "text/event-stream"},
    ),
)  # fmt: skip
