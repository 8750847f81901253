"""What plugins add to the metamodel: given once, at the start of a process, before any definition is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metamodel.fields.base import FieldType
    from metamodel.fields.formats import TextFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugged:
    """The field types and the named formats of text of plugins, in the order in which they are offered."""

    types: tuple[FieldType, ...] = ()
    formats: tuple[TextFormat, ...] = ()


_given: list[Plugged] = []


def plug(types: Sequence[FieldType], formats: Sequence[TextFormat]) -> None:
    """Add these. The second time, or after a definition was read, it is a fault of the program: types never change
    while a process runs, so whatever was made from them stays true."""
    if _given:
        raise RuntimeError("field types of plugins come once, before the first definition is read")
    _given.append(Plugged(types=tuple(types), formats=tuple(formats)))


def plugged() -> Plugged:
    """What was added; asking for it settles it."""
    if not _given:
        _given.append(Plugged())
    return _given[0]
