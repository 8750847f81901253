"""What goes between the process that writes and the one beside it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from core.access.actor import Actor
    from core.records.columnar import MadeAhead
    from core.records.importing.drafts import Draft, Fault
    from core.records.importing.task import LineOf
    from core.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """An import as the second process opens it: settings of the installation, whose rights count, and the job's
    parameters. Pieces are put into ``folder``, the first begins after ``position`` rows.
    """

    settings: Settings
    actor: Actor
    parameters: Mapping[str, Any]
    folder: Path
    position: int = 0


class Lines(Sequence["LineOf"]):
    """Lines that are unpacked when somebody looks at one: nobody does as long as all of them are taken."""

    def __init__(self, count: int, packed: bytes) -> None:
        self._count = count
        self._packed = packed
        self._lines: list[LineOf] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> LineOf: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[LineOf]: ...

    def __getitem__(self, at: int | slice) -> LineOf | Sequence[LineOf]:
        return self._all()[at]

    def __iter__(self) -> Iterator[LineOf]:
        return iter(self._all())

    def _all(self) -> list[LineOf]:
        if self._lines is None:
            self._lines = pickle.loads(self._packed)  # noqa: S301  our own process made it
        return self._lines


@dataclass(slots=True, kw_only=True)
class Piece:
    """So many lines, parsed under the model of that ``version``: as ``columns`` of new records with what is ``made`` of
    them, else as ``drafts`` by target, else not at all.
    """

    version: int
    count: int
    packed: bytes
    made: MadeAhead
    columns: list[list[Any]] | None = None
    titles: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Titles that links lead to, as they are searched."""
    drafts: dict[str, list[Draft]] | None = None
    faults: list[Fault] = field(default_factory=list)

    def lines(self) -> Lines:
        """The lines of the file, unpacked once."""
        return Lines(self.count, self.packed)
