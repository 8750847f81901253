"""Lines that are refused while they are written, with their columns."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import KubikError
from core.records.importing.drafts import Fault
from core.records.importing.planning import Planned
from metamodel.messages import Message, message


class Refused(Exception):
    """Faults of lines that were found while writing."""

    def __init__(self, faults: Sequence[Fault], why: KubikError | None = None) -> None:
        self.faults = faults
        self.why = why
        super().__init__()


def faults_of(planned: Planned, lines: Sequence[int], refusal: KubikError) -> list[Fault]:
    """The faults of a write of records that stand in those lines."""
    faults = []
    for problem in refusal.errors:
        _, number, *rest = (*problem.pointer.split("/"), "")
        if number.isdigit():
            name = rest[0].replace("~1", "/").replace("~0", "~") if rest else ""
            faults.append(Fault(lines[int(number)], header_of(planned, name), problem.code, problem.message))
    return faults


def header_of(planned: Planned, name: str) -> str:
    """What the column of that field is called in the file."""
    return next((c.header for c in planned.columns if c.field is not None and c.field.name == name), name)


def twice(value: str) -> Message:
    return message("“{value}” stands in the file more than once", value=value)
