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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from bench.cpu import Clock, cpu_clock
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
        clock = _clock(installation)
        report, seconds, cpu, grown = _imported(installation, clock, file, recipe)
        bare = installation.workspace.write(lambda tx: _bare(tx, report.job, clock))
        rate = count / seconds
        print(
            f"  {'rows a second: wall, CPU of all processes; wanted':<58} {rate:12,.0f} {count / cpu:12,.0f} {WANTED:12,}"
            f"  {'ok' if rate >= WANTED else 'SLOWER'}",
            flush=True,
        )
        results.add("CPU of a thousand rows, beside bare inserts", cpu * 1e6 / count, bare * 1e6 / count)
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


def _clock(installation: Installation) -> Clock:
    """CPU of this process, threads made later included, and of its database."""
    installation.workspace.write(lambda tx: None)  # a server has a process for each connection
    if not installation.processes:
        return time.process_time
    server = cpu_clock(installation.processes)
    return lambda: time.process_time() + server()


def _imported(
    installation: Installation, clock: Clock, file: Path, recipe: Recipe
) -> tuple[Report, float, float, float]:
    """The report, seconds, seconds of CPU of this process and the database, megabytes by which the process grew."""
    actor = installation.actor("administrator")
    profile = cProfile.Profile(time.process_time) if os.environ.get("KUBIK_BENCH_PROFILE") else None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, cpu = time.perf_counter(), clock()
    if profile is not None:
        profile.enable()
    report = run_import(installation.workspace, actor, "", file, name=file.name, recipe=recipe)
    if profile is not None:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(KEPT)
    seconds, cpu = time.perf_counter() - started, clock() - cpu
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if report.refused:
        raise SystemExit(f"bench: {report.refused} rows were refused: {report.errors[0]}")
    return report, seconds, cpu, max(grown, 0.001)


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


def _bare(tx: Transaction, job: int, clock: Clock) -> float:
    """Seconds of CPU to store the rows that the job made once more, everything known; they do not stay."""
    own, deal = tx.tables.own, tx.model.entities["deal"]
    place, searched = tx.tables[deal.uid], tx.searched.get(deal.uid)
    ids = sa.select(own.journal.c.record).where(own.journal.c.job == job)
    tables: list[tuple[sa.Table, Any]] = [
        (place.table, place.table.c.id),
        (own.journal, own.journal.c.record),
    ]
    if searched is not None:
        tables.append((searched.table, searched.table.c.id))
    stored = []
    for table, column in tables:
        kept = [c for c in table.columns if c.name not in ("seq", "tx")]
        rows = tx.connection.execute(sa.select(*kept).where(column.in_(ids))).all()
        columns = [_texts(c, values) for c, values in zip(kept, zip(*rows, strict=True), strict=True)]
        stored.append((table, column.name, kept, columns))
    nested = tx.connection.begin_nested()
    started = clock()
    fresh = list(take_ids(tx, place.table, len(stored[0][3][0])))
    for table, name, kept, columns in stored:
        load_columns(
            tx,
            table,
            [_column(c, fresh if c.name == name else v) for c, v in zip(kept, columns, strict=True)],
        )
    seconds = clock() - started
    nested.rollback()
    return seconds


def _texts(column: sa.Column[Any], values: Any) -> Any:
    """Documents as the texts that they are stored as."""
    return [msgspec.json.encode(v).decode() for v in values] if column.name == "diff" else values


def _column(column: sa.Column[Any], values: Any) -> Column:
    return written_already(column, values) if column.name == "diff" else (column, values)
