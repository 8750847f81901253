"""Where in what was written a fault is: ``fields[3].to`` in a file, a JSON Pointer in a document."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.errors import Problem
from metamodel.messages import Message

Step = str | int


def problem(place: str, path: Sequence[Step], code: str, why: Message) -> Problem:
    """A fault at ``path`` within the definition read at ``place`` (a file, or ``/entities/3`` of a document)."""
    if place.startswith("/") or not place:
        return Problem(pointer=place + pointer(path), code=code, message=why)
    return Problem(file=place, pointer=dotted(path), code=code, message=why)


def pointer(path: Sequence[Step]) -> str:
    """The JSON Pointer (RFC 6901) of the steps."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def dotted(path: Sequence[Step]) -> str:
    """The steps as a person reads them: ``fields[3].to``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
