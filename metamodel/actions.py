"""Actions, resolved: buttons with what they ask and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TYPE_CHECKING, Literal

from metamodel.expression.tree import Expression
from metamodel.labels import Label

if TYPE_CHECKING:
    from metamodel.model import Entity

Do = Literal["set", "create", "take", "move", "print"]
Place = Literal["card", "row", "list"]
Rank = Literal["primary", "secondary", "more"]

_RANKS: Mapping[str, int] = {"primary": 0, "secondary": 1, "more": 2}
_LAST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRows:
    """Child rows that a created record gets in its children field ``field`` (uid).

    One for each row of ``entity`` (uid) whose link ``through`` (uid) leads to the record, that ``where`` lets pass, in
    their order. ``values`` are by uid of the child's field.
    """

    field: str
    entity: str
    through: str
    where: Expression | None = None
    values: Mapping[str, Expression] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing an action does, to records of ``entity`` (uid).

    ``set`` and ``move`` (to the stage ``to``, a uid) change the record itself; ``create`` makes one, unless ``find``
    finds one that is there; ``take`` changes the first free record of those that ``where`` lets pass, in the order
    ``sort``. ``print`` issues the ``document`` (uid) of the record, or of that of the earlier step ``of``. ``values`` are by
    uid of the field. ``system`` does it with all rights, not with the actor's.
    """

    name: str
    do: Do
    entity: str
    condition: Expression | None = None
    find: Expression | None = None
    where: Expression | None = None
    sort: tuple[str, ...] = ()
    to: str | None = None
    document: str | None = None
    of: str | None = None
    values: Mapping[str, Expression] = attribute(default_factory=dict)
    rows: tuple[StepRows, ...] = ()
    system: bool = False


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button on records of ``entity`` (uid), or with ``list`` in ``where`` above their list, about no record.

    ``form`` is an entity without a table whose fields are what it asks; ``defaults`` are their first values, by uid.
    ``results`` is another whose fields are the records that its named steps leave behind. ``then`` says where to go:
    to the record, the list, or (``step``) to the record of the step ``then_step``.
    """

    uid: str
    name: str
    solution: str
    entity: str
    label: Label
    help: Label | None = None
    icon: str | None = None
    where: tuple[Place, ...] = ("card",)
    rank: Rank = "secondary"
    order: int | None = None
    when: Expression | None = None
    confirm: Label | None = None
    form: Entity
    defaults: Mapping[str, Expression] = attribute(default_factory=dict)
    results: Entity
    steps: tuple[Step, ...]
    then: Literal["record", "list", "step"] = "record"
    then_step: str | None = None
    off: bool = False

    @property
    def right(self) -> str:
        """What stands among the actions of a grant that gives it."""
        return right_of(self.uid)

    @property
    def of_record(self) -> bool:
        """Whether it stands on a record."""
        return "list" not in self.where

    @property
    def immediate(self) -> bool:
        """Whether a press does it at once: it asks nothing."""
        return not self.form.fields and self.confirm is None

    @property
    def printed(self) -> frozenset[str]:
        """The documents (uids) that its steps issue."""
        return frozenset(step.document for step in self.steps if step.document is not None)

    def place(self) -> tuple[int, int, str]:
        """The order of its button among others."""
        return (_RANKS[self.rank], _LAST if self.order is None else self.order, self.name)


def right_of(uid: str) -> str:
    """The name of the right to an action, other than that of anything built in."""
    return f"action:{uid}"
