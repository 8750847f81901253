"""`kubik bench import`: deals out of a CSV file through all checks, with journal and search rows, beside bare inserts.

The bare limit stores the very same rows of the three tables, everything in them known, by the quickest statement of the
driver (executemany, COPY). With `KUBIK_BENCH_PROFILE=1` the profile of the import follows.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from bench.cpu import cpu_clock, ended_below
from bench.installation import Installation
from bench.measure import Results, head
from core.records.importing import Report
from core.records.importing.importer import LONGEST_CHUNK
from core.records.importing.job import run_import
from core.records.importing.recipe import Fill, Recipe, Target
from core.records.takeback import run_take_back
from core.storage.loading import Column, load_columns, take_ids, written_already
from core.storage.workspace import Transaction

WANTED = 20_000
"""Rows a second."""

MOST = 200_000

MEMORY = 96.0
"""Megabytes that an import may add, whatever the number of rows."""

HEADER = ("name", "company", "amount", "stage", "opened_on", "closes_on", "source", "probability")

PAUSE = 1.0
"""Seconds until the server has ended what it did for the second process."""

KEPT = 50
"""Rows of the profile that are shown."""


def run(installation: Installation, results: Results) -> None:
    """Measure on one installation, in this process; what was imported is taken back."""
    count = max(2_000, min(MOST, installation.size.deals // 5))
    head(
        f"import on {installation.dialect}, {count:,} rows of {len(HEADER)} columns into {installation.size.deals:,} deals"
    )
    recipe = Recipe(
        targets=(Target(entity="deal", fields=tuple(Fill(column=name, field=name) for name in HEADER)),),
        language="ru",
    )
    with tempfile.TemporaryDirectory(prefix="kubik-import-") as folder:
        file = Path(folder, "deals.csv")
        with file.open("w", encoding="utf-8") as out:
            out.writelines(_lines(installation, count))
        clocks = _clocks(installation)
        report, seconds, spent, grown = _imported(installation, clocks, file, recipe)
        bare = installation.workspace.write(lambda tx: _bare(tx, report.job, clocks))
        rate, best = count / seconds, count / spent.least
        print(
            f"  {'rows a second: by the clock, at best on two free cores; wanted':<58} {rate:8,.0f} {best:12,.0f} {WANTED:12,}"
            f"  {'ok' if rate >= WANTED else 'SLOWER'}",
            flush=True,
        )
        each = (1e6 * part / count for part in (spent.writer, spent.beside, spent.server))
        print(
            "  {:<58} {:9.1f} µs {:9.1f} µs {:9.1f} µs".format(
                "CPU a row: who writes, who helps, server", *each
            )
        )
        results.add(
            "CPU of a thousand rows, beside plain inserts", spent.all * 1e6 / count, bare * 1e6 / count
        )
        results.add("the same of who writes and the server alone", (spent.writer + spent.server) * 1e6 / count,
                    bare * 1e6 / count)  # fmt: skip
        results.add("memory it took, MB, beside the limit", grown, MEMORY, limit=1.0, unit="MB")
        print(
            f"  {'one chunk keeps others waiting for about':<58} {LONGEST_CHUNK * 1000:12.0f} ms", flush=True
        )
        started = time.perf_counter()
        done = run_take_back(installation.workspace, installation.actor("administrator"), report.job)
        back = time.perf_counter() - started
        print(
            f"  {'taken back, rows a second':<58} {done.removed / back:12,.0f}  left {done.left_count}",
            flush=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds of CPU: of the process that writes, of the one beside it once that ended and of what the server did for it
    (and to tend its tables), of the server for who writes."""

    writer: float
    beside: float
    server: float

    @property
    def all(self) -> float:
        return self.writer + self.beside + self.server

    @property
    def least(self) -> float:
        """By the clock, on two cores that nobody else uses: who writes and its server take turns."""
        return max(self.writer + self.server, self.all / 2)

    def since(self, before: Spent) -> Spent:
        return Spent(
            writer=self.writer - before.writer, beside=self.beside - before.beside, server=self.server - before.server
        )  # fmt: skip


