"""The bar of filters above a list: the expression in force as chips, fast filters beside them, every link ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.filters import parse_filter
from core.query.read import titles
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.model import Entity, Model
from renderers.filters.fast import fast_filters
from renderers.filters.parts import (
    Condition,
    Free,
    Group,
    Part,
    Place,
    changed,
    conditions_in,
    holds_together,
    written,
)
from renderers.filters.reading import Find, read_parts
from renderers.filters.subjects import subject
from renderers.filters.view import Chip, FilterBar
from renderers.filters.words import Teller, named_records
from renderers.pages.titles import title_words

MOST_KEPT = 1_000
"""Bars kept for a model; beyond it they are made again."""

State = Sequence[tuple[str, str]]
"""The pairs of the list's address, the filter and the page left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses of a list with another filter, and of the pages that change one.

    A state that has `at` leads back to what stands there below the list: to a report.
    """

    path: str
    state: State
    text: str

    def list(self, text: str) -> str:
        """The list with that filter; an empty one is said, because it replaces the view's own."""
        below = "/report" if ("at", "report") in self.state else ""
        state = [pair for pair in self.state if pair[0] != "at"]
        return f"{self.path}{below}?{urlencode([*state, ('filter', text)])}"

    def page(self, name: str, **more: str) -> str:
        """A page of filters about this state."""
        pairs = [*self.state, ("filter", self.text), *((f"_{key}", value) for key, value in more.items())]
        return f"{self.path}/filters/{name}?{urlencode(pairs)}"


def finder(model: Model, grants: Grants, entity: Entity) -> Find:
    """What a name means for conditions about that entity."""
    return lambda name: subject(model, grants, entity, name)


def fault_of(model: Model, grants: Grants, entity: Entity, text: str | None) -> KubikError | None:
    """Why a filter cannot be applied, None when it can: KBK2002, KBK2003."""
    try:
        parse_filter(model, grants, entity, text)
    except KubikError as error:
        return error
    return None


def combined(*texts: str | None) -> str | None:
    """Filters that hold together as one."""
    kept = [text for text in texts if text is not None and text.strip()]
    if len(kept) < 2:
        return kept[0] if kept else None
    return " AND ".join(text if holds_together(text) else f"({text})" for text in kept)


def bar(who: Visit, tx: Transaction, entity: Entity, text: str | None, state: State) -> FilterBar:
    """The bar of a list whose filter in force is ``text``."""
    grants = grants_of(tx.model, who.actor)
    group = _group(tx.model, grants, entity, text)
    teller = teller_of(who, tx, entity, group)
    kept: dict[tuple[object, ...], FilterBar] = tx.model.derived.setdefault("filter_bars", {})
    told = tuple(sorted(teller.titles.items()))
    key = (entity.uid, grants.key, text, tuple(state), who.language, who.zone.key, told)
    if key in kept:
        return kept[key]
    made = _Bar(
        model=tx.model, grants=grants, entity=entity, group=group, teller=teller,
        links=Links(path=f"/e/{entity.name}", state=tuple(state), text=text or ""),
    )  # fmt: skip
    found = made.bar(text or "")
    if not _asks_of_rows(group):  # those name records of their own, which are told as they are called now
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = found
    return found


def _group(model: Model, grants: Grants, entity: Entity, text: str | None) -> Group:
    """The conditions of a filter, recognised once."""
    kept: dict[tuple[str, str, str | None], Group] = model.derived.setdefault("filter_groups", {})
    key = (entity.uid, grants.key, text)
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = read_parts(text, finder(model, grants, entity))
    return kept[key]


def _asks_of_rows(group: Group) -> bool:
    return any(
        isinstance(part, Condition) and part.operator in ("rows_where", "no_rows_where")
        for _, part in conditions_in(group)
    )


def teller_of(who: Visit, tx: Transaction, entity: Entity, group: Group) -> Teller:
    """Who says these conditions, with the titles of the records they name."""
    grants = grants_of(tx.model, who.actor)
    find = finder(tx.model, grants, entity)
    conditions = [part for _, part in conditions_in(group) if isinstance(part, Condition)]
    return Told(
        texts=who.texts, model=tx.model, zone=who.zone, find=find,
        titles=record_titles(who, tx, named_records(conditions, find, tx.model)), who=who, tx=tx,
    )  # fmt: skip


