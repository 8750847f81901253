"""The menus of a list: its order by several keys, its groups; every line is a link, so that they work without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.i18n import Texts
from core.query.grouping import grouping_field
from core.query.names import readable_fields
from metamodel.messages import Message, message
from metamodel.model import Field, ViewGroup
from metamodel.value_steps import DATE_STEPS
from renderers.lists.columns import can_sort, readable
from renderers.lists.groups import group_text
from renderers.lists.listing import Listing
from renderers.lists.table import head_label
from renderers.pages.columns import NUMERIC, kind_of

MOST_KEYS = 5
NUMBER_STEPS = ("100", "1000", "10000", "100000", "1000000")
_STEP_WORDS: dict[str, Message] = {
    "day": message("by days"), "week": message("by weeks"), "month": message("by months"),
    "quarter": message("by quarters"), "year": message("by years"),
}  # fmt: skip
_SYSTEM = ("created_at", "updated_at", "created_by", "updated_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A line of a menu: ``href`` is the list with it."""

    label: str
    href: str
    on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """A key of the order in force: turned round, taken out, put before the others."""

    label: str
    descending: bool
    turn: str
    drop: str
    first: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortMenu:
    """The order of a list; ``more`` are fields that can be added to it."""

    keys: tuple[SortKey, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLevel:
    """A level of groups: the field, its steps where it has any, the other direction, the list without it."""

    label: str
    descending: bool
    turn: str
    drop: str
    steps: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMenu:
    """The groups of a list; ``more`` are fields that it can be grouped by, within those there are."""

    levels: tuple[GroupLevel, ...]
    more: tuple[Choice, ...]


def sort_menu(listing: Listing, texts: Texts) -> SortMenu:
    """The order in force, and what may be added to it: the columns shown, then fields of the entity."""
    address, sort = listing.address, listing.sort
    keys = []
    for index, key in enumerate(sort):
        name = key.removeprefix("-")
        turned = [*sort[:index], name if key.startswith("-") else f"-{name}", *sort[index + 1 :]]
        rest = [*sort[:index], *sort[index + 1 :]]
        keys.append(
            SortKey(
                label=_label(listing, name, texts), descending=key.startswith("-"),
                turn=address.sorted_by(*turned).href(), drop=address.sorted_by(*rest).href(),
                first=address.sorted_by(key, *rest).href() if index else "",
            )
        )  # fmt: skip
    used = {key.removeprefix("-") for key in sort}
    more = []
    if len(sort) < MOST_KEYS:
        for column in listing.columns:
            if column.sortable and column.name not in used:
                key = f"-{column.name}" if column.descends_first else column.name
                more.append(
                    Choice(
                        label=head_label(column, texts.language), href=address.sorted_by(*sort, key).href()
                    )
                )
        shown = used | {column.name for column in listing.columns}
        for field in _own_fields(listing):
            if field.name not in shown and can_sort(field):
                numeric = kind_of(listing.grants.model, field.result, field.type.cell) in NUMERIC
                key = f"-{field.name}" if numeric else field.name
                more.append(Choice(label=_name(field, texts), href=address.sorted_by(*sort, key).href()))
    return SortMenu(keys=tuple(keys), more=tuple(more))


def group_menu(listing: Listing, texts: Texts) -> GroupMenu:
    """The groups in force, and what the list, or its groups, may be grouped by."""
    address, entity = listing.address, listing.entity
    written = [group_text(entity, level) for level in listing.group]
    levels = []
    for index, level in enumerate(listing.group):
        field = entity.by_uid[level.field]

        def other(changed: ViewGroup, at: int = index) -> str:
            return address.grouped(*written[:at], group_text(entity, changed), *written[at + 1 :]).href()

        levels.append(
            GroupLevel(
                label=_name(field, texts), descending=level.descending,
                turn=other(ViewGroup(field=level.field, by=level.by, descending=not level.descending)),
                drop=address.grouped(*written[:index], *written[index + 1 :]).href(),
                steps=tuple(
                    Choice(
                        label=_step_words(step, texts), on=step == level.by,
                        href=other(ViewGroup(field=level.field, by=step, descending=level.descending)),
                    )
                    for step in _steps(field)
                ),
            )
        )  # fmt: skip
    used = {level.field for level in listing.group}
    more: tuple[Choice, ...] = ()
    if len(levels) < 2:
        more = tuple(
            Choice(label=_name(field, texts), href=address.grouped(*written, _first(field)).href())
            for field in _groupable(listing)
            if field.uid not in used
        )
    return GroupMenu(levels=tuple(levels), more=more)


def _groupable(listing: Listing) -> Iterator[Field]:
    stages = listing.entity.stages
    found = [
        field
        for field in _own_fields(listing)
        if grouping_field(listing.grants, listing.entity, field.uid) is not None
        and not field.result.percent
        and field.type.cell not in ("image", "file")
    ]
    yield from sorted(found, key=lambda field: (stages is None or field.uid != stages.field, field.system))


def _own_fields(listing: Listing) -> Iterator[Field]:
    for field in readable_fields(listing.grants, listing.entity):
        usable = readable(listing.grants.model, listing.grants, listing.entity, field.name) is not None
        if usable and (not field.system or field.name in _SYSTEM) and field.of_stage is None:
            yield field


def _steps(field: Field) -> tuple[str, ...]:
    if field.result.kind in ("date", "datetime"):
        return DATE_STEPS
    return NUMBER_STEPS if _has_steps(field) else ()


def _has_steps(field: Field) -> bool:
    return field.result.kind == "number" and field.type.name != "rating"


def _first(field: Field) -> str:
    """A field as one begins to group by it."""
    return f"{field.name}:1000" if _has_steps(field) else field.name


def _step_words(step: str, texts: Texts) -> str:
    words = _STEP_WORDS.get(step)
    return texts.render(words) if words is not None else texts.number(int(step))


def _label(listing: Listing, name: str, texts: Texts) -> str:
    path = readable(listing.grants.model, listing.grants, listing.entity, name)
    if path is None:
        return name
    return " → ".join(_name(field, texts) for field in path.fields[-2:])


def _name(field: Field, texts: Texts) -> str:
    return field.label.in_language(texts.language) or field.name
