"""An independent, naive judge of rights over raw rows: which rows, cells and names a person has.

Written from the chapter on roles of the description, in loops over plain dicts; the code under test is not asked. Rules
(`rows`, `check`) run over all live rows, everything shown runs over a world in which hidden rows and cells are not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from metamodel.expression.durations import Span
from metamodel.model import Entity, Field, Grant, Model, Role
from tests.oracle.evaluator import Oracle, Row
from tests.oracle.searching import finds

READING = {"read", "show", "export", "print"}
"""Actions that change nothing: the stages of a grant do not limit them."""


@dataclass
class Person:
    """Who asks: the id of their user, and the roles they have."""

    me: int | None
    roles: tuple[Role, ...]

    @property
    def everything(self) -> bool:
        return any(role.everything for role in self.roles)


@dataclass
class Rights:
    """What a person may do in a world of rows."""

    world: Oracle
    person: Person

    def __post_init__(self) -> None:
        self.known: dict[Any, Any] = {}
        self.seen = Seen(self)

    @property
    def model(self) -> Model:
        return self.world.model

    # --- grants

    def grants(self, entity: Entity, *actions: str) -> list[Grant]:
        """The grants of some of the actions. A child entity without own ones follows its parent wholly."""
        found = [
            g
            for role in self.person.roles
            for g in role.grants
            if g.entity == entity.uid and g.actions & set(actions)
        ]
        if (
            self.person.everything
            or entity.name == "file"
            or (not found and (entity.parent or entity.follows))
        ):
            return [Grant(entity=entity.uid, actions=frozenset(actions))]
        return found

    def stands(self, grant: Grant, entity: Entity, row: Row, action: str = "read") -> bool:
        """Whether the grant is about this row for that action, as it is before a write."""
        if grant.rows is not None and not self.world.holds(grant.rows.root, entity, row):
            return False
        if grant.stages is None or entity.stages is None or action in READING:
            return True
        return row.get(entity.stages.field) in grant.stages

    def passes(self, grant: Grant, entity: Entity, row: Row) -> bool:
        """Whether the row may be left by this grant as it is after a write."""
        return grant.check is None or self.world.holds(grant.check.root, entity, row)

    # --- rows and cells

    def parent_of(self, entity: Entity) -> tuple[Entity, Field, Field] | None:
        """Of a child entity: the parent entity, its field that holds the rows, the child's link to it."""
        if entity.parent is None:
            return None
        link = entity.by_uid[entity.parent]
        parent = self.model.entity_by_uid[link.target or ""]
        held = next(f for f in parent.fields if f.type.name == "children" and f.through == link.uid)
        return parent, held, link

    def led_to(self, entity: Entity, row: Row) -> tuple[Entity, Row] | None:
        """What a record whose rights follow another one leads to."""
        link = row.get(entity.follows or "")
        if link is None:
            return None
        target = self.model.entity_by_uid[link.entity]
        found = next((r for r in self.world.rows[target.uid] if r["id"] == link.id), None)
        return None if found is None else (target, found)

    def sees(self, entity: Entity, row: Row) -> bool:
        """Whether a row, in the bin or not, is there for the person."""
        known = self.known.get((entity.uid, row["id"]))
        if known is None:
            known = self.known[entity.uid, row["id"]] = self._sees(entity, row)
        return bool(known)

    def _sees(self, entity: Entity, row: Row) -> bool:
        if not any(self.stands(g, entity, row) for g in self.grants(entity, "read")):
            return False
        above = self.parent_of(entity)
        if not self.person.everything and entity.follows is not None:
            led = self.led_to(entity, row)
            return led is not None and self.sees(*led)
        if above is None or self.person.everything:
            return True
        parent, held, link = above
        owner = next((r for r in self.world.rows[parent.uid] if r["id"] == row[link.uid]), None)
        return owner is not None and self.reads(parent, owner, held)

    def reads(self, entity: Entity, row: Row, field: Field) -> bool:
        """Whether the person may read that cell."""
        if not self.sees(entity, row):
            return False
        return self._plain(entity, field) or any(
            self.stands(g, entity, row) for g in self._covering(entity, field)
        )

    def exists(self, entity: Entity) -> bool:
        """Whether the person may read some row of the entity, as far as grants say."""
        if entity.name == "file":
            return True  # as far as a record that holds it may be read: said by the tests of files
        above = self.parent_of(entity)
        if above is not None and not self.person.everything and not self.has(above[0], above[1]):
            return False
        if entity.follows is not None and not self.person.everything:
            targets = entity.by_uid[entity.follows].targets
            if not any(self.exists(self.model.entity_by_uid[uid]) for uid in targets):
                return False
        return bool(self.grants(entity, "read"))

    def has(self, entity: Entity, field: Field) -> bool:
        """Whether the field exists for the person at all."""
        if not self.exists(entity):
            return False
        return self._plain(entity, field) or bool(self._covering(entity, field))

    @staticmethod
    def _plain(entity: Entity, field: Field) -> bool:
        """What is told with the row itself: the system's fields, and of a child row what it belongs to."""
        return field.system or field.uid in (entity.parent, entity.follows)

    def reaches(self, entity: Entity, field: Field) -> bool:
        """Whether the field can be named: a list of child rows only where these exist."""
        if not self.has(entity, field):
            return False
        return field.type.name != "children" or self.exists(self.model.entity_by_uid[field.target or ""])

    def apart(self, entity: Entity, field: Field) -> bool:
        """Whether the grants that give a cell leave it out of rows that others give."""
        given = self._covering(entity, field)
        rows = self.grants(entity, "read")
        limited = any(all(g.rows not in (None, row.rows) for g in given) for row in rows)
        return bool(given) and not self._plain(entity, field) and limited

    def _covering(self, entity: Entity, field: Field) -> list[Grant]:
        """The grants that give the cell: those of reading, and those that show more of the rows one reads."""
        more = [
            g
            for role in self.person.roles
            for g in role.grants
            if g.entity == entity.uid and "show" in g.actions
        ]
        given = [*self.grants(entity, "read"), *more]
        return [g for g in given if g.fields is None or field.uid in g.fields]

    # --- what is shown

    def title(self, entity: Entity, row: Row) -> str:
        """The parts of a title that may be read, in one line for searching in."""
        return " ".join(self.title_parts(entity, row))

    def title_parts(self, entity: Entity, row: Row, depth: int = 3) -> Iterator[str]:
        for part in entity.title:
            if part.field is None:
                yield part.text
                continue
            field = entity.by_uid[part.field]
            value = self.seen.cell(entity, row, field.uid)
            if value is None:
                continue
            if field.result.kind == "link":
                target = self.model.entity_by_uid[field.result.entity or ""]
                linked = next((r for r in self.world.rows[target.uid] if r["id"] == value), None)
                if linked is not None and self.sees(target, linked) and depth:
                    yield from self.title_parts(target, linked, depth - 1)
            else:
                yield str(value)

    def finds(self, entity: Entity, row: Row, word: str) -> bool:
        """Whether a search for a word (without separators) finds the row: in its readable texts, or in its title."""
        texts = [
            self.seen.cell(entity, row, f.uid)
            for f in entity.fields
            if f.result.kind == "text" and f.search and not f.system and (f.stored or f.type.name == "lookup")
        ]
        every = [*texts, self.title(entity, row), *self._linked(entity, row)]
        return finds(word, [str(text) for text in every if text], generous=False)

    def _linked(self, entity: Entity, row: Row) -> Iterator[str]:
        """The titles of the records in sight that the links lead to by which the row is found."""
        for uid in entity.search_links:
            target = self.model.entity_by_uid[entity.by_uid[uid].target or ""]
            led = self.seen.cell(entity, row, uid)
            for other in self.world.rows[target.uid]:
                if other["id"] == led and self.sees(target, other):
                    yield self.title(target, other) or ""

    def shown(self, entity: Entity, row: Row, field: Field) -> Any:
        """The value of a readable cell as JSON has it; of a link, id and flags without the title."""
        value = self.seen.cell(entity, row, field.uid)
        if value is None:
            return [] if field.listed else None
        match field.result.kind:
            case "link" if field.listed:
                target = self.model.entity_by_uid[field.target or ""]
                rows = {r["id"]: r for r in self.world.rows[target.uid]}
                return [
                    {"id": i, "deleted": True} if rows[i]["deleted_at"] is not None else {"id": i}
                    for i in value
                ]
            case "link_any":
                target = self.model.entity_by_uid[value.entity]
                linked = next((r for r in self.world.rows[target.uid] if r["id"] == value.id), None)
                if linked is None or not self.sees(target, linked):
                    return {"id": None, "hidden": True}
                gone = {"deleted": True} if linked["deleted_at"] is not None else {}
                return {"id": value.id, "entity": target.name, **gone}
            case "link":
                target = self.model.entity_by_uid[field.result.entity or ""]
                linked = next((r for r in self.world.rows[target.uid] if r["id"] == value), None)
                if linked is None or not self.sees(target, linked):
                    return {"id": None, "hidden": True}
                return {"id": value, "deleted": True} if linked["deleted_at"] is not None else {"id": value}
            case "choice":
                return next(c.name for c in self._choices(field) if c.uid == value)
        return written(value)

    def _choices(self, field: Field) -> Iterable[Any]:
        if field.choices:
            return field.choices
        every = (f for e in self.model.entities.values() for f in e.fields)
        return next(f.choices for f in every if f.uid == field.result.field)


