"""One write in progress: who, on which medium, the rows, and every fault found so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import CODES, KubikError
from core.records.shapes import Row
from metamodel.errors import Problem
from metamodel.fields.base import Context
from metamodel.fields.link import LinkKey
from metamodel.messages import Message
from metamodel.model import Entity, Field, Model

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

PROBLEMS_SHOWN = 1000
"""Faults that one refusal lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A link written by something else than an id, to be found before anything else."""

    row: Row
    field: Field
    key: LinkKey
    pointer: str
    target: str
    """Uid of the entity it is a record of."""


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """The rows of one write and what the steps found out about them."""

    tx: Transaction
    actor: Actor
    context: Context
    grants: Grants
    tops: list[Row] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: list[Problem] = field(default_factory=list)
    """Faults of single values. The write is refused, and goes on without these values only to find the others."""
    kept: dict[tuple[str, int], Row] = field(default_factory=dict)
    """Ancestors of child rows that are written on their own."""
    locked: set[tuple[str, int]] = field(default_factory=set)
    locks_links: bool = True
    """Whether the targets of links are still to be locked where they are looked at."""
    positions: dict[tuple[str, int], int] = field(default_factory=dict)
    """The last position given under a parent, by entity uid of the child rows and id of the parent."""
    defaults: dict[str, Any] = field(default_factory=dict)
    """Values of defaults that are the same for every row, by uid of the field."""
    brought: bool = False
    """Whether the records come with a solution: they stand in the stages that it gives them, whatever these ask for."""
    incomplete: bool = False
    """Whether rows are taken without what is required of them; each notes what it lacks."""
    returning: bool = False
    """Whether records go back to what they were: what they were was right then, so it is not judged again; rights,
    uniqueness, links and checks are asked as ever."""
    unused: Set[tuple[str, int]] = frozenset()
    """Records that go, of which is known that nothing leads to them."""
    swept: list[Row] = field(default_factory=list)
    """Records elsewhere that a deletion takes along (`cascade`) or whose link it empties (`clear`)."""

    @property
    def model(self) -> Model:
        return self.tx.model

    @property
    def many(self) -> bool:
        """Whether one statement for all rows pays off."""
        return len(self.tops) > 1

    def rows(self) -> Iterator[Row]:
        """Every row, parents before their child rows, ancestors first."""
        yield from sorted(self.kept.values(), key=lambda row: depth(self.model, row.entity))
        for top in (*self.tops, *self.swept):
            yield from below(top)

    def by_entity(self, *actions: str) -> dict[str, list[Row]]:
        """The rows with these actions, by uid of their entity."""
        found: dict[str, list[Row]] = {}
        for row in self.rows():
            if row.action in actions:
                found.setdefault(row.entity.uid, []).append(row)
        return found

    def refuse(self, pointer: str, code: str, why: Message) -> None:
        """Remember a fault; the write goes no further than the end of the step."""
        self.problems.append(Problem(pointer=pointer, code=code, message=why))

    def settle(self) -> None:
        """Raise what was found wrong so far, as one error with the code of the gravest."""
        if self.problems:
            self._raise([*self.told, *self.problems])

    def conclude(self) -> None:
        """Raise what was found wrong in the whole write, each place with its first fault."""
        places = {problem.pointer for problem in self.told}
        every = [*self.told, *(p for p in self.problems if p.pointer not in places)]
        if every:
            self._raise(every)

    def _raise(self, every: list[Problem]) -> None:
        first = _silent(every)[:PROBLEMS_SHOWN]
        gravest = max(first, key=lambda p: _GRAVITY.get(CODES[p.code][0], 1))
        raise KubikError(gravest.code, detail=first[0].message if len(first) == 1 else None, errors=first)

    def may_know(self, entity: Entity, found: Field) -> bool:
        """Whether the actor may know on some row that the field exists."""
        return found.name in self.known(entity)

    def known(self, entity: Entity) -> Mapping[str, Field]:
        """The fields of an entity, by name, of which the actor may know on some row that they exist."""
        return self._names(entity)[0]

    def plain(self, entity: Entity) -> Mapping[str, Field]:
        """Of these, the fields with a value of their own that people may set; not the link to the parent."""
        return self._names(entity)[1]

    def _names(self, entity: Entity) -> tuple[Mapping[str, Field], Mapping[str, Field]]:
        kept: dict[Any, Any] = self.model.derived.setdefault("known fields", {})
        key = entity.uid, self.grants.key
        names = kept.get(key)
        if names is None:
            readable = self.grants.readable(entity.uid)
            creatable = self.grants.writable(entity.uid, "create")
            known = {f.name: f for f in entity.fields if f.uid in readable or f.uid in creatable}
            plain = {n: f for n, f in known.items() if f.valued and f.writable and f.uid != entity.parent}
            names = kept[key] = known, plain
        return names


_GRAVITY = {400: 2, 422: 3, 409: 4, 428: 5, 412: 6, 403: 7, 404: 8}
"""Which status wins when faults of several kinds meet."""


def _silent(every: list[Problem]) -> list[Problem]:
    """Of what is not there for the actor that alone is said: any other word would tell that it is there for others."""
    gone = {problem.pointer for problem in every if problem.code == "KBK2006"}
    if not gone:
        return every
    above = tuple(f"{pointer}/" for pointer in gone)
    kept = [p for p in every if not (p.pointer in gone or p.pointer.startswith(above)) or p.code == "KBK2006"]
    return [
        p
        for index, p in enumerate(kept)
        if p.pointer not in gone or p.pointer not in [e.pointer for e in kept[:index]]
    ]


def start(tx: Transaction, actor: Actor, context: Context) -> Work:
    """An empty write of the actor in that transaction."""
    return Work(tx=tx, actor=actor, context=context, grants=grants_of(tx.model, actor))


def below(row: Row) -> Iterator[Row]:
    """The row and all its child rows, parents first."""
    yield row
    for rows in row.lists.values():
        for each in rows:
            yield from below(each)


def depth(model: Model, entity: Entity) -> int:
    """How many records stand above one of this entity, through child rows."""
    found = 0
    while entity.parent is not None:
        entity = model.entity_by_uid[entity.by_uid[entity.parent].target or ""]
        found += 1
    return found
