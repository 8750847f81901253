"""Quick filters of a list: which there are, what they say, and the expression they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.access.grants import Grants
from core.i18n import Texts
from core.query.names import readable_fields
from metamodel.messages import message
from metamodel.model import Entity, Field, Model, View
from renderers.lists.address import Address
from renderers.lists.view import Chip, Option
from renderers.pages.tones import tone_of

MOST_CHIPS = 5
ME = "me"
YES = "yes"


def quick_fields(model: Model, grants: Grants, entity: Entity) -> tuple[Field, ...]:
    """The fields with a quick filter: the stage, choices, people, switches; in the order of the entity."""
    user = model.entities.get("user")
    found = [
        field
        for field in readable_fields(grants, entity)
        if not field.system
        and not field.off
        and field.stored
        and (field.choices or field.type.name == "boolean" or (user is not None and field.target == user.uid))
    ]
    stage = entity.stages.field if entity.stages else None
    return tuple(sorted(found, key=lambda field: field.uid != stage)[:MOST_CHIPS])


def kept_choices(address: Address, fields: tuple[Field, ...]) -> dict[str, tuple[str, ...]]:
    """What was chosen, without names and values that do not exist (any more)."""
    kept: dict[str, tuple[str, ...]] = {}
    for field in fields:
        known = {choice.name for choice in field.choices} or ({YES} if field.type.name == "boolean" else {ME})
        values = tuple(value for value in address.chosen.get(field.name, ()) if value in known)
        if values:
            kept[field.name] = values
    return kept


def filter_text(
    chosen: Mapping[str, tuple[str, ...]], fields: tuple[Field, ...], filter: str | None
) -> str | None:
    """The expression of the list and the quick filters together, None for all records."""
    conditions = [condition(field, chosen[field.name]) for field in fields if field.name in chosen]
    parts = [f"({filter})" if conditions else filter] if filter else []
    return " AND ".join([*parts, *conditions]) or None


def condition(field: Field, values: tuple[str, ...]) -> str:
    """The expression of one quick filter; its values are names that `kept_choices` let through."""
    if field.type.name == "boolean":
        return f"{field.name} = true"
    if not field.choices:
        return f"{field.name} = me"
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{field.name} IN ({listed})"


def chips(address: Address, fields: tuple[Field, ...], texts: Texts) -> Iterator[Chip]:
    """The quick filters as they are drawn."""
    for field in fields:
        label = field.label.in_language(texts.language) or field.name
        values = address.chosen.get(field.name, ())
        if field.choices:
            yield _choice_chip(address, field, label, values, texts.language)
        elif field.type.name == "boolean":
            yield Chip(label=label, on=bool(values), href=address.switching(field.name, YES).href())
        else:
            words = texts.render(message("{field}: me", field=label))
            yield Chip(label=words, on=bool(values), href=address.switching(field.name, ME).href())


def _choice_chip(address: Address, field: Field, label: str, values: tuple[str, ...], language: str) -> Chip:
    shown = [choice for choice in field.choices if not choice.archived or choice.name in values]
    return Chip(
        label=label,
        on=bool(values),
        value=", ".join(c.label.in_language(language) or c.name for c in shown if c.name in values),
        href=address.choosing(field.name, ()).href(),
        options=tuple(
            Option(
                label=choice.label.in_language(language) or choice.name,
                href=address.switching(field.name, choice.name).href(),
                on=choice.name in values,
                tone=tone_of(choice.color) if choice.color else None,
            )
            for choice in shown
        ),
    )


def views_of(model: Model, entity: Entity, roles: tuple[str, ...], everything: bool) -> list[View]:
    """The views of an entity for these roles, in the order of their tabs."""
    mine = frozenset(roles)
    found = [
        view
        for view in model.views.values()
        if view.entity in (entity.uid, entity.name)
        and not view.off
        and (everything or view.roles is None or view.roles & mine)
    ]
    return sorted(found, key=lambda view: (view.order is None, view.order or 0, view.name))
