"""What is wrong with a document: every fault, in which definition and where in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metamodel.definitions import AnyDefinition
from metamodel.errors import Problem, ProblemsFound
from metamodel.messages import Message, message
from metamodel.places import Step, problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: the definition (``kind`` as the key of a document, ``index`` in its list) and the path in it."""

    kind: str
    index: int
    path: tuple[Step, ...]
    code: str
    message: Message
    definition: AnyDefinition

    @property
    def problem(self) -> Problem:
        """The fault as people get it."""
        return problem(
            self.definition.place or f"/{self.kind}/{self.index}", self.path, self.code, self.message
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a definition, from which places under it are made."""

    kind: str
    index: int
    definition: AnyDefinition
    path: tuple[Step, ...] = ()

    def under(self, *steps: Step) -> Spot:
        return Spot(self.kind, self.index, self.definition, (*self.path, *steps))


class Faults:
    """Collects faults while a document is resolved."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, spot: Spot, code: str, why: Message) -> None:
        self.found.append(
            Fault(
                kind=spot.kind,
                index=spot.index,
                path=spot.path,
                code=code,
                message=why,
                definition=spot.definition,
            )
        )

    def add_all(self, spot: Spot, error: ProblemsFound) -> None:
        for one in error.problems:
            self.add(spot, one.code, one.message)

    def circle(self, spot: Spot, members: Sequence[str]) -> None:
        """The fault of a circle, named whole: ``a → b → a``."""
        text = " → ".join((*members, members[0]))
        self.add(spot, "KBK1004", message("these lead to each other in a circle: {circle}", circle=text))
