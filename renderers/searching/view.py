"""What the search shows: records by entity, places and things to do, what was opened lately."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from urllib.parse import urlencode

from core.access.grants import Grants, grants_of
from core.query.query import Link, Query
from core.query.read import read, titles
from core.query.searching import Segment, marks
from core.query.searching.everywhere import Found, Hit, overview, searchable
from core.storage.search.words import words_of
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.model import Entity
from metamodel.text import fold, number_of
from renderers.pages.icons import icon_name
from renderers.pages.shell import navigation

EACH = 5
"""Records of an entity that are shown at once."""

MOST_PLACES = 8
RECENT = 12

NOT_SHOWN = ("user_role", "group_role", "share", "deputy", "role", "group", "file", "comment")
"""Entities of the system whose records have no card of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing to choose: its words, where they are from, and where it leads; ``key`` names a record."""

    href: str
    icon: str
    title: tuple[Segment, ...]
    beside: tuple[Segment, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Things of one kind; ``more`` leads to all of them."""

    label: str
    lines: tuple[Line, ...]
    more: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the search shows for a text; ``places`` before the records when they are what is meant."""

    text: str
    sections: tuple[Section, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing was found."""
        return not self.sections


def results(who: Visit, tx: Transaction, text: str) -> Results:
    """What is found for a text."""
    sought = text.strip()
    if not sought:
        return Results(text=sought, sections=_only_places(who, tx))
    found = overview(tx, who.actor, sought, _shown(who, tx), EACH)
    sections = [_section(who, each, sought) for each in found]
    sections += _through_children(
        who, tx, sought, {line.key for section in sections for line in section.lines}
    )
    places = tuple(_matching(places_of(who, tx), sought))[:MOST_PLACES]
    if places:
        section = Section(label=who.texts.gettext("Go to or do"), lines=places)
        sections.insert(0 if _begins(places[0], sought) else len(sections), section)
    return Results(text=sought, sections=tuple(sections))


def recent(who: Visit, tx: Transaction, keys: Sequence[str]) -> Results:
    """The records that a browser remembers to have opened, those that may still be seen, in their order."""
    wanted: dict[str, list[int]] = {}
    for key in keys[:RECENT]:
        name, _, number = key.partition(":")
        record = number_of(number)
        if name in tx.model.entities and record is not None:
            wanted.setdefault(name, []).append(record)
    grants = grants_of(tx.model, who.actor)
    seen = {
        name: titles(tx, who.actor, tx.model.entities[name], ids)
        for name, ids in wanted.items()
        if grants.may(tx.model.entities[name].uid, "read")
    }
    lines = []
    for key in keys[:RECENT]:
        name, _, number = key.partition(":")
        link = seen.get(name, {}).get(number_of(number) or 0)
        if link is not None and link.id is not None and not link.deleted:
            entity = tx.model.entities[name]
            beside = (Segment(entity.label.in_language(who.language), False),)
            lines.append(_line(entity, link.id, (Segment(link.title, False),), beside))
    section = Section(label=who.texts.gettext("Opened lately"), lines=tuple(lines))
    return Results(text="", sections=((section,) if lines else ()) + _only_places(who, tx))


def _only_places(who: Visit, tx: Transaction) -> tuple[Section, ...]:
    places = tuple(places_of(who, tx))[:MOST_PLACES]
    return (Section(label=who.texts.gettext("Go to or do"), lines=places),) if places else ()


def _shown(who: Visit, tx: Transaction) -> list[Entity]:
    """The entities whose records are shown, in the order of this person's navigation."""
    places = [
        item.href
        for group in navigation(tx.model, grants_of(tx.model, who.actor), who)
        for item in group.items
    ]
    order = {href.partition("?")[0]: at for at, href in reversed(list(enumerate(places)))}
    every = [
        e for e in searchable(tx, who.actor)
        if e.name not in NOT_SHOWN and not e.off and e.parent is None
    ]  # fmt: skip
    return sorted(every, key=lambda e: order.get(f"/e/{e.name}", len(places)))