def written(value: Any) -> Any:
    """A plain value as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Span) else value


class Seen(Oracle):
    """The world as the person sees it: hidden rows are not there, hidden cells are empty."""

    def __init__(self, rights: Rights) -> None:
        world = rights.world
        super().__init__(model=world.model, rows=world.rows, zone=world.zone, me=world.me, now=world.now)
        self.rights = rights

    def live(self, entity_uid: str) -> Iterator[Row]:
        entity = self.model.entity_by_uid[entity_uid]
        return (row for row in super().live(entity_uid) if self.rights.sees(entity, row))

    def own(self, user: Entity, field_uid: str | None) -> Row | None:
        """As it is, but for a field that they may read of some people only."""
        field = user.by_uid.get(field_uid or "")
        if field is None or not self.rights.apart(user, field):
            return self.rights.world.find(user.uid, self.me)
        row = self.find(user.uid, self.me)
        return row and {**row, field.uid: self.cell(user, row, field.uid)}

    def leads_on(self, entity_uid: str, record: int) -> bool:
        """From a record that is not seen, in the bin or not, no list leads on."""
        entity = self.model.entity_by_uid[entity_uid]
        return any(r["id"] == record and self.rights.sees(entity, r) for r in self.rows[entity_uid])

    def cell(self, entity: Entity, row: Row, field_uid: str) -> Any:
        found = entity.by_uid.get(field_uid)
        if found is None:
            return row.get(field_uid)
        if not self.rights.reads(entity, row, found):
            return None
        value = super().cell(entity, row, field_uid)
        if found.listed and value is not None:
            target = self.model.entity_by_uid[found.target or ""]
            rows = {r["id"]: r for r in self.rows[target.uid]}
            return tuple(i for i in value if self.rights.sees(target, rows[i])) or None
        if found.result.kind == "number" and found.result.scale and value is not None:
            return Decimal(value)
        return value


@dataclass
class Write:
    """A write of one record: what was sent, and the rows as they were and as an almighty writer leaves them."""

    entity: Entity
    sent: frozenset[str]
    before: Row | None
    after: Row | None


def may_write(then: Rights, now: Rights, write: Write) -> bool:
    """Whether a create, update or delete is the person's to do; ``then`` and ``now`` judge the worlds around it."""
    if then.person.everything:
        return True
    entity, before, after = write.entity, write.before, write.after
    if before is not None and not then.sees(entity, before):
        return False
    if after is None:
        assert before is not None
        return any(then.stands(g, entity, before, "delete") for g in then.grants(entity, "delete"))
    stage = entity.stages.field if entity.stages else ""
    if before is None:
        writers = then.grants(entity, "create")
        moved = stage in write.sent and after[stage] != entity.stages.first.uid if entity.stages else False
        start: Row = {stage: entity.stages.first.uid} if entity.stages else {}
        movers = [g for g in then.grants(entity, "move") if g.stages is None or start[stage] in g.stages]
        movers = [g for g in movers if g.rows is None or now.world.holds(g.rows.root, entity, after)]
    else:
        if not all(then.reads(entity, before, entity.by_uid[uid]) for uid in write.sent):
            return False
        writers = [g for g in then.grants(entity, "update") if then.stands(g, entity, before, "update")]
        moved = bool(stage) and before[stage] != after[stage]
        movers = [g for g in then.grants(entity, "move") if then.stands(g, entity, before, "move")]
    writers = [g for g in writers if now.passes(g, entity, after)]
    movers = [g for g in movers if now.passes(g, entity, after)] if moved else []
    if (moved and not movers) or not (writers or movers) or (before is None and not writers):
        return False
    covering = writers if before is None else [*writers, *movers]
    return all(any(g.fields is None or uid in g.fields for g in covering) for uid in write.sent - {stage})
