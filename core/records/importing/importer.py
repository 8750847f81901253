"""Import of a table into records, in chunks that commit rows and position together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

from core.access.actor import Actor
from core.records.importing.drafts import Parser
from core.records.importing.hints import Hints
from core.records.importing.planning import Plan, make_plan
from core.records.importing.reading import decode, read_table
from core.records.importing.recipe import Recipe
from core.records.importing.report import LineError, Report
from core.records.importing.sheets import Sheet, parse_sheet, write_sheet
from core.records.importing.task import Checkpoint, Import, LineOf, Options, Progress, RowsOf
from core.records.importing.writing import Ahead, Written, Wrote, parse_ahead, write_lines
from core.records.marks import mark_origin
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context

LONGEST_CHUNK = 0.2
"""Seconds that one chunk holds the write lock, about."""

MOST_ROWS = 2000

FEWEST_ROWS = 200
"""Even on a busy machine or a disk that is slow to commit: what each chunk costs besides its rows is a few milliseconds."""


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
    task = make_task(workspace, actor, table, options, entity=entity, report=report, checkpoint=checkpoint)
    return run_task(task, total, progress)


def import_rows(
    workspace: Workspace, actor: Actor, rows: RowsOf, recipe: Recipe, total: int, progress: Progress | None = None, *,
    checkpoint: Checkpoint | None = None, report: Report | None = None,
) -> Report:  # fmt: skip
    """Import the rows of a file as a recipe says; the rest as `import_file`."""
    task = make_task(workspace, actor, rows, Options(), recipe=recipe, report=report, checkpoint=checkpoint)
    return run_task(task, total, progress)


def make_task(
    workspace: Workspace, actor: Actor, rows: RowsOf, options: Options, *, entity: str = "",
    recipe: Recipe | None = None, hints: Hints | None = None, report: Report | None = None,
    checkpoint: Checkpoint | None = None,
) -> Import:  # fmt: skip
    """An import that is not begun yet."""
    language = (recipe.language if recipe is not None else options.language) or actor.language
    context = Context(medium="csv", language=language, zone=str(workspace.zone))
    dry = options.dry_run if recipe is None else recipe.dry_run
    return Import(
        workspace=workspace, actor=actor, entity=entity, table=rows, options=options, context=context,
        recipe=recipe, hints=hints or (recipe.source if recipe is not None else None), report=report or Report(dry_run=dry), checkpoint=checkpoint,
    )  # fmt: skip


def run_task(task: Import, total: int, progress: Progress | None) -> Report:
    """Do the whole of it, from where its report stands."""
    task.report.total = total
    with task.workspace.read() as tx:
        plan = prepare(tx, task)
    task.report.passed_over = list(plan.passed_over)
    _run(task, progress)
    return task.report


def check_rows(task: Import) -> int:
    """How many lines there are, all legible and the columns fitted; refuses what refuses the whole file."""
    with task.workspace.read() as tx:
        prepare(tx, task)
    return sum(1 for _ in task.table.lines())


def _text(source: Path | bytes | str) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    return decode(source.read_bytes() if isinstance(source, Path) else source)


def _run(task: Import, progress: Progress | None) -> None:
    size = 100
    with _Reader(task) as reader:
        while (chunk := reader.take(size))[0]:
            task.report, spent = _write_chunk(task, *chunk, meanwhile=partial(reader.begin, size))
            size = len(chunk[0])
            size = max(FEWEST_ROWS, min(MOST_ROWS, int(size * min(2.0, LONGEST_CHUNK / max(spent, 0.001)))))
            if progress is not None:
                progress(task.report.position, task.report.total)


Parsed = Sheet | Ahead | None
"""A chunk parsed before its transaction begins; None when it is parsed in it."""


class _Reader:
    """Reads and parses chunks, the next one by a thread while the last one is being committed.

    Not earlier: the driver of SQLite lets go of the interpreter at each row, and a thread that calculates gives it back
    milliseconds later.
    """

    def __init__(self, task: Import) -> None:
        self._task = task
        self._rows = islice(task.table.lines(), task.report.position, None)
        self._parser = Parser(task.context, task.hints)
        self._thread = ThreadPoolExecutor(1)
        self._next: Future[tuple[list[LineOf], Parsed]] | None = None

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()

    def begin(self, size: int) -> None:
        """Begin with the next chunk, unless that was done."""
        if self._next is None:
            self._next = self._thread.submit(self._read, size)

    def take(self, size: int) -> tuple[list[LineOf], Parsed]:
        """The next chunk, empty at the end of the file."""
        begun, self._next = self._next, None
        return self._read(size) if begun is None else begun.result()

    def _read(self, size: int) -> tuple[list[LineOf], Parsed]:
        lines = list(islice(self._rows, size))
        return lines, _parsed(self._task, self._parser, lines)


class _DryRun(Exception):
    """Takes the outcome of a chunk out of a transaction that must not commit."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__()


