"""An action being run: who runs it, on what, with what it asked, and what its steps have done so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from core.access.actor import Actor
from core.query.issued import Issued
from core.storage.expressions import AllRows, BoundRow
from core.storage.expressions.environment import Environment, Row, Values
from core.storage.workspace import Transaction
from metamodel.actions import Action, Step
from metamodel.expression import Expression
from metamodel.model import Entity


class Records(Protocol):
    """The writer of records, which stands to the right of automation; values are by uid of the field."""

    def load(self, entity: Entity, id: int, *, lock: bool = True) -> Mapping[str, Any] | None:
        """What is stored of a live record, which is locked until the end of the transaction unless said otherwise."""
        ...

    def ask(self, expressions: Sequence[Expression], environment: Environment) -> Sequence[Any]:
        """The values of expressions about no stored row."""
        ...

    def create(self, actor: Actor, entity: Entity, values: Mapping[str, Any], lists: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:  # fmt: skip
        """A new record of the actor, with its child rows by uid of the children field; its id."""
        ...

    def change(self, actor: Actor, entity: Entity, id: int, values: Mapping[str, Any]) -> None:
        """A change of a record by the actor; a changed stage is a move."""
        ...


class Documents(Protocol):
    """The issuer of documents, which stands to the right of automation, too."""

    def issue(self, tx: Transaction, actor: Actor, document: str, record: int) -> Issued | None:
        """Issue a document (its name) of a record as it is by now; None when it cannot be kept yet, and so nothing of this
        transaction will be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A record that a step left behind: created, or found or taken."""

    entity: str
    id: int
    how: Literal["created", "found", "taken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Where to go next: a record, or the list of the entity when there is no id."""

    entity: str
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What an action did: the record it stood on, what its steps left behind and issued, and where to go."""

    action: Action
    record: int | None
    made: tuple[Made, ...]
    issued: tuple[Issued, ...] = ()
    go: Go


@dataclass(slots=True, kw_only=True, eq=False)
class Standing:
    """Where the steps of an action stand. ``inputs`` are by uid of the form's field, ``results`` of the results'."""

    tx: Transaction
    actor: Actor
    action: Action
    records: Records
    entity: Entity
    id: int | None
    inputs: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    """What is stored of the record now."""
    results: dict[str, Any] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    documents: Documents | None = None
    """None where nothing is issued: for many records at once."""
    issued: list[Issued] = field(default_factory=list)

    def actor_of(self, step: Step) -> Actor:
        """Who does the step: the person, or the system on behalf of the person."""
        return replace(self.actor, system=True) if step.system else self.actor

    def refresh(self) -> None:
        """Read the record again as it is now."""
        if self.id is not None:
            self.values = self.records.load(self.entity, self.id) or {}

    def keep(self, step: Step, id: int, how: Literal["created", "found", "taken"]) -> None:
        """Remember the record of a step, under its name when it has one."""
        entity = self.tx.model.entity_by_uid[step.entity]
        self.made.append(Made(entity=entity.name, id=id, how=how))
        named = self.action.results.by_name.get(step.name)
        if named is not None:
            self.results[named.uid] = id

    def environment(self, row: Row | Values | None = None) -> Environment:
        """Where an expression of the action is compiled: over all rows, bare names about ``row`` or the record."""
        everything = self.everything
        record = self.given(self.entity, self.values) if self.id is not None else None
        return everything.environment(
            row if row is not None else record,
            record=record,
            input=self.given(self.action.form, self.inputs),
            step=self.given(self.action.results, self.results),
        )

    @property
    def everything(self) -> AllRows:
        """The relation of all rows."""
        return AllRows(tables=self.tx.tables, dialect=self.tx.dialect, zone=self.tx.workspace.zone)

    def given(self, entity: Entity, values: Mapping[str, Any]) -> BoundRow:
        """A row whose values are parameters."""
        return BoundRow(entity=entity, values=values, env=self.everything.environment())

    def holds(self, condition: Expression | None) -> bool:
        """Whether a condition about the record is true; none is."""
        return condition is None or bool(self.records.ask([condition], self.environment())[0])
