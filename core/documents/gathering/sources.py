"""Which cells a document is made from: gathered while they are read, told at the end as few sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.query.issued import Source
from metamodel.expression.tree import Aggregate, Expression, Node, Path, walk
from metamodel.expression.uses import uses
from metamodel.model import Entity, Field, Model

DEPTH = 6
"""How far computed fields of computed fields are followed."""


@dataclass(slots=True)
class Cells:
    """Cells by uid of their entity and id; under None those of records that are not told one by one."""

    of: dict[str, dict[int | None, set[str]]] = field(default_factory=dict)

    def add(self, entity: str, id: int | None, fields: Iterable[str]) -> None:
        """Cells of one record; whoever sees a record sees its id."""
        self.of.setdefault(entity, {}).setdefault(id, set()).update(uid for uid in fields if uid != "id")

    def sources(self) -> tuple[Source, ...]:
        """The same as sources: records of an entity with the same fields together."""
        found: list[Source] = []
        for entity, records in self.of.items():
            alike: dict[tuple[frozenset[str], bool], list[int]] = {}
            for id, fields in records.items():
                ids = alike.setdefault((frozenset(fields), id is None), [])
                if id is not None:
                    ids.append(id)
            found += [
                Source(entity=entity, fields=fields, ids=tuple(sorted(ids)))
                for (fields, _), ids in alike.items()
                if fields
            ]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Operands:
    """What a computed field is made from: fields of its own record, paths of links (each a tuple of names), and fields
    of records that are not told one by one (uid of the entity, uid of the field)."""

    own: frozenset[str] = frozenset()
    paths: frozenset[tuple[str, ...]] = frozenset()
    others: frozenset[tuple[str, str]] = frozenset()


def operands(model: Model, entity: Entity, computed: Field) -> Operands:
    """What a computed field of an entity is made from, in the end from what is stored."""
    kept: dict[str, Operands] = model.derived.setdefault("operands of documents", {})
    if computed.uid not in kept:
        kept[computed.uid] = _operands(model, entity, computed, DEPTH)
    return kept[computed.uid]


def _operands(model: Model, entity: Entity, computed: Field, depth: int) -> Operands:
    own: set[str] = set()
    paths: set[tuple[str, ...]] = set()
    others: set[tuple[str, str]] = set()
    if computed.computed is None or not depth:
        return Operands()
    for node in _outside(computed.computed):
        if isinstance(node, Aggregate):
            rows = _children(entity, node)
            found = None if rows is None else _of_rows(model, node, rows.name)
            others |= uses(node, model) if found is None else set()
            paths |= found or set()
        elif isinstance(node, Path) and node.root == "row" and node.up == 0:
            steps = [model.entity_by_uid[e].by_uid[f] for e, f in node.steps]
            if len(steps) == 1:
                own.add(steps[0].uid)
            elif steps:
                paths.add(tuple(step.name for step in steps))
        elif isinstance(node, Path):
            others |= set(node.steps)
    for uid in tuple(own):
        inner = _operands(model, entity, entity.by_uid[uid], depth - 1)
        own |= inner.own
        paths |= inner.paths
        others |= inner.others
    return Operands(frozenset(own), frozenset(paths), frozenset(_whole(model, others, depth)))


def _children(entity: Entity, node: Aggregate) -> Field | None:
    """The children field whose rows an aggregate goes over, when they are those of the record itself."""
    if node.owner is not None or node.of is not None:
        return None
    children = (f for f in entity.fields if f.type.name == "children")
    return next((f for f in children if (f.target, f.through) == (node.entity, node.through)), None)


def _of_rows(model: Model, aggregate: Aggregate, name: str) -> set[tuple[str, ...]] | None:
    """The paths through child rows that an aggregate over them names; None when it names what is no such path."""
    found: set[tuple[str, ...]] = {(name, "id")}
    for part in (aggregate.body, aggregate.where, aggregate.by):
        for node in walk(part) if part is not None else ():
            if isinstance(node, Aggregate):
                return None
            if isinstance(node, Path):
                if node.root != "row" or node.up:
                    return None
                steps = (model.entity_by_uid[e].by_uid[f].name for e, f in node.steps)
                found.add((name, *steps))
    return {path for path in found if len(path) > 1}


def _whole(model: Model, pairs: set[tuple[str, str]], depth: int) -> set[tuple[str, str]]:
    """Fields with what those of them that are computed are made from."""
    found, new = set(pairs), set(pairs)
    while new and depth:
        used = (model.entity_by_uid[e].by_uid[f].computed for e, f in new)
        new = {pair for each in used if each is not None for pair in uses(each, model)} - found
        found |= new
        depth -= 1
    return found


def _outside(expression: Expression) -> Iterator[Node]:
    """The nodes of an expression, of aggregates the outermost alone."""
    inner: set[int] = set()
    for node in walk(expression.root):
        if id(node) in inner:
            continue
        if isinstance(node, Aggregate):
            inner |= {id(each) for each in walk(node)} - {id(node)}
        yield node
