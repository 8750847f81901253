"""`kubik bench export`: all deals as CSV, JSON and XLSX with ten columns, beside csv.writer over the rows of the driver."""

from __future__ import annotations

import csv
import io
import os
import resource
import tempfile
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from bench.installation import Installation
from bench.measure import Results, head
from core.query import Query
from core.query.exporting import Manner, begin_export
from core.query.exporting.known import exporters
from core.storage.workspace import Transaction

FIELDS = (
    "id", "name", "company", "owner", "stage", "amount", "probability", "opened_on", "closes_on", "created_at",
)  # fmt: skip
WANTED = 100_000
"""Rows a second of CSV and JSON."""

LIMITS = {"csv": 3.5, "json": 3.5, "xlsx": None}
"""Against csv.writer over bare rows, which writes no title of a company and no label of a stage. XLSX is zipped XML, ten
times as long as the CSV: what it costs beyond that is told, and has no limit of its own."""

MEMORY = 64.0
"""Megabytes that an export may add, whatever the number of rows."""


def run(installation: Installation, results: Results) -> None:
    """Measure on one installation, in this process, into a file of the disk."""
    head(
        f"export on {installation.dialect}, {installation.size.deals:,} deals, {len(FIELDS)} columns, in the order of ids"
    )
    rows = installation.size.deals
    with installation.workspace.read() as tx:
        bare = _timed(lambda file: _bare(tx, file))
        print(f"  {'csv.writer over rows of the driver':<58} {rows / bare:12,.0f} rows/s", flush=True)
        for format in exporters():
            for person in ("administrator", "head") if format.name == "csv" else ("administrator",):
                actor, written = installation.actor(person), [0]

                def write(
                    file: BinaryIO, format: Any = format, actor: Any = actor, written: Any = written
                ) -> None:
                    query = Query(entity="deal", fields=FIELDS, sort=("id",))
                    export = begin_export(tx, actor, query)
                    format.write(
                        export, file, Manner(language="ru", zone="Europe/Moscow"), lambda done, total: None
                    )
                    written[0] = export.written

                before = _peak()
                seconds = _timed(write)
                rate = written[0] / seconds if seconds else 0.0
                name = f"{format.name}, {person}: {rate:,.0f} rows/s"
                share = bare * written[0] / rows
                results.add(
                    name,
                    seconds * 1000,
                    max(share, 0.001) * 1000,
                    LIMITS.get(format.name) if written[0] == rows else None,
                )
                if format.name in ("csv", "json") and written[0] == rows:
                    results.add(f"{format.name}, beside {WANTED:,} rows a second", WANTED, rate, 1.0, "/s")
                results.add(
                    f"{format.name}, memory it added, beside {MEMORY:g} MB",
                    max(_peak() - before, 0.1),
                    MEMORY,
                    1.0,
                    "MB",
                )


def _timed(write: Callable[[BinaryIO], object]) -> float:
    """Seconds of this process's own work: the other core may be busy with anything."""
    with tempfile.TemporaryFile(dir=os.environ.get("KUBIK_BENCH_HOME")) as file:
        started = time.process_time()
        write(file)
        return time.process_time() - started


def _bare(tx: Transaction, file: BinaryIO) -> None:
    """The same columns as they are stored, by the driver and the csv module alone."""
    entity = tx.model.entities["deal"]
    names = ", ".join(f'"{entity.by_name[name].column}"' for name in FIELDS)
    place = f'"{tx.tables.schema}".' if tx.tables.schema else ""
    text = f'SELECT {names} FROM {place}"{entity.table}" WHERE deleted_at IS NULL ORDER BY id'
    driver: Any = tx.connection.connection.dbapi_connection
    cursor = driver.cursor() if tx.dialect == "sqlite" else driver.cursor(name="bench")
    cursor.execute(text)
    text_file = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text_file, delimiter=";")
    while rows := cursor.fetchmany(5_000):
        writer.writerows(rows)
    cursor.close()
    text_file.flush()
    text_file.detach()


def _peak() -> float:
    """The most memory the process had so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
