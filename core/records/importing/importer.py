"""Import of a table into an entity, in chunks that commit rows and position together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.records.api import records_by_key, write_rows
from core.records.importing.columns import Column, fit_columns
from core.records.importing.reading import Line, Table, decode, read_table
from core.records.importing.report import LineError, Report
from core.records.marks import Origin, mark_origin
from core.records.shapes import Ready, Saved
from core.records.unique import unique_sets
from core.storage.workspace import Transaction, Workspace
from metamodel.errors import Problem, ValueRefused
from metamodel.fields.base import Context
from metamodel.fields.link import LinkKey
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from metamodel.text import fold

Mode = Literal["create", "update", "upsert"]
Progress = Callable[[int, int], None]
Checkpoint = Callable[[Transaction, Report], None]

LONGEST_CHUNK = 0.05
"""Seconds that one chunk holds the write lock, about."""

MOST_ROWS = 500

FEWEST_ROWS = 20
"""Even on a disk that is slow to commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is imported.

    ``mapping``: {column: field}, None leaves a column out; the rest fits by name or label. ``key``: the unique field
    (or `id`) that finds records for update and upsert. ``language`` is the one numbers, dates and labels are in.
    ``origin`` marks new records as brought by it.
    """

    mode: Mode = "create"
    key: str | None = None
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    delimiter: str | None = None
    language: str | None = None
    dry_run: bool = False
    origin: Origin | None = None


@dataclass(slots=True, kw_only=True)
class _Import:
    """An import in progress."""

    workspace: Workspace
    actor: Actor
    entity: str
    table: Table
    options: Options
    context: Context
    report: Report
    checkpoint: Checkpoint | None = None
    fitted: tuple[Model, tuple[Column, ...]] | None = None
    """The columns, and the model they were fitted under."""
    seen: dict[str, set[str]] = field(default_factory=dict)
    """In a dry run, which writes nothing: the unique values of rows that would be written."""


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
    task = _Import(
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
    task = _Import(workspace=workspace, actor=actor, entity=entity, table=table, options=options, context=context,
                   report=Report())  # fmt: skip
    with workspace.read() as tx:
        _prepare(tx, task)
    return table


def _text(source: Path | bytes | str) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    return decode(source.read_bytes() if isinstance(source, Path) else source)


def _run(task: _Import, progress: Progress | None) -> None:
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


def _write_chunk(task: _Import, chunk: Sequence[Line]) -> tuple[Report, float]:
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


def _prepare(tx: Transaction, task: _Import) -> tuple[Column, ...]:
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
    key = _key(entity, task.options)
    columns = fit_columns(tx.model, grants, entity, task.table.header, task.options.mapping)
    if key is not None and key.name != "id" and not any(c.field is key for c in columns):
        raise KubikError("KBK5002", message("the file has no column for the key “{field}”", field=key.label))
    task.fitted = tx.model, columns
    return columns


def _key(entity: Entity, options: Options) -> Field | None:
    if options.mode == "create":
        return None
    if options.key is None:
        raise KubikError("KBK2009", message("to update records, name the field that finds them (key)"))
    key = entity.by_name.get(options.key)
    if key is None or not (key.unique or key.name == "id"):
        raise KubikError("KBK2009", message("“{name}” is not a unique field", name=options.key[:100]))
    return key


def _write_lines(
    tx: Transaction, task: _Import, columns: tuple[Column, ...], lines: Sequence[Line], report: Report
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
            return


def _misshapen(task: _Import, line: Line, report: Report) -> bool:
    width = len(task.table.header)
    if len(line.cells) <= width or not any(cell.strip() for cell in line.cells[width:]):
        return False
    report.refused += 1
    why = message("the line has {count} values, the header {width}", count=len(line.cells), width=width)
    report.add(LineError(line=line.number, column="", code="KBK5001", message=why))
    return True


def _write_all(
    tx: Transaction, task: _Import, columns: tuple[Column, ...], lines: Sequence[Line], report: Report
) -> list[Saved]:
    entity = tx.model.entities[task.entity]
    key = _key(entity, task.options)
    records: list[int | None] = [None] * len(lines)
    problems: list[Problem] = []
    if key is not None:
        records = list(_find_records(tx, task, columns, entity, key, lines, problems))
    if task.options.dry_run:
        _seen_before(task, columns, tx.model, entity, lines, problems)
    if problems:
        raise KubikError(problems[0].code, errors=problems)
    items = [
        (record, _values(columns, line, new=record is None))
        for record, line in zip(records, lines, strict=True)
    ]
    return write_rows(tx, task.actor, task.entity, items, context=task.context)


def _find_records(
    tx: Transaction, task: _Import, columns: tuple[Column, ...], entity: Entity, key: Field, lines: Sequence[Line],
    problems: list[Problem],
) -> Iterator[int | None]:  # fmt: skip
    """The record each line is about, by the key; a line without one, or (update) without a record, is refused."""
    place = _place_of(task.table, columns, key, entity)
    values: list[Any] = []
    for number, line in enumerate(lines):
        raw = line.cells[place] if place < len(line.cells) else ""
        try:
            value = int(raw) if key.name == "id" and raw.strip().isascii() and raw.strip().isdigit() else (
                None if key.name == "id" else key.type.parse(key, raw, task.context))  # fmt: skip
        except ValueRefused as refusal:
            problems.append(
                Problem(pointer=f"/{number}/{key.name}", code=refusal.code, message=refusal.message)
            )
            value = None
        else:
            if value is None and task.options.mode == "update":
                problems.append(Problem(pointer=f"/{number}/{key.name}", code="KBK3001", message=message(
                    "“{field}” must be filled in", field=key.label)))  # fmt: skip
        values.append(value)
    found = records_by_key(
        tx, task.actor, entity, key, [v for v in values if v is not None], context=task.context
    )
    twice: set[int] = set()
    for number, value in enumerate(values):
        record = found.get(fold(value) if isinstance(value, str) else value)
        if record is None and value is not None and task.options.mode == "update":
            problems.append(Problem(pointer=f"/{number}/{key.name}", code="KBK2006", message=message(
                "there is no record “{value}”", value=str(value)[:100])))  # fmt: skip
        if record is not None and record in twice:
            problems.append(Problem(pointer=f"/{number}/{key.name}", code="KBK3007", message=message(
                "“{value}” stands in the file more than once", value=str(value)[:100])))  # fmt: skip
        twice.add(record or 0)
        yield record


def _place_of(table: Table, columns: tuple[Column, ...], key: Field, entity: Entity) -> int:
    column = next((c for c in columns if c.field is key), None)
    if column is not None:
        return column.place
    wanted = {fold(key.name), fold(key.label.ru or ""), fold(key.label.en or "")}
    place = next((n for n, name in enumerate(table.header) if fold(name) in wanted), None)
    if place is None:
        raise KubikError("KBK5002", message("the file has no column for the key “{field}”", field=key.label))
    return place


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
            values[column.field.name] = Ready(LinkKey(field=column.by.name, value=raw))
        else:
            values[column.field.name] = "" if empty else raw
    return values


def _note(
    task: _Import, columns: tuple[Column, ...], lines: Sequence[Line], refusal: KubikError, report: Report
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


def _count(tx: Transaction, task: _Import, saved: Sequence[Saved], report: Report) -> None:
    created = [each for each in saved if each.created]
    report.created += len(created)
    report.updated += sum(1 for each in saved if each.changed and not each.created)
    report.skipped += sum(1 for each in saved if not each.changed)
    if task.options.origin is not None:
        uid = tx.model.entities[task.entity].uid
        mark_origin(tx, task.options.origin, uid, dict.fromkeys((each.id for each in created), None))


def _seen_before(
    task: _Import, columns: tuple[Column, ...], model: Model, entity: Entity, lines: Sequence[Line],
    problems: list[Problem],
) -> None:  # fmt: skip
    """In a dry run: refuse values of unique fields that an earlier line of the file has."""
    for fields in unique_sets(model, entity):
        column = next((c for c in columns if len(fields) == 1 and c.field is fields[0]), None)
        if column is None or task.options.mode != "create":
            continue
        seen = task.seen.setdefault(fields[0].uid, set())
        for number, line in enumerate(lines):
            value = fold(line.cells[column.place]) if column.place < len(line.cells) else ""
            mark = f"{value}\0{line.number}"
            if value and value in seen and mark not in seen:
                problems.append(Problem(pointer=f"/{number}/{fields[0].name}", code="KBK3007", message=message(
                    "“{value}” stands in the file more than once", value=value[:100])))  # fmt: skip
            elif value:
                seen.update((value, mark))
