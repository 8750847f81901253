"""Records of one entity as somebody sees them, all at once: one question for however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.documents.gathering.sources import Cells, operands
from core.documents.needs import Member, Needs, member
from core.query.names import readable_fields
from core.query.plan import Life
from core.query.query import Link, Query
from core.query.read import read
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field, Model

TOGETHER = 1000
"""Records of one question."""

Item = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Branch:
    """The records that a name of a level leads to. ``rows``: whose they are, where the records themselves do not say."""

    level: Level
    rows: Mapping[int, Sequence[int]] | None = None
    titles: Mapping[int, Link] = field(default_factory=dict)
    titled: Level | None = None
    """What their titles are made from, where that must be read to be known."""


@dataclass(slots=True, kw_only=True)
class Level:
    """Records of one entity: what of them is asked for, and what was read, by id."""

    entity: Entity
    needs: Needs
    members: dict[str, Member]
    """By the name a template has: what it stands for."""
    named: frozenset[str]
    """Those of them that the template itself names; the others are what computed fields are made from."""
    readable: frozenset[str]
    """Names of its fields that may be read on some row."""
    own: tuple[Field, ...] = ()
    """Fields that computed ones are made from."""
    others: frozenset[tuple[str, str]] = frozenset()
    items: dict[int, Item] = field(default_factory=dict)
    branches: dict[str, list[Branch]] = field(default_factory=dict)

    def shows(self, item: Item, asked: Field) -> bool:
        """Whether the cell of a record may be read."""
        return asked.name in self.readable and asked.name not in item.get("_hidden", ())

    def tell(self, cells: Cells, id: int) -> int:
        """Put the cells of a record into ``cells``; how many that the template names are hidden."""
        item, hidden, shown, computed = self.items[id], 0, [], False
        for name, each in self.members.items():
            if each.inverse:
                continue
            if self.shows(item, each.field):
                shown.append(each.field.uid)
                computed = computed or each.field.computed is not None
            else:
                hidden += name in self.named
        if computed:
            shown += [f.uid for f in self.own if self.shows(item, f)]
            for entity, uid in self.others:
                cells.add(entity, None, (uid,))
        cells.add(self.entity.uid, id, shown)
        return hidden


def level_of(tx: Transaction, actor: Actor, entity: Entity, needs: Needs) -> Level:
    """What is asked of an entity; names that stand for nothing are left out."""
    named = _members(tx.model, entity, needs)
    own: set[str] = set()
    others: set[tuple[str, str]] = set()
    whole = needs
    for each in named.values():
        if each.inverse or each.field.computed is None:
            continue
        made = operands(tx.model, entity, each.field)
        own |= made.own
        others |= made.others
        for path in made.paths:
            whole = whole.joined(_along(path))
    return Level(
        entity=entity, needs=whole, members=_members(tx.model, entity, whole), named=frozenset(named),
        readable=frozenset(f.name for f in readable_fields(grants_of(tx.model, actor), entity)),
        own=tuple(entity.by_uid[uid] for uid in own), others=frozenset(others),
    )  # fmt: skip


def _members(model: Model, entity: Entity, needs: Needs) -> dict[str, Member]:
    found = ((name, member(model, entity, name)) for name in needs.fields)
    return {
        name: each
        for name, each in found
        if each is not None and (each.inverse or each.field.type.name != "secret")
    }


def _along(path: tuple[str, ...]) -> Needs:
    """What is read of a record for the value at the end of a path."""
    return Needs({path[0]: _along(path[1:]) if len(path) > 1 else None})


def fill(tx: Transaction, actor: Actor, level: Level, ids: Iterable[int], life: Life) -> None:
    """Read the records of a level that the actor sees."""
    names = dict.fromkeys(("id", "version"))
    for each in level.members.values():
        if not each.inverse and each.field.name in level.readable:
            names[f"{each.field.name}.id" if each.field.type.name == "children" else each.field.name] = None
            names |= dict.fromkeys(_beside(level, each.field))
    names |= dict.fromkeys(f.name for f in level.own if f.valued and f.name in level.readable)
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), TOGETHER):
        some = tuple(wanted[start : start + TOGETHER])
        question = Query(entity=level.entity.name, fields=tuple(names), ids=some, limit=len(some))
        level.items |= {item["id"]: item for item in read(tx, actor, question, life=life).items}


def _beside(level: Level, asked: Field) -> tuple[str, ...]:
    """What a value is read with: of money in several currencies, its currency."""
    name = asked.options.get("currency_field")
    return (str(name),) if name in level.readable else ()
