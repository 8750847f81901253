"""Stages of records, resolved: the pipelines of an entity, what each stage asks for, which moves there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from metamodel.expression.durations import Duration
from metamodel.expression.tree import Expression
from metamodel.labels import Label

SINCE, DUE = "_since", "_due"
"""What the names and the uids of the two fields beside a stage end with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a choice field; a stage is one too."""

    uid: str
    name: str
    label: Label
    color: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Choice):
    """A stage of a pipeline (uid); ``kind`` says whether work goes on in it.

    ``required`` are the uids of fields that a record in it has filled in, ``norm`` is how long it should stand there.
    """

    kind: Literal["open", "won", "lost"] = "open"
    pipeline: str = ""
    help: Label | None = None
    required: tuple[str, ...] = ()
    norm: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move that is allowed: from any of ``sources`` to any of ``targets`` (uids of stages).

    With ``roles`` (uids) only by who has one of them or one above; with ``when`` only of records for which it holds as
    they are after the move, ``message`` being what people are told otherwise.
    """

    sources: frozenset[str]
    targets: frozenset[str]
    roles: frozenset[str] | None = None
    when: Expression | None = None
    message: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A row of stages that records of an entity go through; without ``moves`` (None) every move in it is allowed, with
    an empty list none."""

    uid: str
    name: str
    label: Label
    help: Label | None = None
    stages: tuple[Stage, ...]
    moves: tuple[Move, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages of an entity: ``field`` is the uid of the choice field this block makes."""

    field: str
    pipelines: tuple[Pipeline, ...]

    @property
    def since(self) -> str:
        """The uid of the field that says when a record came to its stage."""
        return self.field + SINCE

    @property
    def due(self) -> str:
        """The uid of the field that says when its time in the stage is over."""
        return self.field + DUE

    @property
    def first(self) -> Stage:
        """Where a new record stands."""
        return self.pipelines[0].stages[0]

    @property
    def moves(self) -> Iterator[Move]:
        """The moves of every pipeline."""
        return (move for pipeline in self.pipelines for move in pipeline.moves or ())

    def stage(self, uid: str | None) -> Stage | None:
        """The stage of that uid."""
        return next((s for p in self.pipelines for s in p.stages if s.uid == uid), None)

    def pipeline_of(self, uid: str | None) -> Pipeline | None:
        """The pipeline in which that stage stands."""
        return next((p for p in self.pipelines if any(s.uid == uid for s in p.stages)), None)

    def entered(self, uid: str | None) -> Stage:
        """Where a new record that is to stand in that stage comes from: the first stage of its pipeline."""
        return (self.pipeline_of(uid) or self.pipelines[0]).stages[0]

    def named(self, written: str, near: str | None = None) -> Stage | None:
        """The stage of that name: in the pipeline of the stage ``near`` before the others; `service.won` says which
        pipeline.
        """
        pipeline, _, name = written.rpartition(".")
        own = self.pipeline_of(near)
        rows = [p for p in self.pipelines if p.name == pipeline or not pipeline]
        ordered = sorted(rows, key=lambda p: p is not own)
        return next((s for p in ordered for s in p.stages if s.name == name), None)
