"""Definitions of access tests: who may and may not do what, asked again at every change of the configuration."""

# ruff: noqa: RUF009 (part() and its like make dataclasses.field)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from metamodel.codec import LABEL, NAMES, ONE_OR_MORE, many, one, part, place, whole
from metamodel.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureDefinition:
    """A record that is made for a test and known there by a name."""

    name: str = whole()
    entity: str = whole()
    values: Mapping[str, Any] | None = part()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictsDefinition:
    """What is asked: actions, fields to be read, fields to be written, stages to be moved to."""

    actions: tuple[str, ...] = part(NAMES, default=())
    read: tuple[str, ...] = part(NAMES, default=())
    write: tuple[str, ...] = part(NAMES, default=())
    move: tuple[str, ...] = part(NAMES, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTestDefinition:
    """One test: a person, a record, what is allowed and what is denied."""

    label: Label | None = part(LABEL)
    roles: tuple[str, ...] | None = part(NAMES)
    user: str | None = part()
    me: Mapping[str, Any] | None = part()
    given: tuple[FixtureDefinition, ...] = part(many(FixtureDefinition), default=(), key="with")
    entity: str = whole()
    record: Mapping[str, Any] | None = part()
    by: Mapping[str, Any] | None = part()
    allow: VerdictsDefinition | None = part(one(VerdictsDefinition))
    deny: VerdictsDefinition | None = part(one(VerdictsDefinition))


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsDefinition:
    """Access tests that belong together: a file of them."""

    __test__ = False
    kind: ClassVar[str] = "tests"
    place: str = place()
    name: str = part(default="")
    uid: str = part(default="")
    renamed_from: tuple[str, ...] = part(ONE_OR_MORE, default=())
    solution: str = part(default="")
    tests: tuple[AccessTestDefinition, ...] = whole(many(AccessTestDefinition))
