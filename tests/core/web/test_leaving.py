"""Whoever goes away while something long is asked for them ends it, by a page and by the API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.renderers.surfing import sign_in
from tests.sites import Site

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000000) SELECT max(i) FROM n"  # fmt: skip


def leave_early(
    site: Site, begun: Callable[[], bool], method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> list[Any]:
    """What is sent to a client that goes away as soon as what it asks has begun."""
    sent: list[Any] = []

    async def ask() -> None:
        events = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if events:
                return events.pop()
            while not begun():
                await asyncio.sleep(0.01)
            return {"type": "http.disconnect"}

        async def send(event: Any) -> None:
            sent.append(event)

        path_, _, query = path.partition("?")
        scope = {
            "type": "http", "method": method, "path": path_, "raw_path": path_.encode(), "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()], "scheme": "http",
            "client": ("127.0.0.1", 1), "server": ("testserver.local", 80), "http_version": "1.1", "root_path": "",
            "app": site.application, "litestar_app": site.application, "state": {}, "extensions": {},
        }  # fmt: skip
        await site.application(scope, receive, send)

    asyncio.run(ask())
    return sent


def test_a_pivot_ends_when_its_client_leaves(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    surfer = sign_in(site, "admin")
    cookies = "; ".join(f"{name}={value}" for name, value in surfer.jar.items())
    begun: list[str] = []

    def ask(tx: Any, *_: Any) -> None:
        begun.append(tx.dialect)
        tx.connection.connection.dbapi_connection.execute(LONG).fetchall()
        begun.append("ended by itself")

    monkeypatch.setattr("core.query.pivot.gathering.ask", ask)
    page = leave_early(
        site,
        lambda: len(begun) == 1,
        "GET",
        "/e/deal/report?rows=stage",
        {"cookie": cookies, "host": "testserver.local"},
    )
    given = {"authorization": f"Bearer {site.tokens['admin']}", "content-type": "application/json"}
    body = json.dumps({"entity": "deal"}).encode()
    called = leave_early(site, lambda: len(begun) == 2, "POST", "/api/pivot", given, body)
    assert (page, called) == ([], [])
    assert begun == [site.workspace.database.dialect] * 2
    monkeypatch.undo()
    assert site.post("/api/pivot", {"entity": "deal"}).json()["grand_total"] == [0]
