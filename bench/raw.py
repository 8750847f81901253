"""What a good engineer would write by hand for the same answers: SQL on the same tables, dicts, JSON, no framework.

An ASGI application of a few lines, served by the same server as Kubik, one connection a thread. It knows neither
rights nor the model's changes; it answers the same JSON, byte for byte, which the benchmarks check first.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import psycopg

from core.settings import read_settings
from core.storage.workspace import Workspace
from metamodel.model import Model

LIMIT = 50
FIELDS = (
    "number",
    "name",
    "company",
    "owner",
    "stage",
    "amount",
    "probability",
    "expected",
    "opened_on",
    "closes_on",
    "source",
)
"""The columns of the measured list: text, two links, two choices, money, a percent, a formula, two dates."""

encode = msgspec.json.Encoder(decimal_format="number").encode


class Names:
    """Physical names of tables and columns, as an engineer would read them off the database."""

    def __init__(self, model: Model, schema: str | None) -> None:
        self.model = model
        self.place = "" if schema is None else f'"{schema}".'

    def table(self, entity: str) -> str:
        return f'{self.place}"{self.model.entities[entity].table}"'

    def column(self, entity: str, field: str, prefix: str = "f") -> str:
        column = self.model.entities[entity].by_name[field].column
        return f'"{prefix}{column[1:]}"' if prefix != "f" else f'"{column}"'

    def choices(self, entity: str, field: str) -> dict[str, str]:
        return {choice.uid: choice.name for choice in self.model.entities[entity].by_name[field].choices}


def list_sql(names: Names, where: str, order: str, mark: str) -> str:
    """Ids of the page inside, everything else joined outside."""
    d = partial(names.column, "deal")
    chosen = ", ".join(
        f"d.{d(name)}"
        for name in ("number", "name", "stage", "amount", "probability", "opened_on", "closes_on", "source")
    )
    return (
        f"SELECT d.id, {chosen}, d.{d('company')}, c.{names.column('company', 'name')}, d.{d('owner')}, "
        f"u.{names.column('user', 'name')} "
        f"FROM (SELECT id FROM {names.table('deal')} d WHERE d.deleted_at IS NULL{where} ORDER BY {order} LIMIT {mark}) p "
        f"JOIN {names.table('deal')} d ON d.id = p.id "
        f"LEFT JOIN {names.table('company')} c ON c.id = d.{d('company')} "
        f"LEFT JOIN {names.table('user')} u ON u.id = d.{d('owner')} "
        f"ORDER BY {order}"
    )


class Lists:
    """The measured lists by name, each a prepared text of SQL and the parameters it takes from the address."""

    def __init__(self, workspace: Workspace) -> None:
        with workspace.read() as tx:
            names = Names(tx.model, tx.tables.schema)
        self.sqlite = workspace.database.dialect == "sqlite"
        mark = "?" if self.sqlite else "%s"
        d = partial(names.column, "deal")
        k = partial(names.column, "deal", prefix="k")
        self.stage = names.choices("deal", "stage")
        self.source = names.choices("deal", "source")
        self.stage_uid = {name: uid for uid, name in self.stage.items()}
        closed = [f"'{self.stage_uid[name]}'" for name in ("won", "lost")]
        self.texts = {
            "id": list_sql(names, "", "d.id", mark),
            "newest": list_sql(names, "", "d.created_at DESC, d.id DESC", mark),
            "stage": list_sql(names, f" AND d.{d('stage')} = {mark}", "d.created_at DESC, d.id DESC", mark),
            "open": list_sql(
                names,
                f" AND d.{d('stage')} NOT IN ({', '.join(closed)}) AND d.{d('closes_on')} IS NOT NULL",
                f"d.{d('closes_on')}, d.id",
                mark,
            ),
            "closed": list_sql(
                names,
                f" AND d.{d('stage')} IN ({', '.join(closed)})",
                f"d.{d('closes_on')} DESC, d.id DESC",
                mark,
            ),
            "mine": list_sql(
                names, f" AND d.{d('owner')} = {mark}", f"d.{d('opened_on')} DESC, d.id DESC", mark
            ),
            "deep": list_sql(
                names,
                f" AND (d.created_at, d.id) < (SELECT created_at, id FROM {names.table('deal')} WHERE id = {mark})",
                "d.created_at DESC, d.id DESC",
                mark,
            ),
            "company": list_sql(
                names, f" AND d.{d('company')} = {mark}", "d.created_at DESC, d.id DESC", mark
            ),
            "closing": list_sql(
                names,
                f" AND d.{d('closes_on')} BETWEEN {mark} AND {mark}",
                f"d.{d('closes_on')}, d.id",
                mark,
            ),
            "name": list_sql(names, "", f"d.{k('name')}, d.id", mark),
            "owner": list_sql(names, f" AND d.{d('owner')} = {mark}", "d.created_at DESC, d.id DESC", mark),
        }
        self.url = workspace.settings.database
        self.local = threading.local()

    def rows(self, name: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = (
                sqlite3.connect(self.url.removeprefix("sqlite:///"))
                if self.sqlite
                else psycopg.connect(self.url, autocommit=True)
            )
        found: list[tuple[Any, ...]] = connection.execute(self.texts[name], parameters).fetchall()
        return found

    def answer(self, name: str, wanted: str | None) -> bytes:
        given: tuple[Any, ...] = ()
        if name == "stage":
            given = (self.stage_uid[wanted or "offer"],)
        elif name in ("owner", "mine", "company", "deep"):
            given = (int(wanted or 1),)
        elif name == "closing":
            given = tuple((wanted or "").split(","))
        rows = self.rows(name, (*given, LIMIT))
        item = self.item_sqlite if self.sqlite else self.item
        return encode({"items": [item(row) for row in rows], "next": None})

    def item(self, row: tuple[Any, ...]) -> dict[str, Any]:
        amount, chance = row[4], row[5]
        return {
            "id": row[0],
            "number": row[1],
            "name": row[2],
            "company": {"id": row[9], "title": row[10]},
            "owner": {"id": row[11], "title": row[12]},
            "stage": self.stage[row[3]],
            "amount": amount,
            "probability": chance,
            "expected": None if amount is None else amount * chance,
            "opened_on": row[6],
            "closes_on": row[7],
            "source": self.source[row[8]],
        }

    def item_sqlite(self, row: tuple[Any, ...]) -> dict[str, Any]:
        stored = list(row)
        stored[4] = None if row[4] is None else Decimal(row[4]).scaleb(-2)
        stored[5] = Decimal(row[5]).scaleb(-4)
        return self.item(tuple(stored))


def application() -> Callable[..., Any]:
    """The ASGI callable; settings from the environment, as Kubik's own."""
    lists = Lists(Workspace.open(read_settings()))
    pool = ThreadPoolExecutor(40)

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        given = dict(parse_qsl(scope["query_string"].decode()))
        body = await asyncio.get_running_loop().run_in_executor(
            pool, lists.answer, given["list"], given.get("value")
        )
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serve


def main() -> None:
    """Serve it on the port of ``KUBIK_BENCH_PORT``, by the same server with the same settings as Kubik."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "bench.raw:application",
        factory=True,
        port=int(os.environ["KUBIK_BENCH_PORT"]),
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
