"""Where a column of a file may go: fields of an entity, of what its links lead to, and of the rows they hold in lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.access.grants import Grants
from core.records.importing.likeness import content_alike, named_alike, names_of, plain, score, shares_word
from core.records.importing.recognise.kinds import ColumnFacts
from core.records.importing.resolving import naming_field
from metamodel.model import Entity, Field, Model

UNFIT = ("secret", "number_series", "file", "files", "image", "json")
"""Types of fields that a column of a table does not fill."""

IN_LISTS = ("phone", "email")
"""Types of fields of which a record may have several, in rows of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A field that a column may fill: of the entity itself (``link`` None), or of one it leads to; ``rows`` is the field
    whose child rows have it."""

    entity: Entity
    field: Field
    link: Field | None = None
    rows: Field | None = None

    @property
    def group(self) -> str:
        """Which record it is of: that of the entity itself (empty), or that of a link (its uid)."""
        return self.link.uid if self.link is not None else ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart."""
        return self.group, self.rows.uid if self.rows is not None else "", self.field.uid


def importable(grants: Grants, entity: Entity) -> bool:
    """Whether the actor may bring records of it from a file."""
    return grants.may(entity.uid, "import") and grants.may(entity.uid, "create")


def seats_of(model: Model, grants: Grants, entity: Entity) -> Iterator[Seat]:
    """All places for columns, those of the entity itself first."""
    yield from _own(model, grants, entity, None)
    for each in fillable(grants, entity):
        target = linked(model, each)
        if target is not None and target.uid != entity.uid and importable(grants, target):
            yield from _own(model, grants, target, each)


def _own(model: Model, grants: Grants, entity: Entity, link: Field | None) -> Iterator[Seat]:
    for each in fillable(grants, entity):
        yield Seat(entity=entity, field=each, link=link)
    for rows, child in lists_of(model, grants, entity):
        for each in fillable(grants, child):
            if each.type.name in IN_LISTS:
                yield Seat(entity=child, field=each, link=link, rows=rows)


def lists_of(model: Model, grants: Grants, entity: Entity) -> Iterator[tuple[Field, Entity]]:
    """The fields of child rows that the actor may bring in, with the entity of the rows."""
    for each in entity.fields:
        child = model.entity_by_uid.get(each.target or "") if each.type.name == "children" else None
        if child is not None and each.through in child.by_uid and importable(grants, child):
            yield each, child


def fillable(grants: Grants, entity: Entity) -> Iterator[Field]:
    """The fields that a new record of the actor may be given from a file."""
    writable = grants.writable(entity.uid, "create")
    for each in entity.fields:
        open_ = (
            each.uid in writable and each.writable and each.valued and not each.system and not each.read_only
        )
        if open_ and each.type.name not in UNFIT:
            yield each


def linked(model: Model, link: Field) -> Entity | None:
    """What a link of one record leads to, people aside."""
    found = model.entity_by_uid.get(link.target or "") if not link.listed else None
    return found if found is not None and found.name != "user" else None


def lacking(grants: Grants, entity: Entity, filled: set[str]) -> tuple[Field, ...]:
    """The fields without which no record can be made and that nothing fills."""
    writable = grants.writable(entity.uid, "create")
    return tuple(
        each for each in entity.fields
        if each.required and each.default is None and each.name not in filled and each.uid in writable
        and each.writable and not each.system
    )  # fmt: skip


def makeable(grants: Grants, link: Field) -> bool:
    """Whether a record that a column names may be made where it is missing: when nothing but its name is needed, and
    not where only some may be chosen."""
    target = grants.model.entity_by_uid.get(link.target or "")
    target = target if target is not None and target.name != "user" else None
    naming = naming_field(target) if target is not None else None
    return (
        target is not None and naming is not None and link.narrowing is None and importable(grants, target)
        and not lacking(grants, target, {naming.name})
    )  # fmt: skip


def labels_of(found: Field) -> tuple[str, ...]:
    """What a field is called."""
    return tuple(text for text in (found.name, found.label.ru, found.label.en) if text)


def worth(facts: ColumnFacts, seat: Seat, main: Entity, memory: Mapping[str, tuple[str, str]]) -> int:
    """How well a column fits a place."""
    if memory.get(plain(facts.header)) == (seat.entity.name, seat.field.name):
        return 190 if seat.link is None else 185
    far = 0 if seat.link is None else 15  # the same name in the entity itself is nearer
    if seat.rows is not None:
        return max(
            score(facts, seat.field, labels_of(seat.rows)) + (far and -far - 1 or 10), _told(facts, seat)
        )
    if seat.link is None:
        return score(facts, seat.field, names_of(seat.entity) if seat.field == naming_field(main) else ())
    return max(_told(facts, seat), score(facts, seat.field) - far)


def of_owner(facts: ColumnFacts, seat: Seat) -> bool:
    """Whether the name of the column says whose it is: “phone of the company”."""
    owner = linked_names(seat)
    return bool(owner) and shares_word(facts.header, owner)


def linked_names(seat: Seat) -> tuple[str, ...]:
    """What the record is called that a seat of a link is of."""
    if seat.link is None:
        return ()
    return (*labels_of(seat.link), *(names_of(seat.entity) if seat.rows is None else ()))


def _told(facts: ColumnFacts, seat: Seat) -> int:
    by_name = _named_with_owner(facts, seat) if seat.link is not None else 0
    return by_name + content_alike(facts, seat.field) if by_name else 0


def _named_with_owner(facts: ColumnFacts, seat: Seat) -> int:
    owners = linked_names(seat)
    names = [f"{label} {owner}" for owner in owners for label in labels_of(seat.field)]
    if seat.rows is None and seat.field == naming_field(seat.entity):
        names += owners
    return named_alike(facts.header, names)
