"""Changes of fields: added, removed, renamed, of another type, of another rule; and of their choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metamodel.convert import carries, same_column
from metamodel.diff.changes import Change, shape
from metamodel.messages import Message, message
from metamodel.model import Choice, Entity, Field, Model, Stage

_ASPECTS: Mapping[str, Message] = {
    "label": message("the label"),
    "help": message("the help"),
    "unique": message("whether it must be unique"),
    "indexed": message("whether it has an index"),
    "read_only": message("whether it is read-only"),
    "personal": message("whether it is personal data"),
    "search": message("whether it is searched"),
    "required_if": message("when it is required"),
    "read_only_if": message("when it is read-only"),
    "visible_if": message("when it is shown"),
    "default": message("the default"),
    "copy": message("what it follows"),
    "narrowing": message("what may be chosen"),
    "computed": message("how it is computed"),
    "on_delete": message("what happens when the linked record is deleted"),
    "inverse": message("the name of the inverse"),
    "through": message("the link of its rows"),
    "options": message("its options"),
}
_SEEN_ELSEWHERE = (
    "to",
    "of",
    "through",
    "inverse",
    "options",
    "formula",
    "path",
    "on_delete",
    "by",
    "currency_field",
)


def field_changes(old: Entity | None, new: Entity, before: Model | None, after: Model) -> Iterator[Change]:
    """Changes of the fields of one entity; of a new entity every field is part of it, not a change of its own."""
    if old is None or before is None:
        return
    for uid, field in new.by_uid.items():
        if field.system or field.of_stage is not None:
            continue
        was = old.by_uid.get(uid)
        if was is None:
            yield _added(new, field, after)
        else:
            yield from _same(new, was, field, before, after)
    for uid, was in old.by_uid.items():
        if uid not in new.by_uid and not was.system and was.of_stage is None:
            yield _change(
                new, was, "removed", message("the field {name} goes away", name=_named(new, was)), before=was
            )


def _named(entity: Entity, field: Field) -> str:
    return f"{entity.name}.{field.name}"


def _change(entity: Entity, field: Field, effect: Any, why: Message, **more: Any) -> Change:
    return Change(
        kind="field", effect=effect, target=_named(entity, field), message=why, uid=field.uid, entity=entity.uid,
        field=field.uid, **more,
    )  # fmt: skip


def _added(entity: Entity, field: Field, model: Model) -> Change:
    why = message(
        "a new field {name} ({label}, {type})",
        name=_named(entity, field),
        label=field.label,
        type=field.type.label,
    )
    receiving = tuple(
        role.name
        for role in model.roles.values()
        if any(g.entity == entity.uid and (g.fields is None or field.uid in g.fields) for g in role.grants)
    )
    return _change(entity, field, "added", why, after=field, roles=receiving)


def _same(entity: Entity, was: Field, now: Field, before: Model, after: Model) -> Iterator[Change]:
    name = _named(entity, now)
    if was.name != now.name:
        why = message("the field {old} is now called {new}", old=f"{entity.name}.{was.name}", new=now.name)
        yield _change(entity, now, "renamed", why, before=was.name, after=now.name)
    copies = carries(was, now) and not same_column(was, now)
    if was.type.name != now.type.name or (copies and was.target == now.target):
        why = message(
            "the field {name} changes from {old} to {new}", name=name, old=_typed(was), new=_typed(now)
        )
        yield _change(entity, now, "retyped", why, copies=copies, before=was, after=now)
    elif was.target != now.target:
        why = message(
            "the field {name} leads to {new} instead of {old}",
            name=name, old=_target(before, was.target), new=_target(after, now.target),
        )  # fmt: skip
        yield _change(entity, now, "changed", why, aspect="target", copies=copies, before=was, after=now)
    led_to_any = bool(was.targets and now.targets)  # of another type the change of type says it all
    for uid in was.targets if led_to_any else ():
        if uid not in now.targets and (gone := before.entity_by_uid.get(uid)) is not None:
            why = message("the field {name} no longer leads to {entity}", name=name, entity=gone.name)
            yield _change(entity, now, "changed", why, aspect="targets", before=uid)
    if led_to_any and any(uid not in was.targets and uid in before.entity_by_uid for uid in now.targets):
        why = message("the field {name} leads to more entities", name=name)
        yield _change(entity, now, "changed", why, aspect="more_targets")
    if was.required != now.required:
        text = message("the field {name} is now required", name=name)
        if was.required:
            text = message("the field {name} is no longer required", name=name)
        yield _change(
            entity, now, "changed", text, aspect="required", before=was.required, after=now.required
        )
    yield from _aspects(entity, was, now)
    yield from choice_changes(entity, now, was.choices, now.choices)


def _typed(field: Field) -> Message:
    storage = field.type.column_type(field)
    if storage.storage == "decimal":
        return message(
            "{type} with {scale} digits after the point", type=field.type.label, scale=storage.scale
        )
    return message("{type}", type=field.type.label)


def _target(model: Model, uid: str | None) -> str:
    entity = model.entity_by_uid.get(uid or "")
    return entity.name if entity else "-"


def _aspects(entity: Entity, was: Field, now: Field) -> Iterator[Change]:
    for aspect, words in _ASPECTS.items():
        old, new = getattr(was, aspect), getattr(now, aspect)
        if aspect == "options":
            if was.type.name != now.type.name:
                continue  # those of the new type say nothing about the old values: its change of type does
            old, new = _own_options(was), _own_options(now)
        if shape(old) != shape(new):
            why = message("the field {name}: {aspect} changes", name=_named(entity, now), aspect=words)
            if aspect == "unique" and new:
                why = message("the values of {name} must now be unique", name=_named(entity, now))
            elif aspect == "unique":
                why = message("the values of {name} need no longer be unique", name=_named(entity, now))
            yield _change(entity, now, "changed", why, aspect=aspect, before=old, after=new)


def _own_options(field: Field) -> dict[str, Any]:
    return {
        key: value for key, value in field.options.items() if key not in _SEEN_ELSEWHERE and key != "scale"
    }


def choice_changes(
    entity: Entity, field: Field, old: Sequence[Choice], new: Sequence[Choice]
) -> Iterator[Change]:
    """Changes of the choices or stages of a field; a computed field only shows those of another."""
    if field.computed is not None:
        return
    before = {choice.uid: choice for choice in old}
    left = {choice.uid for choice in new}
    for choice in new:
        was = before.get(choice.uid)
        if was is None:
            yield _choice(
                entity,
                field,
                choice,
                "added",
                message("a new choice {name}", name=_of(field, choice)),
                after=choice,
            )
            continue
        if was.name != choice.name:
            why = message("the choice {old} is now called {new}", old=_of(field, was), new=choice.name)
            yield _choice(entity, field, choice, "renamed", why, before=was.name, after=choice.name)
        if shape((was.label, was.color, was.archived, _stage_of(was))) != shape(
            (choice.label, choice.color, choice.archived, _stage_of(choice))
        ):
            why = message("the choice {name} changes", name=_of(field, choice))
            yield _choice(entity, field, choice, "changed", why, before=was, after=choice)
    for was in old:
        if was.uid not in left:
            why = message("the choice {name} goes away", name=_of(field, was))
            yield _choice(entity, field, was, "removed", why, before=was)
    order = [choice.uid for choice in old if choice.uid in left]
    if order != [choice.uid for choice in new if choice.uid in before]:
        why = message("the field {name}: the order of its choices changes", name=_named(entity, field))
        yield _change(entity, field, "changed", why, aspect="order")


def _stage_of(choice: Choice) -> Any:
    if not isinstance(choice, Stage):
        return None
    return (choice.kind, choice.pipeline, choice.help, frozenset(choice.required), choice.norm)


def _of(field: Field, choice: Choice) -> str:
    return f"{field.name}.{choice.name}"


def _choice(entity: Entity, field: Field, choice: Choice, effect: Any, why: Message, **more: Any) -> Change:
    return Change(
        kind="stage" if isinstance(choice, Stage) else "choice", effect=effect,
        target=f"{entity.name}.{field.name}.{choice.name}", message=why, uid=choice.uid, entity=entity.uid,
        field=field.uid, **more,
    )  # fmt: skip
