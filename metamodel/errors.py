"""What can be wrong with a definition or a value: problems with their place, and the error that carries them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metamodel.messages import Message, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault: where (a JSON Pointer into what was sent, or ``file: path``), which (stable code), in words."""

    pointer: str
    code: str
    message: Message
    file: str | None = None
    line: int | None = None
    """The line of the file, where whoever tells the fault knows it."""


class ProblemsFound(Exception):
    """Something written by a person is refused; ``problems`` holds every fault found, at least one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(f"{p.file + ': ' if p.file else ''}{p.pointer}: {p.message}" for p in self.problems)
        )


class ValueRefused(Exception):
    """A value that its field's type cannot take; the caller adds the place."""

    def __init__(self, code: str, why: Message) -> None:
        self.code = code
        self.message = why
        super().__init__(str(why))


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to a mistaken one, when one is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def unknown(text: str, name: str, known: Iterable[str]) -> Message:
    """The message ``text`` (with ``{name}``) for a name that does not exist, with a suggestion when one is near."""
    near = suggestion(name, known)
    base = message(text, name=name)
    return message("{base} (did you mean “{near}”?)", base=base, near=near) if near else base