Clocks = Callable[[], Spent]


def _clocks(installation: Installation) -> Clocks:
    installation.workspace.write(lambda tx: None)  # a server has a process for each connection
    server = cpu_clock(installation.processes) if installation.processes else lambda: 0.0

    def used() -> Spent:
        own = os.times()
        return Spent(
            writer=own.user + own.system, server=server(),
            beside=own.children_user + own.children_system + ended_below(installation.processes),
        )  # fmt: skip

    return used


def _imported(
    installation: Installation, clocks: Clocks, file: Path, recipe: Recipe
) -> tuple[Report, float, Spent, float]:
    """The report, seconds, what CPU it took, megabytes by which the process grew."""
    actor = installation.actor("administrator")
    profile = cProfile.Profile(time.process_time) if os.environ.get("KUBIK_BENCH_PROFILE") else None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, before_it = time.perf_counter(), clocks()
    if profile is not None:
        profile.enable()
    report = run_import(installation.workspace, actor, "", file, name=file.name, recipe=recipe)
    if profile is not None:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(KEPT)
    seconds = time.perf_counter() - started
    time.sleep(PAUSE)
    spent = clocks().since(before_it)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if report.refused:
        raise SystemExit(f"bench: {report.refused} rows were refused: {report.errors[0]}")
    return report, seconds, spent, max(grown, 0.001)


def _lines(installation: Installation, count: int) -> Iterator[str]:
    chance, first = random.Random(5), installation.base
    yield ",".join(HEADER) + "\n"
    for n in range(count):
        company = chance.randrange(installation.size.companies) + 1
        stage, source = (
            chance.choice(("lead", "qualified", "offer")),
            chance.choice(("site", "call", "advice")),
        )
        yield (
            f"Поставка стеллажей {first + n},#{company},{n % 100_000}.50,{stage},2026-{1 + n % 12:02}-{1 + n % 28:02},"
            f"2027-01-{1 + n % 28:02},{source},20%\n"
        )


def _bare(tx: Transaction, job: int, clocks: Clocks) -> float:
    """Seconds of CPU to store the rows that the job made once more, everything known; they do not stay."""
    own, deal = tx.tables.own, tx.model.entities["deal"]
    place, searched = tx.tables[deal.uid], tx.searched.get(deal.uid)
    mine = own.journal.c.job == job, own.journal.c.entity == deal.uid
    record = own.journal.c.record
    first, last = tx.connection.execute(
        sa.select(sa.func.min(record), sa.func.max(record)).where(*mine)
    ).one()
    tables: list[tuple[sa.Table, Any]] = [(place.table, place.table.c.id), (own.journal, record)]
    if searched is not None:
        tables.append((searched.table, searched.table.c.id))
    stored = []
    for table, column in tables:
        kept = [c for c in table.columns if c.name not in ("seq", "tx")]
        chosen = mine if table is own.journal else (column.between(first, last),)
        rows = tx.connection.execute(sa.select(*kept).where(*chosen)).all()
        columns = [_texts(c, values) for c, values in zip(kept, zip(*rows, strict=True), strict=True)]
        stored.append((table, column.name, kept, columns))
    nested = tx.connection.begin_nested()
    before = clocks()
    fresh = list(take_ids(tx, place.table, len(stored[0][3][0])))
    for table, name, kept, columns in stored:
        load_columns(
            tx,
            table,
            [_column(c, fresh if c.name == name else v) for c, v in zip(kept, columns, strict=True)],
        )
    seconds = clocks().since(before).all
    nested.rollback()
    return seconds


def _texts(column: sa.Column[Any], values: Any) -> Any:
    """Documents as the texts that they are stored as."""
    return [msgspec.json.encode(v).decode() for v in values] if column.name == "diff" else values


def _column(column: sa.Column[Any], values: Any) -> Column:
    return written_already(column, values) if column.name == "diff" else (column, values)
