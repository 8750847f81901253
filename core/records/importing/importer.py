"""Import of a table into an entity, in chunks that commit rows and position together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.records.api import write_rows
from core.records.importing.columns import Column, fit_columns
from core.records.importing.keys import find_records, refuse_doubles, remember_values
from core.records.importing.reading import Line, Table, decode, read_table
from core.records.importing.report import LineError, Report
from core.records.importing.task import Checkpoint, Import, Options, Progress, key_of
from core.records.marks import mark_origin
from core.records.shapes import Ready, Saved
from core.storage.workspace import Transaction, Workspace
from metamodel.errors import Problem
from metamodel.fields.base import Context
from metamodel.fields.link import LinkKey
from metamodel.fields.link_any import AnyName
from metamodel.messages import message
from metamodel.model import Field

LONGEST_CHUNK = 0.05
"""Seconds that one chunk holds the write lock, about."""

MOST_ROWS = 500

FEWEST_ROWS = 20
"""Even on a disk that is slow to commit."""


def import_file(
    workspace: Workspace, actor: Actor, entity: str, source: Path | bytes | str, options: Options | None = None,
    progress: Progress | None = None, *, checkpoint: Checkpoint | None = None, report: Report | None = None,
) -> Report:  # fmt: skip
    """Import a CSV file (a path, its bytes, or its text); refused lines are in the report, the others are written.

    ``checkpoint`` is called with each chunk's transaction before it commits: what it stores of the report says
    exactly which rows are in. ``report`` is such a state, to go on from. A file that cannot be read, a column that
    fits no field, or a missing right refuses the whole file before anything is written.
    """
    options = options or Options()
    table = read_table(_text(source), options.delimiter)
    total = sum(1 for _ in table.lines())
    context = Context(medium="csv", language=options.language or actor.language, zone=str(workspace.zone))
    task = Import(
        workspace=workspace, actor=actor, entity=entity, table=table, options=options, context=context,
        report=report or Report(dry_run=options.dry_run), checkpoint=checkpoint,
    )  # fmt: skip
    task.report.total = total
    with workspace.read() as tx:
        columns = _prepare(tx, task)
    task.report.passed_over = [(c.header, c.passed_over) for c in columns if c.passed_over is not None]
    _run(task, progress)
    return task.report


def check_file(
    workspace: Workspace, actor: Actor, entity: str, source: Path | bytes | str, options: Options
) -> Table:
    """The table of a file, all its lines legible and its columns fitted; refuses what refuses the whole file."""
    table = read_table(_text(source), options.delimiter)
    for _ in table.lines():
        pass
    context = Context(medium="csv", language=options.language or actor.language, zone=str(workspace.zone))
    task = Import(workspace=workspace, actor=actor, entity=entity, table=table, options=options, context=context,
                   report=Report())  # fmt: skip
    with workspace.read() as tx:
        _prepare(tx, task)
    return table


def _text(source: Path | bytes | str) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    return decode(source.read_bytes() if isinstance(source, Path) else source)


def _run(task: Import, progress: Progress | None) -> None:
    rows = islice(task.table.lines(), task.report.position, None)
    size = 100
    while chunk := list(islice(rows, size)):
        task.report, spent = _write_chunk(task, chunk)
        size = max(FEWEST_ROWS, min(MOST_ROWS, int(size * min(2.0, LONGEST_CHUNK / max(spent, 0.001)))))
        if progress is not None:
            progress(task.report.position, task.report.total)


class _DryRun(Exception):
    """Takes the outcome of a chunk out of a transaction that must not commit."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__()


def _write_chunk(task: Import, chunk: Sequence[Line]) -> tuple[Report, float]:
    """Write a chunk in one transaction with its position; lines that are refused do not hold up the others.

    The state after it, and for how many seconds it kept other writers waiting.
    """
    began = time.perf_counter()

    def action(tx: Transaction) -> Report:
        nonlocal began
        began = time.perf_counter()
        report = replace(task.report, errors=list(task.report.errors))
        columns = _prepare(tx, task)
        _write_lines(tx, task, columns, chunk, report)
        report.position += len(chunk)
        if task.checkpoint is not None:
            task.checkpoint(tx, report)
        if task.options.dry_run:
            raise _DryRun(report)
        return report

    try:
        report = task.workspace.write(action)
    except _DryRun as outcome:
        report = outcome.report
    return report, time.perf_counter() - began


def _prepare(tx: Transaction, task: Import) -> tuple[Column, ...]:
    """The columns under the model and rights in force; they are fitted again when the model changed."""
    if task.fitted is not None and task.fitted[0] is tx.model:
        return task.fitted[1]
    grants = grants_of(tx.model, task.actor)
    entity = tx.model.entities.get(task.entity)
    if entity is None or not any(grants.may(entity.uid, each) for each in ("read", "create", "update")):
        raise KubikError("KBK2006", message("there is no entity “{name}”", name=task.entity[:100]))
    needed = {"create": ("create",), "update": ("update",), "upsert": ("create", "update")}[task.options.mode]
    for action in ("import", *needed):
        if not grants.may(entity.uid, action):
            raise KubikError("KBK4002", message("{entity}: you may not import records", entity=entity.label))
    key = key_of(grants, entity, task.options)
    brought = task.options.origin is not None
    columns = fit_columns(tx.model, grants, entity, task.table.header, task.options.mapping, brought=brought)
    if key is not None and key.name != "id" and not any(c.field is key for c in columns):
        raise KubikError("KBK5002", message("the file has no column for the key “{field}”", field=key.label))
    task.fitted = tx.model, columns
    return columns


