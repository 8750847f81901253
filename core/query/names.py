"""Names a reader may use: what they may not read does not exist for them, anywhere, in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.access.grants import Grants
from core.errors import KubikError
from metamodel.errors import Problem, unknown
from metamodel.model import Entity, Field, Model

MAX_STEPS = 6
"""Links that a path of a column or a sort may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPath:
    """A field reached along links: the entity each step stands in, and the field it takes there."""

    name: str
    entities: tuple[Entity, ...]
    fields: tuple[Field, ...]

    @property
    def field(self) -> Field:
        return self.fields[-1]


def readable_entity(model: Model, grants: Grants, name: str) -> Entity:
    """The entity of that name; KBK2006 when there is none or the reader sees no row of it, alike."""
    entity = model.entities.get(name)
    if entity is None or not grants.may(entity.uid, "read"):
        raise KubikError("KBK2006")
    return entity


def readable_fields(grants: Grants, entity: Entity) -> Iterator[Field]:
    """The fields of an entity, in order, that the reader may read on some row; through them a path may go on."""
    if grants.may(entity.uid, "read"):
        readable = grants.readable(entity.uid)
        yield from (f for f in entity.fields if f.uid in readable and _reachable(grants, f))


def _reachable(grants: Grants, field: Field) -> bool:
    return field.type.name != "children" or grants.may(field.target or "", "read")


def readable_field(grants: Grants, entity: Entity, name: str, pointer: str) -> Field:
    """The field of that name; KBK2003 when there is none or the reader may never read it, alike."""
    field = entity.by_name.get(name)
    if field is None or field not in tuple(readable_fields(grants, entity)):
        raise no_such_field(name, (f.name for f in readable_fields(grants, entity)), pointer)
    return field


def readable_path(model: Model, grants: Grants, entity: Entity, name: str, pointer: str) -> FieldPath:
    """The path of that dotted name from the entity: links, then one field; KBK2003 when any part is not there."""
    parts = name.split(".")
    if len(parts) > MAX_STEPS + 1:
        raise no_such_field(name, (), pointer)
    entities, fields = [entity], [readable_field(grants, entity, parts[0], pointer)]
    for part in parts[1:]:
        link = fields[-1]
        if link.target is None or not link.stored:
            raise no_such_field(name, (), pointer)
        entities.append(model.entity_by_uid[link.target])
        fields.append(readable_field(grants, entities[-1], part, pointer))
    return FieldPath(name=name, entities=tuple(entities), fields=tuple(fields))


def no_such_field(name: str, known: Iterable[str], pointer: str) -> KubikError:
    """KBK2003, with the nearest name the reader may use."""
    words = unknown("There is no field “{name}” that you may use here.", name, known)
    return KubikError("KBK2003", words, errors=(Problem(pointer=pointer, code="KBK2003", message=words),))