def record_titles(who: Visit, tx: Transaction, wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], str]:
    """The titles of records that the reader sees."""
    found: dict[tuple[str, int], str] = {}
    for uid, ids in wanted.items():
        for id, link in titles(tx, who.actor, tx.model.entity_by_uid[uid], sorted(ids)).items():
            if not link.hidden:
                found[uid, id] = title_words(link.title, id, who.texts)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Teller):
    """A teller that knows the fields of rows too."""

    who: Visit
    tx: Transaction

    def inner(self, entity: str, text: str) -> str:
        """What is asked of rows, in the words of their fields."""
        rows = self.tx.model.entity_by_uid[entity]
        group = read_parts(text, finder(self.tx.model, grants_of(self.tx.model, self.who.actor), rows))
        return teller_of(self.who, self.tx, rows, group).part(group)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    model: Model
    grants: Grants
    entity: Entity
    group: Group
    teller: Teller
    links: Links

    def bar(self, text: str) -> FilterBar:
        fault = fault_of(self.model, self.grants, self.entity, text)
        turned = replace(self.group, join="OR" if self.group.join == "AND" else "AND")
        words = self.teller.texts.render
        return FilterBar(
            text=text,
            chips=tuple(self.chip(part, (number,)) for number, part in enumerate(self.group.parts)),
            fast=() if fault else fast_filters(self.model, self.grants, self.entity, self.group, self.teller, self.links.list),
            count=sum(1 for _ in conditions_in(self.group)),
            any=self.group.join == "OR",
            join=self.teller.word(self.group),
            turn=self.links.list(written(turned)) if len(self.group.parts) > 1 else "",
            turn_words=self.turn_words(self.group),
            add=self.links.page("edit", at=str(len(self.group.parts))),
            add_part=self.links.page("edit", at=str(len(self.group.parts)), part="1"),
            expression=self.links.page("text"),
            expression_part=self.links.page("text", part="1"),
            drop_all=self.links.list("") if self.group.parts else "",
            drop_wrong="" if fault is None else self.without_wrong(),
            problem="" if fault is None else words(fault.errors[0].message if fault.errors else fault.detail),
            sentence=self.teller.part(self.group) if self.group.parts else "",
        )  # fmt: skip

    def chip(self, part: Part, place: Place) -> Chip:
        at = ".".join(map(str, place))
        drop = self.links.list(written(changed(self.group, place, ())))
        if isinstance(part, Group):
            return self.group_chip(part, place, at, drop)
        if isinstance(part, Free):
            fault = fault_of(self.model, self.grants, self.entity, part.text)
            wrong = (
                ""
                if fault is None
                else self.teller.texts.render(fault.errors[0].message if fault.errors else fault.detail)
            )
            edit, inner = self.links.page("text", at=at), self.links.page("text", at=at, part="1")
            return Chip(kind="text", at=at, words=part.text, edit=edit, part=inner, drop=drop, wrong=wrong)
        label, words = self.teller.condition(part)
        fault = fault_of(self.model, self.grants, self.entity, part.text)
        wrong = (
            ""
            if fault is None
            else self.teller.texts.render(fault.errors[0].message if fault.errors else fault.detail)
        )
        return Chip(
            kind="condition", at=at, label=label, words=words, negated=part.negated, drop=drop, wrong=wrong,
            edit=self.links.page("edit", at=at), part=self.links.page("edit", at=at, part="1"),
        )  # fmt: skip

    def group_chip(self, part: Group, place: Place, at: str, drop: str) -> Chip:
        turned = replace(part, join="OR" if part.join == "AND" else "AND")
        further = f"{at}.{len(part.parts)}"
        return Chip(
            kind="group", at=at, negated=part.negated, drop=drop, join=self.teller.word(part),
            turn=self.links.list(written(changed(self.group, place, (turned,)))), turn_words=self.turn_words(part),
            chips=tuple(self.chip(each, (*place, number)) for number, each in enumerate(part.parts)),
            add=self.links.page("edit", at=further), add_part=self.links.page("edit", at=further, part="1"),
        )  # fmt: skip

    def without_wrong(self) -> str:
        """The list without the conditions that cannot be applied; empty when none is left."""
        left = self.group
        for place, part in reversed(tuple(conditions_in(self.group))):
            if fault_of(self.model, self.grants, self.entity, part.text) is not None:
                left = changed(left, place, ())
        return self.links.list(written(left)) if left.parts else ""

    def turn_words(self, group: Group) -> str:
        texts = self.teller.texts
        if group.join == "AND":
            return texts.gettext("All conditions hold; make it any of them")
        return texts.gettext("Any of the conditions holds; make it all of them")
