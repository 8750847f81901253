"""Import of a table into records, in chunks that commit rows and position together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from core.access.actor import Actor
from core.jobs.sizes import Sizes
from core.records.importing.chunks import Chunks, Parsed, parsed_of
from core.records.importing.drafts import Parser
from core.records.importing.hints import Hints
from core.records.importing.planning import Plan, prepare
from core.records.importing.reading import decode, read_table
from core.records.importing.recipe import Recipe
from core.records.importing.report import MOST_MATCHES, LineError, Report
from core.records.importing.sheets import Sheet, write_sheet
from core.records.importing.task import Checkpoint, Import, LineOf, Options, Progress, RowsOf
from core.records.importing.writing import Written, Wrote, write_lines
from core.records.marks import mark_origin
from core.storage.garbage import no_search
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context

LONGEST_CHUNK = 0.2
"""Seconds that one chunk holds the write lock, about."""

LARGE = 20_000
"""Rows of a file from which its chunks take memory for the indexes that they go into."""

SIZES = Sizes(fewest=200, first=100, most=8_000)
"""Rows of a chunk. Even on a busy machine or a disk that is slow to commit what each costs besides is a few milliseconds."""


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
    size = SIZES.first
    with Chunks(task) as chunks:
        while len((chunk := chunks.take(size))[0]):
            task.report, spent = _write_chunk(task, *chunk, meanwhile=partial(chunks.begin, size))
            size = SIZES.following(len(chunk[0]), spent, LONGEST_CHUNK)
            if progress is not None:
                progress(task.report.position, task.report.total)


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
            parsed = parsed_of(task, plan, parser, chunk)
        if isinstance(parsed, Sheet):
            written = write_sheet(tx, task, plan, parser, parsed)
        else:
            written = write_lines(tx, task, plan, parser, chunk, parsed)
        _count(tx, task, plan, written, report, chunk)
        report.position += len(chunk)
        if task.checkpoint is not None:
            task.checkpoint(tx, report)
        if task.dry_run:
            raise _DryRun(report)
        meanwhile()
        return report

    try:
        with no_search():
            report = task.workspace.write(action, bulk=task.report.total >= LARGE)
    except _DryRun as outcome:
        report = outcome.report
        if task.finder is not None:
            task.finder.forget()
    return report, time.perf_counter() - began


def _count(
    tx: Transaction, task: Import, plan: Plan, written: Written, report: Report, chunk: Sequence[LineOf]
) -> None:
    """Add what a chunk came to, faults in the order of its lines."""
    places = {id(line): at for at, line in enumerate(chunk)} if written.faults else {}
    by_line: dict[int, list[Wrote]] = {}
    for each in written.wrote:
        for at in each.draft.lines:
            by_line.setdefault(at, []).append(each)
        if task.dry_run and each.planned.keys and not each.created and len(report.matched) < MOST_MATCHES:
            line = written.lines[each.draft.lines[0]]
            report.matched.append((line.number, getattr(line, "sheet", ""), each.planned.called, each.id))
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
        count = len(plain.stored.ids)
        report.created += count
        report.made.setdefault(plain.planned.called, [0, 0, 0])[0] += count
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
        for record, uids in plain.stored.lacking.items():
            lacking.setdefault(plain.planned.entity.uid, {})[record] = " ".join(uids)
    for uid, records in origins.items():
        assert task.options.origin is not None
        mark_origin(tx, task.options.origin, uid, records)
    for uid, records in lacking.items():
        mark_origin(tx, "incomplete", uid, records)
        report.incomplete += len(records)
