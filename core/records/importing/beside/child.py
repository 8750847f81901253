"""The second process: lines of the file are read and parsed in pieces as large as asked for, until nobody asks."""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import IO, Any

import sqlalchemy as sa

from core.records.columnar import MISSING, Foreseen, MadeAhead, made_of
from core.records.fill import defaulted
from core.records.importing.beside.errand import Errand, Piece
from core.records.importing.drafts import Fault, Parser
from core.records.importing.opening import task_of
from core.records.importing.planning import Plan, Planned, prepare
from core.records.importing.sheets import Sheet, parse_sheet, resolve_sheet
from core.records.importing.task import Import, LineOf
from core.records.importing.writing import parse_ahead
from core.records.indexing import lines_of_titles
from core.records.numbers import series_of
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.link import LinkKey


def main() -> None:
    """Take the errand and work until its sender is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    errand: Errand = pickle.load(sys.stdin.buffer)  # noqa: S301  it comes from the process that began this one
    try:
        with (
            closing(Workspace.open(errand.settings)) as workspace,
            task_of(workspace, errand.actor, errand.parameters, None) as task,
        ):
            _work(task, errand, answers)
    except (BrokenPipeError, FileNotFoundError):
        return  # the other process is gone, or does without
    finally:
        shutil.rmtree(errand.folder, ignore_errors=True)


def _work(task: Import, errand: Errand, answers: IO[bytes]) -> None:
    gc.freeze()  # between the pieces garbage is looked for, nowhere else: not in what was imported, nor in their rows
    gc.disable()
    rows: Iterator[LineOf] = islice(task.table.lines(), errand.position, None)
    parser, ahead = Parser(task.context, task.hints), Numbers(errand.position)
    for number, asked in enumerate(iter(sys.stdin.buffer.readline, b"")):
        piece = make_piece(task, parser, list(islice(rows, int(asked))), ahead)
        path = errand.folder / f"{number}.piece"
        with path.open("xb") as file:
            pickle.dump(piece, file, protocol=pickle.HIGHEST_PROTOCOL)
        del piece
        answers.write(f"{path.name}\n".encode())
        answers.flush()
        gc.collect()


class Numbers:
    """Numbers that the records of the lines will get."""

    def __init__(self, position: int) -> None:
        self._first = self._next = position
        self._foreseen = Foreseen()

    def add(self, tx: Transaction, task: Import, planned: Planned, piece: Piece) -> None:
        """Foresee those of a piece, unless rows that were read elsewhere come before it."""
        begin, self._next = self._next, self._next + piece.count
        assert piece.columns is not None
        job, faulty = tx.tables.own.job, {fault.line for fault in piece.faults}
        stored = tx.connection.execute(sa.select(job.c.done).where(job.c.id == task.actor.job)).scalar() or 0
        given = {c.field.name: at for at, c in enumerate(planned.columns) if c.field is not None}
        for series in series_of(planned.entity):
            at = given.get(str(series.options.get("by") or ""))
            source = [None] * piece.count if at is None else piece.columns[at]
            some = [value for row, value in enumerate(source) if row not in faulty] if faulty else source
            numbers: list[Any] = self._foreseen.numbers(tx, series, some, begin, stored)
            if stored >= self._first and not faulty:
                piece.made.of[series.uid] = made_of(tx.model, planned.entity, series, numbers)


def make_piece(task: Import, parser: Parser, lines: list[LineOf], numbers: Numbers) -> Piece:
    """These lines parsed, with everything that can be known of them before their transaction."""
    packed = pickle.dumps(lines, protocol=pickle.HIGHEST_PROTOCOL)
    with task.workspace.read() as tx:
        plan = prepare(tx, task)
        piece = Piece(version=tx.model.version, count=len(lines), packed=packed, made=MadeAhead())
        sheet = parse_sheet(task, plan, parser, lines)
        if sheet is not None:
            if not sheet.faults:
                _find(tx, task, plan, sheet)
            piece.columns, piece.faults = sheet.columns, sheet.faults
            _make(tx, plan, piece)
            numbers.add(tx, task, plan.targets[0], piece)
            place = tx.searched.get(plan.targets[0].entity.uid)
            if place is not None:
                piece.made.join(place.layout)
            return piece
    ahead = parse_ahead(task, plan, parser, lines)
    if ahead is not None:
        piece.drafts, piece.faults = ahead.drafts, ahead.faults
    return piece


def _find(tx: Transaction, task: Import, plan: Plan, sheet: Sheet) -> None:
    """Put ids in place of names, if all are found: whoever writes looks at them again, and says what is wrong."""
    planned = plan.targets[0]
    faults: list[Fault] = []
    resolved = resolve_sheet(tx, task, planned, sheet, faults)
    if resolved is not None and not faults:
        sheet.columns = [resolved[c.field.name] for c in planned.columns if c.field is not None]


def _make(tx: Transaction, plan: Plan, piece: Piece) -> None:
    """Make what goes with the values of each column that is stored as it is."""
    planned = plan.targets[0]
    stage = planned.entity.stages.field if planned.entity.stages is not None else None
    defaults = defaulted(tx.model, planned.entity)
    assert piece.columns is not None
    for at, column in enumerate(planned.columns):
        field = column.field
        if field is None or field.uid == stage or field.read_only:
            continue
        values = piece.columns[at]
        if MISSING in values and defaults.get(field.uid) is None:
            values = piece.columns[at] = [None if value is MISSING else value for value in values]
        if field.target and not field.listed and not field.targets:
            led = {value for value in values if value.__class__ is int}
            piece.titles |= lines_of_titles(tx, planned.entity, field.uid, led)
        if MISSING not in values and not any(map(_is_open, values)):
            piece.made.of[field.uid] = made_of(tx.model, planned.entity, field, values)


def _is_open(value: object) -> bool:
    """Whether a value is a name that is still to be found."""
    if value.__class__ is tuple:
        return any(map(_is_open, value))
    return value.__class__ is LinkKey