def _through_children(who: Visit, tx: Transaction, text: str, known: Set[str]) -> list[Section]:
    """Records that are found by their child rows: a contact by one of its telephones."""
    rows = [
        e for e in searchable(tx, who.actor)
        if e.parent is not None and not e.off and _owner(tx, e).parent is None and _owner(tx, e).name not in NOT_SHOWN
    ]  # fmt: skip
    found: dict[str, dict[str, Line]] = {}
    for each in overview(tx, who.actor, text, rows, EACH):
        link, owner = each.entity.by_uid[each.entity.parent or ""], _owner(tx, each.entity)
        question = Query(
            entity=each.entity.name, fields=("id", link.name), ids=tuple(hit.id for hit in each.hits)
        )
        owners: dict[int, Link] = {
            item["id"]: item[link.name] for item in read(tx, who.actor, question).items
        }
        for hit in each.hits:
            above = owners.get(hit.id)
            key = f"{owner.name}:{above.id}" if above is not None and above.id is not None else ""
            if above is not None and key and key not in known and not above.deleted:
                line = _line(owner, above.id or 0, (Segment(above.title, False),), marks(hit.title, text))
                found.setdefault(owner.name, {}).setdefault(key, line)
    labels = {name: tx.model.entities[name].label_many.in_language(who.language) or name for name in found}
    return [Section(label=labels[name], lines=tuple(lines.values())) for name, lines in found.items()]


def _owner(tx: Transaction, entity: Entity) -> Entity:
    """The entity whose child rows these are."""
    return tx.model.entity_by_uid[entity.by_uid[entity.parent or ""].target or ""]


def _section(who: Visit, found: Found, text: str) -> Section:
    entity = found.entity
    more = f"/e/{entity.name}?{urlencode({'q': text})}" if found.more and entity.parent is None else None
    lines = tuple(_hit(hit, text) for hit in found.hits)
    return Section(label=entity.label_many.in_language(who.language) or entity.name, lines=lines, more=more)


def _hit(hit: Hit, text: str) -> Line:
    return _line(hit.entity, hit.id, marks(hit.title, text), marks(hit.excerpt, text))


def _line(entity: Entity, record: int, title: tuple[Segment, ...], beside: tuple[Segment, ...]) -> Line:
    return Line(
        href=f"/e/{entity.name}/{record}", icon=icon_name(entity.icon), title=title,
        beside=beside, key=f"{entity.name}:{record}",
    )  # fmt: skip


# --- places and things to do


def places_of(who: Visit, tx: Transaction) -> Iterator[Line]:
    """Where this person may go and what they may begin."""
    model, grants = tx.model, grants_of(tx.model, who.actor)
    for group in navigation(model, grants, who):
        for item in group.items:
            yield Line(
                href=item.href, icon=item.icon, title=(Segment(item.label, False),),
                beside=(Segment(group.label, False),) if group.label else (),
            )  # fmt: skip
    for entity in model.entities.values():
        if entity.menu and entity.parent is None and not entity.off and grants.may(entity.uid, "create"):
            label = entity.label.in_language(who.language) or entity.name
            words = who.texts.gettext("{entity}: create").format(entity=label)
            yield Line(href=f"/e/{entity.name}/new", icon="plus", title=(Segment(words, False),))
    yield from _views(who, tx, grants)
    for href, icon, words in (("/me/security", "lock", "Security"), ("/drafts", "pencil", "Drafts")):
        yield Line(href=href, icon=icon, title=(Segment(who.texts.gettext(words), False),))


def _views(who: Visit, tx: Transaction, grants: Grants) -> Iterator[Line]:
    for view in tx.model.views.values():
        entity = tx.model.entity_by_uid[view.entity]
        shown = not view.off and not entity.off and grants.may(entity.uid, "read")
        if shown and (view.roles is None or grants.everything or view.roles & set(who.actor.roles)):
            label = view.label.in_language(who.language) or view.name
            beside = entity.label_many.in_language(who.language) or entity.name
            yield Line(
                href=f"/e/{entity.name}?{urlencode({'view': view.name})}", icon=icon_name(entity.icon),
                title=(Segment(label, False),), beside=(Segment(beside, False),),
            )  # fmt: skip


def _matching(lines: Iterator[Line], text: str) -> Iterator[Line]:
    """Those whose words begin with every word of the text, or hold it when it is longer; each address once."""
    asked, seen = words_of(fold(text)), set()
    for line in lines:
        words = words_of(fold("".join(s.text for s in (*line.title, *line.beside))))
        title = "".join(s.text for s in line.title)
        found = all(any(w.startswith(a) or (len(a) > 3 and a in w) for w in words) for a in asked)
        if asked and found and line.href not in seen:
            seen.add(line.href)
            yield Line(href=line.href, icon=line.icon, title=marks(title, text), beside=line.beside)


def _begins(line: Line, text: str) -> bool:
    return fold("".join(segment.text for segment in line.title)).startswith(fold(text.strip()))
