"""Filters of one press: the stage, choices, switches, what is mine; each is an ordinary condition of the filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from core.access.grants import Grants
from core.query.names import readable_fields
from metamodel.model import Entity, Field, Model
from renderers.filters.parts import Condition, Group, changed, written
from renderers.filters.subjects import subject
from renderers.filters.view import Fast, FastOption
from renderers.filters.words import Teller
from renderers.pages.tones import tone_of

MOST = 4
_ME, _YES = "me", "yes"


def fast_fields(model: Model, grants: Grants, entity: Entity) -> tuple[Field, ...]:
    """The fields with a fast filter: the stage, choices, people, switches; in the order of the entity."""
    user = model.entities.get("user")
    found = [
        field
        for field in readable_fields(grants, entity)
        if not field.system
        and not field.off
        and field.stored
        and (
            _chosen_from(field)
            or field.type.name == "boolean"
            or (user is not None and field.target == user.uid)
        )
    ]
    stage = entity.stages.field if entity.stages else None
    return tuple(sorted(found, key=lambda field: field.uid != stage)[:MOST])


def _chosen_from(field: Field) -> bool:
    return bool(field.choices) and field.result.kind == "choice"


def fast_filters(
    model: Model, grants: Grants, entity: Entity, group: Group, teller: Teller, href: Callable[[str], str]
) -> tuple[Fast, ...]:
    """Those of fields that have no condition yet: the others are chips already."""
    if group.join == "OR" and len(group.parts) > 1:
        return ()
    made = (_fast(field, group, teller, href) for field in fast_fields(model, grants, entity))
    return tuple(each for each in made if each is not None)[: max(1, MOST - len(group.parts))]


def _fast(field: Field, group: Group, teller: Teller, href: Callable[[str], str]) -> Fast | None:
    label = field.label.in_language(teller.texts.language) or field.name
    at = next(
        (n for n, p in enumerate(group.parts) if isinstance(p, Condition) and p.subject == field.name), None
    )
    if at is not None:
        return None
    if _chosen_from(field):
        return _menu(field, label, group, teller, href)
    text = f"{field.name} = true" if field.type.name == "boolean" else f"{field.name} = me"
    words = "" if field.type.name == "boolean" else teller.texts.gettext("me")
    return Fast(label=label, words=words, href=href(_with(group, text)))


def _menu(field: Field, label: str, group: Group, teller: Teller, href: Callable[[str], str]) -> Fast:
    language = teller.texts.language
    options = (
        FastOption(
            label=choice.label.in_language(language) or choice.name,
            href=href(_with(group, f"{field.name} IN ({_quoted(choice.name)})")),
            tone=tone_of(choice.color) if choice.color else None,
        )
        for choice in field.choices
        if not choice.archived
    )
    return Fast(label=label, options=tuple(options))


def _with(group: Group, text: str) -> str:
    added = Condition(subject="", operator="", text=text)
    return written(changed(group, (len(group.parts),), (added,)))


def _quoted(name: str) -> str:
    return f"'{name}'"


def quick_text(
    model: Model, grants: Grants, entity: Entity, chosen: Mapping[str, tuple[str, ...]]
) -> str | None:
    """The old quick filters of an address (``f.stage=won``) as an expression; what does not exist is passed over."""
    return written(replace(Group(), parts=tuple(_quick(model, grants, entity, chosen)))) or None


def _quick(
    model: Model, grants: Grants, entity: Entity, chosen: Mapping[str, tuple[str, ...]]
) -> Iterator[Condition]:
    for name, values in chosen.items():
        found = subject(model, grants, entity, name)
        field = found.field if found is not None and "." not in name else None
        if field is None:
            continue
        known = [choice.name for choice in field.choices if choice.name in values]
        text = ""
        if known and field.result.kind == "choice":
            text = f"{name} IN ({', '.join(map(_quoted, known))})"
        elif field.type.name == "boolean" and _YES in values:
            text = f"{name} = true"
        elif field.target == model.entities["user"].uid and not field.listed and _ME in values:
            text = f"{name} = me"
        if text:
            yield Condition(subject=name, operator="", text=text)
