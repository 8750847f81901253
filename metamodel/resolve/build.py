"""Drafts from definitions: names and uids unique, reserved words refused, extensions merged, system fields added."""

from __future__ import annotations

from typing import Any

from metamodel.definitions import (
    KINDS,
    ConstraintDefinition,
    Document,
    EntityDefinition,
    ExtensionDefinition,
    FieldDefinition,
    StagesDefinition,
)
from metamodel.errors import unknown
from metamodel.expression.types import DATETIME, INTEGER, Type
from metamodel.labels import Label
from metamodel.layout_definitions import LayoutDefinition
from metamodel.messages import message
from metamodel.model import Choice
from metamodel.names import SYSTEM_ENTITIES, SYSTEM_SOLUTION
from metamodel.resolve.drafts import Drafts, EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.naming import add_field, default_label, name_is_free, unique_names
from metamodel.resolve.stages import add_stages

_SYSTEM: tuple[tuple[str, str, Label], ...] = (
    ("id", "integer", Label(ru="Номер записи", en="Record id")),
    ("created_at", "datetime", Label(ru="Создано", en="Created")),
    ("created_by", "user", Label(ru="Кем создано", en="Created by")),
    ("updated_at", "datetime", Label(ru="Изменено", en="Changed")),
    ("updated_by", "user", Label(ru="Кем изменено", en="Changed by")),
    ("version", "integer", Label(ru="Версия", en="Version")),
    ("deleted_at", "datetime", Label(ru="Удалено", en="Deleted")),
)
_POSITION = ("position", "integer", Label(ru="Порядок", en="Position"))


def build(document: Document, faults: Faults) -> Drafts:
    """Drafts of every entity with its fields, still without types and targets."""
    drafts = Drafts(role_uids={role.name: role.uid for role in document.roles})
    _check_uids(document, faults)
    for index, definition in enumerate(document.entities):
        spot = Spot("entities", index, definition)
        if definition.name in drafts.entities:
            faults.add(
                spot.under("name"),
                "KBK1003",
                message("there is another entity “{name}”", name=definition.name),
            )
            continue
        if definition.name in SYSTEM_ENTITIES and definition.solution != SYSTEM_SOLUTION:
            faults.add(
                spot.under("name"),
                "KBK1003",
                message("the entity “{name}” is the system's", name=definition.name),
            )
            continue
        draft = EntityDraft(uid=definition.uid, name=definition.name, definition=definition, spot=spot)
        drafts.entities[draft.name] = draft
        drafts.entity_by_uid[draft.uid] = draft
    user = drafts.entities.get("user")
    for draft in drafts.entities.values():
        for name, type_name, label in _SYSTEM:
            _add_system(draft, name, type_name, label, user)
        _add_contents(draft, draft.definition, draft.spot, faults)
    for index, extension in enumerate(document.extensions):
        _extend(drafts, extension, Spot("extensions", index, extension), faults)
    return drafts


def add_position(draft: EntityDraft) -> None:
    """The place among its siblings that a child entity's rows have."""
    name, type_name, label = _POSITION
    _add_system(draft, name, type_name, label, None)
    draft.fields.insert(len(_SYSTEM), draft.fields.pop())


def _add_system(
    draft: EntityDraft, name: str, type_name: str, label: Label, user: EntityDraft | None
) -> None:
    definition = FieldDefinition(name=name, uid=name, type=type_name)
    field = FieldDraft(
        uid=name, name=name, entity=draft, definition=definition, spot=draft.spot, label=label, system=True
    )
    field.result = DATETIME if type_name == "datetime" else INTEGER
    if type_name == "user":
        field.target = user.uid if user else None
        field.result = Type(kind="link", entity=field.target)
    add_field(draft, field)


def _extend(drafts: Drafts, extension: ExtensionDefinition, spot: Spot, faults: Faults) -> None:
    draft = drafts.entities.get(extension.extends)
    if draft is None:
        why = unknown("there is no entity “{name}”", extension.extends, drafts.entities)
        faults.add(spot.under("extends"), "KBK1002", why)
        return
    _add_contents(draft, extension, spot, faults)


def _add_contents(
    draft: EntityDraft, source: EntityDefinition | ExtensionDefinition, spot: Spot, faults: Faults
) -> None:
    for index, definition in enumerate(source.fields):
        place = spot.under("fields", index)
        if name_is_free(draft, definition.name, place.under("name"), faults):
            add_field(draft, _field(draft, definition, place, source.solution, faults))
    if source.stages is not None:
        if draft.stages is not None:
            faults.add(spot.under("stages"), "KBK1005", message("the entity has stages already"))
        else:
            add_stages(draft, source.stages, spot.under("stages"), source.solution, faults)
    constraints: tuple[ConstraintDefinition, ...] = source.constraints
    draft.constraints += [(c, spot.under("constraints", i)) for i, c in enumerate(constraints)]
    layout: tuple[LayoutDefinition, ...] = source.layout
    draft.layout += [(tab, spot.under("layout", i)) for i, tab in enumerate(layout)]
    if source.timeline is not None:
        gathered = [(path, spot.under("timeline", i)) for i, path in enumerate(source.timeline)]
        draft.timeline = [*(draft.timeline or ()), *gathered]


def _field(
    draft: EntityDraft, definition: FieldDefinition, spot: Spot, solution: str, faults: Faults
) -> FieldDraft:
    unique_names(definition.choices, spot.under("choices"), faults)
    return FieldDraft(
        uid=definition.uid, name=definition.name, entity=draft, definition=definition, spot=spot,
        label=definition.label or default_label(definition.name), solution=solution,
        choices=make_choices(definition),
    )  # fmt: skip


def make_choices(definition: FieldDefinition) -> tuple[Choice, ...]:
    """The choices of a field."""
    return tuple(
        Choice(
            uid=c.uid, name=c.name, label=c.label or default_label(c.name), color=c.color, archived=c.archived
        )
        for c in definition.choices
    )


def _check_uids(document: Document, faults: Faults) -> None:
    seen: dict[str, str] = {}
    for kind in KINDS:
        for index, definition in enumerate(getattr(document, kind)):
            spot = Spot(kind, index, definition)
            for inner, item in _with_uids(spot, definition):
                shown = f"{kind}/{definition.name}"
                if item.uid in seen:
                    why = message(
                        "the uid “{uid}” is also that of {other}", uid=item.uid, other=seen[item.uid]
                    )
                    faults.add(inner.under("uid"), "KBK1003", why)
                seen[item.uid] = shown


def _with_uids(spot: Spot, definition: Any) -> list[tuple[Spot, Any]]:
    found = [(spot, definition)]
    for i, field in enumerate(getattr(definition, "fields", ())):
        found.append((spot.under("fields", i), field))
        found += [(spot.under("fields", i, "choices", n), c) for n, c in enumerate(field.choices)]
    for i, constraint in enumerate(getattr(definition, "constraints", ())):
        found.append((spot.under("constraints", i), constraint))
    stages = getattr(definition, "stages", None)
    if isinstance(stages, StagesDefinition):
        found.append((spot.under("stages"), stages))
        for i, pipeline in enumerate(stages.pipelines):
            found.append((spot.under("stages", "pipelines", i), pipeline))
            found += [
                (spot.under("stages", "pipelines", i, "stages", n), s) for n, s in enumerate(pipeline.stages)
            ]
    return found
