"""The lines of a file in chunks, read and parsed before they are written: by a thread, or by a second process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

import structlog

from core.records.importing.beside import Beside, Lost, Piece
from core.records.importing.drafts import Parser
from core.records.importing.planning import Plan
from core.records.importing.sheets import Sheet, parse_sheet
from core.records.importing.task import Import, LineOf
from core.records.importing.writing import Ahead, parse_ahead
from core.records.indexing import keep_lines

_LOG = structlog.get_logger()

WORTH = 30_000
"""Rows below which a second process takes longer to begin than it saves."""

BEFORE = 12_000
"""Rows that are read here while it begins, which takes as long as writing them."""

FIRST = 1_000
"""Rows that it is asked for first."""

Parsed = Sheet | Ahead | None
"""A chunk parsed before its transaction begins; None when it is parsed in it."""


class Chunks:
    """Reads and parses chunks. Of a large file a second process does it, while there is one; else a thread does, the next
    one while the last one is being committed.

    Not earlier: the driver of SQLite lets go of the interpreter at each row, and a thread that calculates gives it back
    milliseconds later.
    """

    def __init__(self, task: Import) -> None:
        self._task = task
        self._thread = ThreadPoolExecutor(1)
        self._next: Future[tuple[Sequence[LineOf], Parsed]] | None = None
        self._beside: Beside | None = None
        self._left: int | None = None
        """Rows that are still read here, None for all."""
        self._parser: tuple[Plan | None, Parser] = None, Parser(task.context, task.hints)
        self._rows: Iterator[LineOf] = iter(())

    def __enter__(self) -> Chunks:
        position = self._task.report.position
        self._rows = islice(self._task.table.lines(), position, None)
        if self._task.errand is not None and self._task.report.total - position >= WORTH:
            try:
                self._beside = Beside(self._task.errand, position + BEFORE, FIRST)
                self._left = BEFORE
            except Lost:
                _LOG.warning("an import goes on without a second process, which could not begin")
        return self

    def __exit__(self, *_: object) -> None:
        if self._beside is not None:
            self._beside.close()  # before the thread, which may be waiting for it
        self._thread.shutdown()

    def begin(self, size: int) -> None:
        """Begin with the next chunk, unless that was done."""
        if self._next is None:
            self._next = self._thread.submit(self._following, size)

    def take(self, size: int) -> tuple[Sequence[LineOf], Parsed]:
        """The next chunk, empty at the end of the file."""
        begun, self._next = self._next, None
        try:
            return self._following(size) if begun is None else begun.result()
        except Lost:  # not caught sooner: by now what was being committed is counted
            _LOG.warning("an import goes on without its second process, which has ended")
            assert self._beside is not None
            self._beside.close()
            self._beside, self._left = None, None
            self._rows = islice(self._task.table.lines(), self._task.report.position, None)
            return self._read(size)

    def _following(self, size: int) -> tuple[Sequence[LineOf], Parsed]:
        """So many lines, read here or sent by the second process."""
        here = size if self._left is None else min(size, self._left)
        if here:
            return self._read(here)
        assert self._beside is not None
        return self._of_piece(self._beside.take(size))

    def _read(self, size: int) -> tuple[list[LineOf], Parsed]:
        lines = list(islice(self._rows, size))
        if self._left is not None:
            self._left -= size
        assert self._task.planned is not None
        plan = self._task.planned[1]
        if self._parser[0] is not plan:  # what was parsed under another model is forgotten
            self._parser = plan, Parser(self._task.context, self._task.hints)
        return lines, parsed_of(self._task, plan, self._parser[1], lines)

    def _of_piece(self, piece: Piece) -> tuple[Sequence[LineOf], Parsed]:
        assert self._task.planned is not None
        model, plan = self._task.planned
        lines = piece.lines()
        if piece.version != model.version:
            return lines, None
        keep_lines(piece.titles)
        if piece.columns is not None:
            return lines, Sheet(plan, lines, piece.columns, piece.faults, piece.made)
        return lines, None if piece.drafts is None else Ahead(plan, lines, piece.drafts, piece.faults)


def parsed_of(task: Import, plan: Plan, parser: Parser, chunk: Sequence[LineOf]) -> Parsed:
    """A chunk parsed as the plan says."""
    return parse_sheet(task, plan, parser, chunk) or parse_ahead(task, plan, parser, chunk)
