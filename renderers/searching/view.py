"""What the search shows: records by entity, places and things to do, what was opened lately."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from core.access.grants import Grants, grants_of
from core.query.read import titles
from core.query.searching import Segment, marks
from core.query.searching.everywhere import Hit, overview, searchable
from core.storage.search.words import words_of
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.model import Entity
from metamodel.text import fold, number_of
from renderers.pages.icons import icon_name
from renderers.pages.shell import navigation

EACH = 5
"""Records of an entity that are shown at once."""

ROWS = 4
"""Child rows that are looked at for each record that is shown by one: some belong to the same."""

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
    sections = _records(who, tx, sought)
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


def _records(who: Visit, tx: Transaction, text: str) -> list[Section]:
    """The records that are found by their own texts or by their child rows, those of an entity together; entities with
    something that is called just so before the others."""
    shown = _shown(who, tx)
    own = {found.entity.name: found for found in overview(tx, who.actor, text, shown, EACH)}
    rows = _by_rows(who, tx, text)
    sections: list[tuple[bool, Section]] = []
    for name in dict.fromkeys((*(e.name for e in shown), *rows)):
        hits = own[name].hits if name in own else ()
        known = {hit.id for hit in hits}
        more = [row for owner, row in rows.get(name, {}).items() if owner not in known][:EACH]
        if hits or more:
            lines = (*(_hit(hit, text) for hit in hits), *(_row(row, text) for row in more))
            section = _section(who, tx.model.entities[name], lines, text, name in own and own[name].more)
            sections.append((any(hit.exact for hit in (*hits, *more)), section))
    return [section for _, section in sorted(sections, key=lambda each: not each[0])]


def _by_rows(who: Visit, tx: Transaction, text: str) -> dict[str, dict[int, Hit]]:
    """The first child row of each record that is found by its rows, by name of the entity and id: of a contact one of
    its telephones."""
    rows = [e for e in searchable(tx, who.actor) if e.parent is not None and not e.off]
    found: dict[str, dict[int, Hit]] = {}
    for each in overview(tx, who.actor, text, rows, EACH * ROWS):
        for hit in each.hits:
            owner = hit.owner
            if owner is not None and owner.entity.name not in NOT_SHOWN and not owner.entity.off:
                found.setdefault(owner.entity.name, {}).setdefault(owner.id, hit)
    return found


def _section(who: Visit, entity: Entity, lines: tuple[Line, ...], text: str, more: bool) -> Section:
    address = f"/e/{entity.name}?{urlencode({'q': text})}" if more else None
    label = entity.label_many.in_language(who.language) or entity.name
    return Section(label=label, lines=lines, more=address)


def _hit(hit: Hit, text: str) -> Line:
    return _line(hit.entity, hit.id, marks(hit.title, text), marks(hit.excerpt, text))


def _row(hit: Hit, text: str) -> Line:
    """The record that a child row belongs to, with what the row is called and where in it the text was found."""
    owner = hit.owner
    assert owner is not None
    told = [marks(written, text) for written in (owner.row, hit.excerpt) if written]
    beside = tuple(piece for each in told for piece in (Segment(" · ", False), *each))[1:]
    return _line(owner.entity, owner.id, (Segment(owner.title, False),), beside)


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
