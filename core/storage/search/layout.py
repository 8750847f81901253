"""Which texts of a record are searched, and in which column of its search row each stands.

A column is a class of fields that the same grants give: what some role hides stands apart from what all see. Titles
that links lead to have columns of their own, since another record's rights decide about them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.storage.search.words import WORDS_VERSION, Part, joined, part
from metamodel.expression.tree import Path
from metamodel.fields.html import plain_text
from metamodel.model import Entity, Field, Model
from metamodel.text import FOLD_VERSION, fold

_IN_TITLES = ("number", "date", "choice")
"""Kinds of values that are searched where they are part of a title."""

_SEEING = frozenset(("read", "show"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A class of texts: own ``fields`` (uids), or with ``link`` those of the record it leads to: of its title, or what
    the lookup ``through`` shows of it.

    ``title`` says that it is part of the record's own title, ``literal`` is what stands in every title of the entity.
    """

    fields: tuple[str, ...]
    link: str | None = None
    through: str | None = None
    title: bool = False
    literal: str = ""

    def written(self) -> dict[str, Any]:
        """As the layout is stored."""
        return {
            "fields": list(self.fields), "link": self.link, "through": self.through, "title": self.title,
            "literal": self.literal,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a search row; equal ``key``s hold the same texts for the same records."""

    columns: tuple[Column, ...]
    key: str

    @property
    def own(self) -> frozenset[str]:
        """The fields (uids) of the record itself that its search row is made of."""
        return frozenset(uid for c in self.columns for uid in ((c.link,) if c.link else c.fields) if uid)

    @property
    def links(self) -> tuple[str, ...]:
        """The links whose titles are searched."""
        return tuple(dict.fromkeys(c.link for c in self.columns if c.link is not None))


def layout_of(model: Model, entity: Entity) -> Layout:
    """The layout of an entity under that model, made once."""
    kept: dict[str, Layout] = model.derived.setdefault("search layouts", {})
    if entity.uid not in kept:
        columns = tuple(_columns(model, entity))
        kept[entity.uid] = Layout(columns=columns, key=_key(model, entity, columns))
    return kept[entity.uid]


def searched_fields(entity: Entity) -> tuple[Field, ...]:
    """The fields of a record whose own values are searched: stored texts, and what else stands in its title."""
    titled = {part.field for part in entity.title if part.field is not None}
    return tuple(f for f in entity.fields if _is_searched(f, titled))


def _is_searched(field: Field, titled: Iterable[str]) -> bool:
    if field.system or not field.stored or field.type.name == "secret":
        return False
    if field.result.kind == "text":
        return field.search or field.uid in titled
    return field.uid in titled and field.result.kind in _IN_TITLES


def _columns(model: Model, entity: Entity) -> Iterable[Column]:
    titled = {part.field for part in entity.title if part.field is not None}
    literal = " ".join(part.text for part in entity.title if part.field is None).strip()
    classes: dict[tuple[bool, Any], list[str]] = {}
    for field in sorted(searched_fields(entity), key=lambda f: f.uid not in titled):
        classes.setdefault((field.uid in titled, _givers(model, entity, field.uid)), []).append(field.uid)
    first = True
    for (title, _), uids in classes.items():
        yield Column(fields=tuple(uids), title=title, literal=literal if first and title else "")
        first = False
    for uid in _links(entity, titled):
        target = model.entity_by_uid[entity.by_uid[uid].target or ""]
        for fields in _title_classes(model, target):
            yield Column(fields=fields, link=uid, title=uid in titled)
    for field in entity.fields:
        shown = _shown_through(model, entity, field) if field.search and field.type.name == "lookup" else None
        if shown is not None:
            yield Column(fields=(shown[1],), link=shown[0], through=field.uid)


def _shown_through(model: Model, entity: Entity, field: Field) -> tuple[str, str] | None:
    """The link of the entity and the text behind it that a lookup shows, when it is no longer path than that."""
    match field.computed.root if field.computed is not None else None:
        case Path(root="row", up=0, steps=((_, link), (target, uid))):
            leads = entity.by_uid.get(link)
            text = model.entity_by_uid[target].by_uid.get(uid)
            if leads is None or not leads.stored or leads.target != target or text is None:
                return None
            return (link, uid) if text.result.kind == "text" and _is_searched(text, (text.uid,)) else None
        case _:
            return None


def _links(entity: Entity, titled: Iterable[str]) -> list[str]:
    """The links whose titles are searched: those that are declared, and those that stand in the title; of child rows,
    which are found in the lists of their parents, only what is declared."""
    declared = set(entity.search_links) | (set(titled) if entity.parent is None else set())
    return [
        f.uid for f in entity.fields
        if f.uid in declared and f.result.kind == "link" and f.stored and f.target is not None and not f.system
    ]  # fmt: skip


def _title_classes(model: Model, target: Entity) -> Iterable[tuple[str, ...]]:
    """The parts of a title that are its record's own, by who may read them."""
    titled = {part.field for part in target.title if part.field is not None}
    classes: dict[Any, list[str]] = {}
    for field in searched_fields(target):
        if field.uid in titled:
            classes.setdefault(_givers(model, target, field.uid), []).append(field.uid)
    return (tuple(uids) for uids in classes.values())


def _givers(model: Model, entity: Entity, uid: str) -> tuple[tuple[str, int], ...]:
    """Which grants of which roles give the cells of a field: the same for all fields of a class."""
    return tuple(
        (role.uid, at)
        for role in sorted(model.roles.values(), key=lambda role: role.uid)
        for at, grant in enumerate(role.grants)
        if grant.entity == entity.uid
        and grant.actions & _SEEING
        and (grant.fields is None or uid in grant.fields)
    )


def _key(model: Model, entity: Entity, columns: tuple[Column, ...]) -> str:
    said = [[json.dumps(column.written()), meanings(model, entity, column)] for column in columns]
    whole = json.dumps([FOLD_VERSION, WORDS_VERSION, said], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def meanings(model: Model, entity: Entity, column: Column) -> list[str]:
    """What the searched texts of the fields of a column depend on besides their values."""
    owner, said = entity, []
    if column.link is not None:
        link = entity.by_uid.get(column.link)
        target = model.entity_by_uid.get(link.target or "") if link is not None else None
        if link is None or target is None:
            return ["gone"]
        owner, said = target, [f"{link.column} {link.target}"]
    fields = (owner.by_uid.get(uid) for uid in column.fields)
    return said + ["gone" if f is None else f"{f.column} {f.type.name} {_labels(f)}" for f in fields]


def _labels(field: Field) -> str:
    return " ".join(f"{c.uid}={' '.join(_label_texts(c.label))}" for c in field.choices)


def _label_texts(label: Any) -> list[str]:
    return list(
        dict.fromkeys(label.in_language(language) for language in ("ru", "en") if label.in_language(language))
    )


def text_of(field: Field, value: Any) -> str | None:
    """The text by which a value is searched; None for nothing."""
    if value is None:
        return None
    match field.result.kind:
        case "text":
            text = str(value)
            return plain_text(text) if field.type.column_type(field).html else text
        case "choice":
            choice = field.choice(value)
            return None if choice is None else " ".join((*_label_texts(choice.label), choice.name))
        case "date":
            return f"{value:%Y-%m-%d %d.%m.%Y}" if isinstance(value, date) else str(value)
        case "number":
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case _:
            return None


def joined_all(column: Column, parts: Sequence[Sequence[Part | None]]) -> list[str]:
    """The texts of a column of search rows, of the parts of one field or several."""
    lists = list(parts)
    if column.literal:
        lists.append([part(fold(column.literal))] * len(lists[0]))
    title = column.title
    return [joined(list(filter(None, some)), title=title) for some in zip(*lists, strict=True)]


def texts_of(entity: Entity, uids: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    """The texts of these fields of a record, those that are empty left out."""
    found, plain = [], entity.plain_texts
    for uid in uids:
        value = values.get(uid)
        if value is None:
            continue
        text = value if uid in plain else text_of(entity.by_uid[uid], value) if uid in entity.by_uid else None
        if text:
            found.append(text)
    return found
