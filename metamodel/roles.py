"""Roles of the model: what they may do, resolved."""

from __future__ import annotations

from dataclasses import dataclass

from metamodel.expression.tree import Expression
from metamodel.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a role may do: actions on an entity, on which rows, to which fields (uids; None is all)."""

    entity: str
    actions: frozenset[str]
    rows: Expression | None = None
    check: Expression | None = None
    stages: frozenset[str] | None = None
    fields: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role and its grants; ``parent`` is the uid of the role that may make and manage it, ``includes`` are the uids of
    roles that who has this one has as well."""

    uid: str
    name: str
    solution: str
    label: Label
    parent: str | None = None
    includes: tuple[str, ...] = ()
    second_factor: bool = False
    """Whether who has it signs in with a second factor only."""
    grants: tuple[Grant, ...] = ()
    everything: bool = False
    """The system's administrator: every action on every entity, the configuration included."""
