"""What the grid of the browser is told, as JSON: columns, rows, what was saved, what was not and why."""

from __future__ import annotations

import msgspec


class Column(msgspec.Struct, frozen=True):
    """A column: ``how`` it is edited (``value``, ``move``, or not at all), the ``kind`` of its widget."""

    label: str
    how: str
    kind: str
    why: str = ""
    needs: list[str] = []


class Row(msgspec.Struct, frozen=True):
    """A row: texts as they are typed by name of the column, titles of what links lead to, why cells cannot be edited."""

    version: int
    values: dict[str, str]
    titles: dict[str, str]
    why: dict[str, str]


class Cells(msgspec.Struct, frozen=True):
    """The answer to the question for cells."""

    columns: dict[str, Column]
    rows: dict[str, Row]


class Candidate(msgspec.Struct, frozen=True):
    """A record that a typed text may have meant."""

    id: str
    title: str


class Clash(msgspec.Struct, frozen=True):
    """A cell that somebody else changed meanwhile: what stood there, what stands there now, who changed it."""

    was: str
    theirs: str
    version: int
    title: str


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """A cell that was not saved; without a name the whole row. ``move`` is the stage whose dialog asks the rest."""

    id: int
    message: str
    name: str = ""
    candidates: list[Candidate] = []
    clash: Clash | None = None
    move: str = ""


class Step(msgspec.Struct, frozen=True):
    """A row before and after a save: by this the save is taken back, and made again."""

    id: int
    before: int
    after: int
    names: list[str]


class Saved(msgspec.Struct, frozen=True):
    """What became of a save."""

    faults: list[Fault]
    steps: list[Step]
    rows: dict[str, Row] = {}
    """The rows that were sent, as they are now."""
