"""What a condition may be about: the fields of an entity, fields along its links, rows that lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.access.grants import Grants
from core.errors import KubikError
from core.query.names import MAX_STEPS, FieldPath, readable_entity, readable_fields, readable_path
from metamodel.fields.known_operators import OF_ROWS, OPERATORS
from metamodel.fields.operator import Operator
from metamodel.fields.operators import operators_of
from metamodel.labels import Label
from metamodel.model import Entity, Field, Model

_RUSSIAN = {"open": "не закрыта", "won": "успешно закрыта", "lost": "закрыта неудачей"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A field by its path, or rows (``rows`` is their entity), with the operators that a filter offers for it."""

    name: str
    labels: tuple[Label, ...]
    field: Field | None
    rows: Entity | None
    operators: tuple[Operator, ...]

    def label(self, language: str) -> str:
        """``Company → City``."""
        return " → ".join(label.in_language(language) for label in self.labels)

    def operator(self, name: str) -> Operator | None:
        """The operator of that name, when it is offered here."""
        return next((each for each in self.operators if each.name == name), None)


def subject(model: Model, grants: Grants, entity: Entity, name: str) -> Subject | None:
    """What is called by that name or path; None when the reader may not use it, or it is a condition's no subject."""
    kept: dict[tuple[str, str, str], Subject | None] = model.derived.setdefault("filter_subjects", {})
    key = (entity.uid, grants.key, name)
    if key not in kept:
        if len(kept) > 20_000:
            kept.clear()
        kept[key] = _found(model, grants, entity, name)
    return kept[key]


def subjects(model: Model, grants: Grants, entity: Entity) -> Iterator[Subject]:
    """Everything of the entity itself, in its order, its rows last."""
    for field in readable_fields(grants, entity):
        if not field.off and (found := subject(model, grants, entity, field.name)) is not None:
            yield found
    for name in inverses(model, grants, entity):
        if (found := subject(model, grants, entity, name)) is not None:
            yield found


def inverses(model: Model, grants: Grants, entity: Entity) -> Iterator[str]:
    """The names under which records of other entities lead here, as far as the reader may know of them."""
    for other in model.entities.values():
        if other.off or not grants.may(other.uid, "read"):
            continue
        for field in readable_fields(grants, other):
            leads = field.target == entity.uid or entity.uid in field.targets
            if field.inverse is not None and leads and field.inverse not in entity.by_name:
                yield field.inverse


def _found(model: Model, grants: Grants, entity: Entity, name: str) -> Subject | None:
    try:
        path = readable_path(model, grants, entity, name, "")
    except KubikError:
        return _of_rows(model, grants, entity, name)
    if any(field.off for field in path.fields):
        return None
    labels = tuple(_label(field) for field in path.fields)
    rows = model.entity_by_uid[path.field.target or ""] if path.field.type.name == "children" else None
    return Subject(
        name=name, labels=labels, field=path.field, rows=rows, operators=tuple(_operators(model, grants, path))
    )  # fmt: skip


def _of_rows(model: Model, grants: Grants, entity: Entity, name: str) -> Subject | None:
    """Rows that lead here, or to a record along links, by the inverse name of their link."""
    *before, last = name.split(".")
    labels: list[Label] = []
    if len(before) > MAX_STEPS:
        return None
    if before:
        try:
            path = readable_path(model, grants, entity, ".".join(before), "")
        except KubikError:
            return None
        if path.field.target is None or not path.field.stored:
            return None
        labels += [_label(field) for field in path.fields]
        entity = model.entity_by_uid[path.field.target]
    for other in model.entities.values():
        if not grants.may(other.uid, "read"):
            continue
        for field in readable_fields(grants, other):
            if field.inverse == last and (field.target == entity.uid or entity.uid in field.targets):
                operators = tuple(OPERATORS[each] for each in OF_ROWS)
                labels.append(other.label_many)
                return Subject(name=name, labels=tuple(labels), field=None, rows=other, operators=operators)
    return None


def _label(field: Field) -> Label:
    return field.label if field.label.ru or field.label.en else Label(ru=field.name, en=field.name)


def _operators(model: Model, grants: Grants, path: FieldPath) -> Iterator[Operator]:
    """The operators of the field's type; of a stage by kind first, in a tree those below too, without what cannot be
    asked by this reader."""
    field = path.field
    yield from _kinds_of_stage(path)
    own = operators_of(field)
    for operator in own:
        if operator.name not in _NEEDS or _may(model, grants, field, *_NEEDS[operator.name]):
            yield operator
        if operator.name == "ne" and OPERATORS["under"] not in own and _in_tree(model, field):
            yield OPERATORS["under"]


_NEEDS = {"my_colleagues": ("user", "department")}
"""Operators that ask another entity's field."""


def _may(model: Model, grants: Grants, field: Field, entity: str, name: str) -> bool:
    if field.target != model.entities[entity].uid:
        return False
    try:
        readable_path(model, grants, readable_entity(model, grants, entity), name, "")
    except KubikError:
        return False
    return True


def _in_tree(model: Model, field: Field) -> bool:
    return (
        field.result.kind == "link"
        and not field.result.many
        and field.result.entity is not None
        and model.entity_by_uid[field.result.entity].tree is not None
    )


def _kinds_of_stage(path: FieldPath) -> Iterator[Operator]:
    """Whether a stage is a closed one, in the names that the closed stages have now."""
    stages = path.entities[-1].stages
    if stages is None or stages.field != path.field.uid:
        return
    kinds = {
        kind: [s.name for p in stages.pipelines for s in p.stages if s.kind == kind]
        for kind in ("won", "lost")
    }
    closed = [name for names in kinds.values() for name in names]
    for kind, names, word in (
        ("open", closed, "NOT IN"),
        ("won", kinds["won"], "IN"),
        ("lost", kinds["lost"], "IN"),
    ):
        if names:
            listed = ", ".join(f"'{name}'" for name in names)
            label = Label(ru=_RUSSIAN[kind], en=f"is {kind}")
            said = Label(ru=_RUSSIAN[kind], en=kind)
            yield Operator(
                name=f"stage_{kind}", label=label, said=said, operand="none", template=f"{{field}} {word} ({listed})"
            )  # fmt: skip
