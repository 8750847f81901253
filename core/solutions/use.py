"""A place of a document that names something, and how its uids are found there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from metamodel.expression import Expression, uses, walk
from metamodel.expression.tree import Aggregate, Constant
from metamodel.model import Entity, Model
from metamodel.places import pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A place that names something: in which definition, where in the document, and the uids it refers to."""

    kind: str
    target: str
    pointer: str
    refers: frozenset[str]


class Naming:
    """Makes uses of what stands in the document of a model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def use(self, kind: str, target: str, path: Iterable[str | int], *uids: str | None) -> Use:
        found = frozenset(uid for uid in uids if uid)
        return Use(kind=kind, target=target, pointer=pointer(tuple(path)), refers=found)

    def expression(
        self,
        kind: str,
        target: str,
        path: Iterable[str | int],
        found: Expression | None,
        own: str | None = None,
    ) -> Iterator[Use]:
        if found is None:
            return
        uids: set[str] = set()
        for entity, field in uses(found, self.model):
            uids.update((field,) if entity == own else (entity, field))
        for node in walk(found.root):
            if isinstance(node, Constant) and node.type.kind == "choices" and node.value is not None:
                uids.update(node.value)
            elif isinstance(node, Constant) and node.type.kind == "choice" and node.value is not None:
                uids.add(node.value)
            elif isinstance(node, Aggregate):
                uids.add(node.entity)
        yield self.use(kind, target, path, *uids)

    def path(self, entity: Entity, written: str) -> list[str]:
        """The uids of a path of names along links."""
        uids: list[str] = []
        at: Entity | None = entity
        for name in written.removeprefix("-").split("."):
            field = at.by_name.get(name) if at else None
            if field is None:
                break
            uids.append(field.uid)
            at = self.model.entity_by_uid.get(field.target or "")
        return uids