def _write_chunk(
    task: Import, chunk: Sequence[LineOf], parsed_ahead: Parsed, *, meanwhile: Callable[[], None]
) -> tuple[Report, float]:
    """Write a chunk in one transaction with its position; lines that are refused do not hold up the others.

    The state after it, and for how many seconds it kept other writers waiting. ``meanwhile`` is begun when nothing is
    left to do but to commit.
    """
    began = time.perf_counter()
    ahead = [parsed_ahead]

    def action(tx: Transaction) -> Report:
        nonlocal began
        began = time.perf_counter()
        report = task.report.copy()
        plan = prepare(tx, task)
        parsed = ahead.pop() if ahead else None  # a try that is done again parses again
        parser = Parser(task.context, task.hints)
        if parsed is None or parsed.plan is not plan:
            parsed = _parsed(task, parser, chunk)
        if isinstance(parsed, Sheet):
            written = write_sheet(tx, task, plan, parser, parsed)
        else:
            written = write_lines(tx, task, plan, parser, chunk, parsed)
        count(tx, task, plan, written, report, chunk)
        report.position += len(chunk)
        if task.checkpoint is not None:
            task.checkpoint(tx, report)
        if task.dry_run:
            raise _DryRun(report)
        meanwhile()
        return report

    try:
        report = task.workspace.write(action)
    except _DryRun as outcome:
        report = outcome.report
        if task.finder is not None:
            task.finder.forget()
    return report, time.perf_counter() - began


def _parsed(task: Import, parser: Parser, chunk: Sequence[LineOf]) -> Parsed:
    assert task.planned is not None
    plan = task.planned[1]
    return parse_sheet(task, plan, parser, chunk) or parse_ahead(task, plan, parser, chunk)


def prepare(tx: Transaction, task: Import) -> Plan:
    """The plan under the model and rights in force; it is made again when the model changed."""
    if task.planned is not None and task.planned[0] is tx.model:
        return task.planned[1]
    plan = make_plan(tx, task)
    task.planned = tx.model, plan
    return plan


def count(
    tx: Transaction, task: Import, plan: Plan, written: Written, report: Report, chunk: Sequence[LineOf]
) -> None:
    """Add what a chunk came to, faults in the order of its lines."""
    places = {id(line): at for at, line in enumerate(chunk)}
    by_line: dict[int, list[Wrote]] = {}
    for each in written.wrote:
        for at in each.draft.lines:
            by_line.setdefault(at, []).append(each)
        made = report.made.setdefault(each.planned.called, [0, 0, 0])
        made[0 if each.created else 1 if each.updated else 2] += 1
    for at in range(len(written.lines)):
        here = by_line.get(at, [])
        mine = [each for each in here if each.planned.called == plan.main] or here
        if any(each.created for each in mine):
            report.created += 1
        elif any(each.updated for each in mine):
            report.updated += 1
        else:
            report.skipped += 1
    for plain in written.plain:
        report.created += plain.count
        report.made.setdefault(plain.planned.called, [0, 0, 0])[0] += plain.count
    report.linked += written.made
    report.refused += len({id(line) for line, _ in written.faults})
    for line, fault in sorted(written.faults, key=lambda each: places[id(each[0])]):
        report.add(
            LineError(
                line=line.number, column=fault.column, code=fault.code, message=fault.message,
                sheet=getattr(line, "sheet", ""),
            )
        )  # fmt: skip
    _mark(tx, task, written, report)


def _mark(tx: Transaction, task: Import, written: Written, report: Report) -> None:
    origins: dict[str, dict[int, str | None]] = {}
    lacking: dict[str, dict[int, str | None]] = {}
    for each in written.wrote:
        uid = each.planned.entity.uid
        if each.created and task.options.origin is not None:
            origins.setdefault(uid, {})[each.id] = None
        if each.saved is not None and each.saved.lacking:
            lacking.setdefault(uid, {})[each.id] = " ".join(each.saved.lacking)
    for plain in written.plain:
        for saved in plain.saved:
            if saved.lacking:
                lacking.setdefault(plain.planned.entity.uid, {})[saved.id] = " ".join(saved.lacking)
    for uid, records in origins.items():
        assert task.options.origin is not None
        mark_origin(tx, task.options.origin, uid, records)
    for uid, records in lacking.items():
        mark_origin(tx, "incomplete", uid, records)
        report.incomplete += len(records)
