"""Definitions of what an action does, and of the parts of a solution that can be switched off."""

# ruff: noqa: RUF009 (part() and its like make dataclasses.field)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from metamodel.codec import EXPRESSION, LABEL, NAMES, VALUES, mapping, part, whole
from metamodel.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDefinition:
    """A part of a solution that can be switched off: what belongs to it then leaves the screens."""

    name: str = whole()
    label: Label | None = part(LABEL)
    help: Label | None = part(LABEL)
    on: bool = part(default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRowsDefinition:
    """Child rows of a created record, one for each row of the record the action stands on."""

    of: str = whole()
    where: str | None = part(EXPRESSION)
    values: Mapping[str, str] = whole(VALUES)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDefinition:
    """A step of an action; ``do`` says which, and with it which keys it has."""

    name: str = part(default="")
    do: Literal["set", "create", "take", "move", "print"] = whole()
    entity: str | None = part()
    condition: str | None = part(EXPRESSION, key="if")
    find: str | None = part(EXPRESSION)
    where: str | None = part(EXPRESSION)
    sort: tuple[str, ...] = part(NAMES, default=())
    to: str | None = part()
    document: str | None = part()
    of: str | None = part()
    values: Mapping[str, str] | None = part(VALUES)
    rows: Mapping[str, StepRowsDefinition] | None = part(mapping(StepRowsDefinition))
    runs_as: Literal["actor", "system"] = part(default="actor", key="as")
