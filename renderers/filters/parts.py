"""A filter as people build it: conditions in groups, what has no form of its own as text; and back to one expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from metamodel.expression.faults import Fault
from metamodel.expression.syntax import Operation, read_syntax

Join = Literal["AND", "OR"]
Place = tuple[int, ...]
"""Where a part stands: its number in the outermost group, then in the group there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A field, an operator and its operands (texts of constants); ``text`` is how it is written."""

    subject: str
    operator: str
    operands: tuple[str, ...] = ()
    negated: bool = False
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """What has no form of a condition."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parts of which all (AND) or any (OR) hold; ``negated``: not so."""

    join: Join = "AND"
    parts: tuple[Part, ...] = ()
    negated: bool = False


Part = Condition | Group | Free


def written(part: Part) -> str:
    """A part as text; of an empty group nothing."""
    if not isinstance(part, Group):
        return part.text
    several = len(part.parts) > 1
    inner = f" {part.join} ".join(_inside(each, several=several) for each in part.parts)
    return f"NOT ({inner})" if part.negated and inner else inner


def _inside(part: Part, *, several: bool) -> str:
    """A part as it stands beside others: a group in parentheses, and a text that would not stay together."""
    text = written(part)
    together = not several or (isinstance(part, Group) and part.negated)
    return text if together or not (isinstance(part, Group) or chained(text)) else f"({text})"


def holds_together(text: str) -> bool:
    """Whether a text means the same with AND on both sides of it."""
    try:
        syntax = read_syntax(text)
    except Fault:
        return False
    return not (isinstance(syntax, Operation) and syntax.operator == "OR")


def chained(text: str) -> bool:
    """Whether a text is several conditions with AND or OR between them, or cannot be read."""
    try:
        syntax = read_syntax(text)
    except Fault:
        return True
    return isinstance(syntax, Operation) and syntax.operator in ("AND", "OR")


def found_at(group: Group, place: Place) -> Part | None:
    """The part of that place; the empty place is the group itself."""
    here: Part = group
    for number in place:
        if not isinstance(here, Group) or not 0 <= number < len(here.parts):
            return None
        here = here.parts[number]
    return here


def changed(group: Group, place: Place, parts: Sequence[Part]) -> Group:
    """The group with these in the place of what stands there; a group that is left empty goes, one of one is opened."""
    first, *rest = place
    if first == len(group.parts) and not rest:
        return replace(group, parts=(*group.parts, *parts))
    if rest:
        inner = group.parts[first]
        assert isinstance(inner, Group)
        parts = _opened(changed(inner, tuple(rest), parts))
    return replace(group, parts=(*group.parts[:first], *parts, *group.parts[first + 1 :]))


def _opened(group: Group) -> tuple[Part, ...]:
    return group.parts if len(group.parts) < 2 and not group.negated else (group,) if group.parts else ()


def conditions_in(part: Part, place: Place = ()) -> Iterator[tuple[Place, Condition | Free]]:
    """Every condition and text under a part, with its place."""
    if not isinstance(part, Group):
        yield place, part
        return
    for number, each in enumerate(part.parts):
        yield from conditions_in(each, (*place, number))
