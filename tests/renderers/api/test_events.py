"""Events as they happen, from a real server process on each kind of database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.commands import Commands
from tests.conftest import Databases, Dialect
from tests.sites import Installed


class Reader:
    """Reads a stream of server-sent events."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.position = ""

    def next(self) -> dict[str, Any] | None:
        """The next event with data; None at the end of the stream."""
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.position = value
            elif name == "data":
                found: dict[str, Any] = json.loads(value)
                return found
        return None

    def begin(self) -> None:
        """Wait for the first position."""
        while not self.position:
            name, _, value = next(self._lines).partition(": ")
            if name == "id":
                self.position = value


@contextmanager
def events(address: str, token: str, query: str = "", after: str = "") -> Iterator[Reader]:
    headers = {"authorization": f"Bearer {token}", **({"last-event-id": after} if after else {})}
    with httpx.stream("GET", f"{address}/api/events{query}", headers=headers, timeout=20) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        reader = Reader(stream.iter_lines())
        reader.begin()
        yield reader


def test_a_page_learns_of_changes_that_its_reader_may_see(
    dialect: Dialect, installed: Installed, fresh_database: Databases, tmp_path: Path
) -> None:
    template, tokens = installed(dialect)
    kubik = Commands(tmp_path / "home", fresh_database(dialect, template=template))
    kubik.environment["KUBIK_SECRET_KEY"] = "0" * 32

    def write(method: str, path: str, who: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {tokens[who]}"}
        answer = httpx.request(method, f"{address}{path}", json=body, headers=headers, timeout=20)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    with kubik.served() as (address, _):
        with (
            events(address, tokens["mark"], "?entity=deal") as mine,
            events(address, tokens["nina"]) as others,
        ):
            deal = write("POST", "/api/records/deal", "mark", {"name": "Racks"})
            write("POST", "/api/records/company", "admin", {"name": "Seen by both"})
            event = mine.next()
            assert event is not None and event == {
                **event,
                "entity": "deal",
                "id": deal["id"],
                "change": "changed",
            }
            assert set(event) == {"seq", "entity", "id", "change"}
            seen = others.next()
            assert seen is not None and seen["entity"] == "company"
            place = mine.position
        write("DELETE", f"/api/records/deal/{deal['id']}", "admin")
        for query, after in (("?entity=deal", place), (f"?entity=deal&after={place}", "")):
            with events(address, tokens["mark"], query, after) as again:
                gone = again.next()
                assert gone is not None and gone["change"] == "gone"
        wrong = httpx.get(
            f"{address}/api/events?entity=nope", headers={"authorization": f"Bearer {tokens['mark']}"}
        )
        assert wrong.status_code == 404
        with events(address, tokens["nina"]) as ended:
            assert kubik("user", "disable", "nina").returncode == 0
            while ended.next() is not None:  # until it ends: one that does not hangs, which is told
                pass
