"""`kubik bench search`: what a search takes of the database, for words of every frequency and for people of every reach."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

from bench.cpu import cpu_clock
from bench.installation import Installation
from bench.measure import BLOCK, Results, head
from core.access.actor import Actor
from core.query import read
from core.query.query import Query
from core.query.searching.everywhere import overview, searchable
from core.records.indexing.job import rebuild, run_index
from core.records.indexing.texts import search_rows
from core.records.statements import load
from core.storage.search.writing import forget_rows, insert_rows
from core.storage.workspace import Transaction

LIMIT = 50.0
"""Milliseconds of the database that a search may take."""

WRITE_LIMIT = 40.0
"""Microseconds of a record that the index may take where many are written at once."""

DEALS = {
    "nothing": "абракадабра",
    "a rare number": "123456",
    "a part of a number": "00777",
    "words, few together": "стеллажи 4321",
    "a middling part": "123",
    "two words, each frequent": "мезонин стеллажи",
    "a very frequent word": "стеллажи",
    "a form of a very frequent word": "стеллажами",
    "a part of a very frequent word": "еллаж",
    "by the company, very frequent": "ооо",
    "two letters": "ре",
    "two letters, rare": "12",
    "one letter": "м",
    "the other layout": "vtpjyby",
}
COMPANIES = {
    "a phone in digits": "79000000123",
    "a phone as it is typed": "8 (900) 000-01-23",
    "a part of a phone": "000123",
    "a legal form": "ИП",
    "a name": "ООО «Ёмкости 123»",
}
PEOPLE = {"administrator": 1.0, "few rows": 1.0, "no rows": 1.0, "many rows": None}
"""The limits; somebody with a tenth of all rows pays for thousands of shares at every row."""
TIMES = 3


def run(installation: Installation, results: Results) -> None:
    """Measure on one installation; its index is made first where it was loaded without one."""
    _indexed(installation)
    head(f"search on {installation.dialect}, {installation.size.deals:,} deals, CPU", theirs="limit")
    for person, limit in PEOPLE.items():
        actor = installation.actor(person)
        for entity, texts in (("deal", DEALS), ("company", COMPANIES)):
            for name, text in texts.items():
                results.add(
                    f"{entity}, {name}: {person}", _page(installation, actor, entity, text), LIMIT, limit
                )
    administrator = installation.actor("administrator")
    for name, text in (("a rare word", "123456"), ("a very frequent word", "стеллажи")):
        results.add(f"everywhere, {name}", _everywhere(installation, administrator, text), LIMIT, 2.0)
    results.add("a record written to the index", _written(installation), WRITE_LIMIT, 1.0, "us")


def _indexed(installation: Installation) -> None:
    workspace = installation.workspace
    with workspace.read() as tx:
        uids = tuple(tx.model.entities[name].uid for name in ("deal", "company"))
        place = tx.searched[uids[0]]
        known = tx.connection.execute(place.table.select().limit(1)).first()
    if known is None or not place.indexed:
        started = time.perf_counter()
        rebuild(workspace, uids)
        run_index(workspace)
        print(
            f"  the index of deals and companies was made in {time.perf_counter() - started:.0f} s",
            flush=True,
        )


def _page(installation: Installation, actor: Actor, entity: str, text: str) -> float:
    """Reading the first page of a list, newest first, with what decides how it is found."""

    def ask() -> None:
        with installation.workspace.read() as tx:
            read(tx, actor, Query(entity=entity, fields=("id",), search=text))

    return _cost(installation, ask)


def _everywhere(installation: Installation, actor: Actor, text: str) -> float:
    def ask() -> None:
        with installation.workspace.read() as tx:
            overview(tx, actor, text, searchable(tx, actor), 5)

    return _cost(installation, ask)


def _cost(installation: Installation, ask: Callable[[], None]) -> float:
    """CPU milliseconds of one call, in this process and in the server: what else the machine does is left out."""
    ask()
    clock = cpu_clock((os.getpid(), *installation.processes))
    found = []
    for _ in range(TIMES):
        start = clock()
        for _ in range(BLOCK):
            ask()
        found.append((clock() - start) * 1000 / BLOCK)
    return statistics.median(found)


def _written(installation: Installation) -> float:
    """Microseconds that a record's search row takes where a thousand are written together: its texts, and the row."""

    def write() -> float:
        def action(tx: Transaction) -> float:
            entity = tx.model.entities["deal"]
            place = tx.searched[entity.uid]
            stored = sorted(load(tx, entity, range(1, 1001)).items())
            top = 10**9
            began = time.process_time()
            rows = search_rows(tx, entity, place, stored)
            insert_rows(tx, place, [(top + record, texts) for record, texts in rows])
            taken = (time.process_time() - began) * 1e6 / max(len(stored), 1)
            forget_rows(tx, place, [top + record for record, _ in rows])
            return taken

        return installation.workspace.write(action)

    return statistics.median(write() for _ in range(5))