def _write_lines(
    tx: Transaction, task: Import, columns: tuple[Column, ...], lines: Sequence[Line], report: Report
) -> None:
    """Write what can be written: faults found together are taken out together, then the rest is tried again.

    Lines that link to records of the same entity go one by one, so that they find those of the lines above.
    """
    entity = tx.model.entities[task.entity]
    if len(lines) > 1 and any(c.field is not None and c.field.target == entity.uid for c in columns):
        for line in lines:
            _write_lines(tx, task, columns, [line], report)
        return
    good = [line for line in lines if not _misshapen(task, line, report)]
    while good:
        nested = tx.connection.begin_nested()
        try:
            saved = _write_all(tx, task, columns, good, report)
        except KubikError as refusal:
            nested.rollback()
            faulty = _note(task, columns, good, refusal, report)
            if not faulty and len(good) > 1:  # a fault without a place: look for it by halves
                for half in (good[: len(good) // 2], good[len(good) // 2 :]):
                    _write_lines(tx, task, columns, half, report)
                return
            good = [line for line in good if line.number not in faulty] if faulty else []
        else:
            nested.commit()
            _count(tx, task, saved, report)
            if task.options.dry_run:
                remember_values(task, columns, tx.model, tx.model.entities[task.entity], good)
            return


def _misshapen(task: Import, line: Line, report: Report) -> bool:
    width = len(task.table.header)
    if len(line.cells) <= width or not any(cell.strip() for cell in line.cells[width:]):
        return False
    report.refused += 1
    why = message("the line has {count} values, the header {width}", count=len(line.cells), width=width)
    report.add(LineError(line=line.number, column="", code="KBK5001", message=why))
    return True


def _write_all(
    tx: Transaction, task: Import, columns: tuple[Column, ...], lines: Sequence[Line], report: Report
) -> list[Saved]:
    entity = tx.model.entities[task.entity]
    key = key_of(grants_of(tx.model, task.actor), entity, task.options)
    records: list[int | None] = [None] * len(lines)
    problems: list[Problem] = []
    if key is not None:
        records = list(find_records(tx, task, columns, entity, key, lines, problems))
    if task.options.dry_run:
        refuse_doubles(task, columns, tx.model, entity, lines, problems)
    if problems:
        raise KubikError(problems[0].code, errors=problems)
    items = [
        (record, _values(columns, line, new=record is None))
        for record, line in zip(records, lines, strict=True)
    ]
    brought = task.options.origin is not None
    return write_rows(tx, task.actor, task.entity, items, context=task.context, brought=brought)


def _values(columns: tuple[Column, ...], line: Line, *, new: bool) -> dict[str, Any]:
    """The cells of a line by field; an empty cell of a new record leaves its default, of a known one empties it."""
    values: dict[str, Any] = {}
    for column in columns:
        if column.field is None or column.place >= len(line.cells):
            continue
        raw = line.cells[column.place]
        empty = not raw.strip()
        if empty and new:
            continue
        if column.by is not None and not empty:
            values[column.field.name] = _keyed(column.field, column.by, raw)
        else:
            values[column.field.name] = "" if empty else raw
    return values


def _keyed(field: Field, by: Field, raw: str) -> Any:
    """A link by a field of what it leads to; to any record with the entity before it: ``deal:Racks``."""
    if not field.targets:
        return Ready(LinkKey(field=by.name, value=raw))
    entity, colon, value = raw.partition(":")
    key = LinkKey(field=by.name, value=value.strip())
    return Ready(AnyName(entity=entity.strip(), key=key)) if colon else raw


def _note(
    task: Import, columns: tuple[Column, ...], lines: Sequence[Line], refusal: KubikError, report: Report
) -> set[int]:
    """Put the faults into the report, by line and column; the numbers of the lines at fault."""
    headers = {c.field.name: c.header for c in columns if c.field is not None}
    faulty: set[int] = set()
    placed = [p for p in refusal.errors if p.pointer.startswith("/") and p.pointer.split("/")[1].isdigit()]
    for problem in placed:
        _, number, *rest = problem.pointer.split("/")
        line = lines[int(number)]
        name = rest[0].replace("~1", "/").replace("~0", "~") if rest else ""
        faulty.add(line.number)
        error = LineError(
            line=line.number, column=headers.get(name, name), code=problem.code, message=problem.message
        )
        report.add(error)
    if not faulty and len(lines) == 1:
        faulty.add(lines[0].number)
        report.add(LineError(line=lines[0].number, column="", code=refusal.code, message=refusal.detail))
    report.refused += len(faulty)
    return faulty


def _count(tx: Transaction, task: Import, saved: Sequence[Saved], report: Report) -> None:
    created = [each for each in saved if each.created]
    report.created += len(created)
    report.updated += sum(1 for each in saved if each.changed and not each.created)
    report.skipped += sum(1 for each in saved if not each.changed)
    if task.options.origin is not None:
        uid = tx.model.entities[task.entity].uid
        mark_origin(tx, task.options.origin, uid, dict.fromkeys((each.id for each in created), None))
