"""What a piece of a template stands for while it is analysed: a record, a list, a value, something unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from core.documents.needs import Needs
from metamodel.messages import Message
from metamodel.model import Entity, Field


@dataclass(slots=True)
class Reads:
    """What is read of a record, as it is being found."""

    fields: dict[str, Reads | None] = field(default_factory=dict)
    titled: bool = False

    def value(self, name: str) -> None:
        """The value is printed or compared as it stands."""
        if name not in self.fields:
            self.fields[name] = None
        elif (inner := self.fields[name]) is not None:
            inner.titled = True

    def behind(self, name: str) -> Reads:
        """What lies behind the value is read."""
        if name in self.fields:
            found = self.fields[name]
            if found is None:
                found = self.fields[name] = Reads(titled=True)
            return found
        made = self.fields[name] = Reads()
        return made

    def needs(self) -> Needs:
        return Needs(
            {name: inner.needs() if inner is not None else None for name, inner in self.fields.items()},
            titled=self.titled,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """Not known, or not of the model: the contents of a json field, a result of arithmetic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value; ``kinds`` are those of filters (empty: not known), ``field`` the field it is of, ``touch`` notes that it
    is read."""

    kinds: frozenset[str] = frozenset()
    shown: str = ""
    field: Field | None = None
    html: bool = False
    touch: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record of an entity; ``reads`` is where what is read of it is noted, made when it is first asked for."""

    entity: Entity
    reads: Callable[[], Reads]
    touch: Callable[[], None]
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """A list; ``item`` is what each of it is. ``records``: of records, which cannot be printed as text."""

    item: Shape
    shown: str = ""
    records: bool = False
    linked: bool = False
    """Whether they are links, whose titles can be joined."""
    touch: Callable[[], None] = lambda: None
    touch_items: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group of ``groupby``: its key and its items, which unpack as a pair."""

    key: Shape
    items: Several


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A word of the root with a few names of its own: ``doc``, ``loop``."""

    name: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What can only be called."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """One of several, as branches of a condition set it."""

    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What a fault was told of already."""

    why: Message | None = None


Shape = Anything | Value | Record | Several | Group | Words | Function | Either | Wrong

ANYTHING = Anything()
WRONG = Wrong()
NUMBER = Value(kinds=frozenset({"number"}))
TEXT = Value(kinds=frozenset({"text"}))
BOOLEAN = Value(kinds=frozenset({"boolean"}))


def either(*shapes: Shape) -> Shape:
    """One of these; the same twice is itself."""
    flat: list[Shape] = []
    for shape in shapes:
        for each in shape.shapes if isinstance(shape, Either) else (shape,):
            if each not in flat:
                flat.append(each)
    return flat[0] if len(flat) == 1 else Either(shapes=tuple(flat))
