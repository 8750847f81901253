"""What is offered for a merge: the fields of the records side by side, and which value each takes unless somebody chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.allowed import granted
from core.query.query import Query
from core.query.read import read
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Field

LEAST, MOST = 2, 5
BOTH = 0
"""In place of a record: the values of all of them together, where a field holds several or a text of lines."""

NOT_TAKEN = ("secret", "number_series", "children")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The records in the order they were named: items as they are read, and the fields in which anything differs."""

    entity: Entity
    ids: tuple[int, ...]
    items: Mapping[int, Mapping[str, Any]]
    fields: tuple[Field, ...]
    differing: tuple[Field, ...]
    may_stay: tuple[int, ...]
    """Those into which the others may be merged: they may be changed, and all others deleted."""

    def together(self, field: Field) -> bool:
        """Whether the values of a field can be taken together."""
        return field.listed or field.type.name in ("choices", "long_text")

    def usual(self, stays: int) -> dict[str, int]:
        """From which record each differing field is taken, unless somebody chooses: all together where that is possible,
        else what the one that stays has, else the first that has anything."""
        order = (stays, *(each for each in self.ids if each != stays))
        found = {}
        for field in self.differing:
            filled = [each for each in order if not empty(self.items[each].get(field.name))]
            several = field.listed or field.type.name == "choices"
            found[field.name] = BOTH if several and len(filled) > 1 else (filled[0] if filled else stays)
        return found


def mergeable(tx: Transaction, actor: Actor, entity: Entity) -> bool:
    """Whether records of an entity can be merged by this actor at all."""
    return may_merge(grants_of(tx.model, actor), entity)


def may_merge(grants: Grants, entity: Entity) -> bool:
    """The same, from the rights alone."""
    plain = entity.solution != "system" and entity.parent is None and entity.follows is None
    return plain and grants.may(entity.uid, "update") and grants.may(entity.uid, "delete")


def offered(tx: Transaction, actor: Actor, entity: Entity, ids: Sequence[int]) -> Offered:
    """What can be merged of these records. KBK2009 unless they are two to five, KBK2006 when one is not there for the
    actor, KBK4002 when none of them may stay.
    """
    wanted = tuple(dict.fromkeys(ids))
    if not LEAST <= len(wanted) <= MOST:
        raise KubikError("KBK2009", message("Two to {most} records are merged at once.", most=MOST))
    if not mergeable(tx, actor, entity):
        raise KubikError("KBK4002", message("{entity}: you may not merge records", entity=entity.label))
    grants = grants_of(tx.model, actor)
    fields = tuple(
        f for f in entity.fields
        if f.uid in grants.readable(entity.uid) and f.uid in grants.writable(entity.uid, "update")
        and f.valued and f.writable and not f.read_only and f.type.name not in NOT_TAKEN
    )  # fmt: skip
    stage = entity.stages and entity.by_uid[entity.stages.field]
    if (
        stage
        and stage not in fields
        and stage.uid in grants.readable(entity.uid)
        and grants.may(entity.uid, "move")
    ):
        fields = (*fields, stage)
    names = ("id", "version", *(f.name for f in fields))
    page = read(tx, actor, Query(entity=entity.name, fields=names, ids=wanted, limit=MOST))
    items = {item["id"]: item for item in page.items}
    if len(items) < len(wanted):
        raise KubikError("KBK2006")
    changed = granted(tx, actor, entity, wanted, "update")
    deleted = granted(tx, actor, entity, wanted, "delete")
    may_stay = tuple(each for each in wanted if set(wanted) <= changed and set(wanted) - {each} <= deleted)
    if not may_stay:
        raise KubikError("KBK4002", message(
            "To merge records you must be allowed to change all of them and to delete those that go.", entity=entity.label))  # fmt: skip
    differing = tuple(f for f in fields if _differs([items[each].get(f.name) for each in wanted]))
    return Offered(
        entity=entity, ids=wanted, items=items, fields=fields, differing=differing, may_stay=may_stay
    )


def empty(value: Any) -> bool:
    """Whether a value as it is read is none."""
    return value is None or value == "" or value == [] or value == ()


def _differs(values: Sequence[Any]) -> bool:
    first = None if empty(values[0]) else values[0]
    return any((None if empty(value) else value) != first for value in values[1:])
