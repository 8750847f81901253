"""What an import did: counts that add up to the file, refused lines with column and reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.i18n.written import read_message, write_message
from metamodel.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class LineError:
    """Why a line was refused; ``column`` is its name in the file, empty when it is about the whole line."""

    line: int
    column: str
    code: str
    message: Message | str
    sheet: str = ""


MOST_MATCHES = 300
"""Records found by keys that a trial lists, the first ones."""

MOST_ERRORS = 1000
"""Refused lines that are listed in the report, the first ones; all are in the file of errors."""


@dataclass(slots=True, kw_only=True)
class Report:
    """The state of an import, and at its end what it did.

    ``position`` counts the rows of the file that are dealt with: created, updated, skipped (nothing to change) or
    refused; of a line into several entities that is what became of its main record. ``made`` counts the records of each
    target: created, updated, found. ``linked`` are records made since links named them, ``incomplete`` those taken
    without what is required. It is committed together with those rows.
    """

    total: int = 0
    position: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    refused: int = 0
    linked: int = 0
    incomplete: int = 0
    made: dict[str, list[int]] = field(default_factory=dict)
    dry_run: bool = False
    job: int = 0
    """The job that did it, 0 of none."""
    errors: list[LineError] = field(default_factory=list)
    fresh: list[LineError] = field(default_factory=list)
    """The refused lines of the last chunk."""
    passed_over: list[tuple[str, Message | str]] = field(default_factory=list)
    matched: list[tuple[int, str, str, int]] = field(default_factory=list)
    """In a trial, the first lines whose keys found a record: line, sheet, target, id."""

    def copy(self) -> Report:
        """The same, to be changed in a chunk that may be rolled back."""
        made = {called: list(counts) for called, counts in self.made.items()}
        return replace(self, errors=list(self.errors), fresh=[], made=made, matched=list(self.matched))

    def add(self, error: LineError) -> None:
        """List a refused line, as long as there are not too many."""
        self.fresh.append(error)
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(error)

    def saved(self) -> dict[str, Any]:
        """As JSON, to go on after a crash and to be shown: see `in_words`."""

        def text(what: Message | str) -> str | dict[str, Any]:
            return what if isinstance(what, str) else write_message(what)

        counts = {name: getattr(self, name) for name in _COUNTS}
        return {
            **counts,
            "made": self.made,
            "dry_run": self.dry_run,
            "errors": [
                {"line": e.line, "column": e.column, "code": e.code, "message": text(e.message)}
                | ({"sheet": e.sheet} if e.sheet else {})
                for e in self.errors
            ],
            "passed_over": [{"column": column, "reason": text(why)} for column, why in self.passed_over],
        } | ({"matched": self.matched} if self.matched else {})


_COUNTS = ("total", "position", "created", "updated", "skipped", "refused", "linked", "incomplete")


def load_report(saved: Mapping[str, Any]) -> Report:
    """The report that `Report.saved` wrote down."""
    counts: dict[str, Any] = {name: int(saved.get(name, 0)) for name in _COUNTS}
    return Report(
        **counts,
        made={called: list(counts) for called, counts in saved.get("made", {}).items()},
        dry_run=bool(saved["dry_run"]),
        errors=[LineError(**{**each, "message": _read(each["message"])}) for each in saved["errors"]],
        passed_over=[(each["column"], _read(each["reason"])) for each in saved["passed_over"]],
        matched=[(line, sheet, target, record) for line, sheet, target, record in saved.get("matched", ())],
    )


def _read(what: str | Mapping[str, Any]) -> Message | str:
    return what if isinstance(what, str) else read_message(what)


def in_words(saved: Mapping[str, Any], render: Callable[[Message], str]) -> dict[str, Any]:
    """What `Report.saved` wrote down with its messages in a language; of imports of long ago they are in one already."""

    def text(what: str | Mapping[str, Any]) -> str:
        return what if isinstance(what, str) else render(read_message(what))

    errors = [{**each, "message": text(each["message"])} for each in saved.get("errors", ())]
    over = [{**each, "reason": text(each["reason"])} for each in saved.get("passed_over", ())]
    return {**saved, "errors": errors, "passed_over": over}
