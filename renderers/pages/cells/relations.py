"""Cells of links: several of them, people as avatars, a record of any entity with its icon."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.query.query import Link, LinkAny
from metamodel.expression.types import Type
from metamodel.model import Field
from renderers.pages.cells.base import SLOT, Drawer, One, quoted
from renderers.pages.columns import Kind
from renderers.pages.people import person
from renderers.pages.titles import title_words

if TYPE_CHECKING:
    from renderers.pages.cells import Cells

SHOWN, FACES = 3, 4
"""Records, and people, that stand in a cell of a list; the others are counted behind them."""


def _links(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    return lambda values: lambda value: _titles(cells, result, value, SHOWN)


def _titles(cells: Cells, result: Type, value: Sequence[Link], most: int) -> str:
    target = cells.model.entity_by_uid.get(result.entity or "")
    frame = cells.frame("link", href=SLOT, text=SLOT).split(SLOT)

    def one(link: Link) -> str:
        words = title_words(link.title, link.id, cells.texts)
        if link.deleted or target is None:
            return cells.frame("_gone", text=words)
        return f"{frame[0]}/e/{target.name}/{link.id}{frame[1]}{quoted(words)}{frame[2]}"

    return _row(cells, "links", [one(link) for link in value[:most]], value[most:])


def _people(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    def draw(value: Sequence[Link]) -> str:
        faces = [_face(cells, link) for link in value[:FACES]]
        return _row(cells, "people", faces, value[FACES:])

    return lambda values: draw


def _face(cells: Cells, link: Link) -> str:
    someone = person(link.id, title_words(link.title, link.id, cells.texts))
    return cells.frame("_face", tone=someone.tone, initials=someone.initials, text=someone.name)


def _named(cells: Cells, link: Link) -> str:
    someone = person(link.id, title_words(link.title, link.id, cells.texts))
    return cells.frame("person", tone=someone.tone, initials=someone.initials, text=someone.name)


def _row(cells: Cells, name: str, shown: Sequence[str], rest: Sequence[Link]) -> str:
    titles = ", ".join(title_words(link.title, link.id, cells.texts) for link in rest)
    before, after = cells.around(name, rest=len(rest), titles=titles)
    return before + "".join(shown) + after


def _link_any(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    frames: dict[str, list[str]] = {}

    def draw(link: LinkAny) -> str:
        if link.hidden:
            return cells.hidden
        words = title_words(link.title, link.id, cells.texts)
        if link.deleted:
            return cells.frame("_gone", text=words)
        if link.entity not in frames:
            entity = cells.model.entities[link.entity]
            label = entity.label.in_language(cells.texts.language) or entity.name
            whole = cells.frame("link_any", icon_name=entity.icon, label=label, href=SLOT, text=SLOT)
            frames[link.entity] = whole.split(SLOT)
        frame = frames[link.entity]
        return f"{frame[0]}/e/{link.entity}/{link.id}{frame[1]}{quoted(words)}{frame[2]}"

    return lambda values: draw


def every_link(cells: Cells, field: Field, result: Type, value: Any) -> str | None:
    """All of a list of links, as a card has it; None for any other value."""
    if field.type.cell == "links" and value:
        return _titles(cells, result, value, len(value))
    if field.type.cell == "people" and value:
        return _row(cells, "links", [_named(cells, link) for link in value], ())
    return None


RELATIONS: Mapping[Kind, Drawer] = {"links": _links, "people": _people, "link_any": _link_any}
