"""One search over every entity that a reader may read: what is called just so first, then what is newest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.cursor import read_cursor, write_cursor
from core.query.execute import decided, parameters, reader_of
from core.query.plan import page_limit
from core.query.query import Link, Query
from core.query.read import read, titles
from core.query.searching.deciding import Decision, named_of
from core.query.searching.excerpts import excerpt
from core.query.searching.owners import Owner, owners
from core.storage.search.asked import asked
from core.storage.search.layout import layout_of, searched_fields
from core.storage.workspace import Transaction
from metamodel.model import Entity

MOST_EXACT = 10
"""Records of an entity that are called just so and stand before all others."""

LONGEST = 500
"""Characters of what is searched for that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A record that was found; ``excerpt`` is where, when that is not its title, and "" otherwise; ``owner`` is what a
    child row belongs to."""

    entity: Entity
    id: int
    title: str
    excerpt: str = ""
    exact: bool = False
    owner: Owner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Some of what was found, and the cursor behind it."""

    items: tuple[Hit, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of one entity: the first of them, and whether there are more."""

    entity: Entity
    hits: tuple[Hit, ...]
    more: bool


def search(tx: Transaction, actor: Actor, text: str, *, limit: int = 20, cursor: str | None = None) -> Hits:
    """A page of everything that is found: records called just so, then entity by entity the newest first.

    KBK2009 for the limit, KBK2004 for a cursor of another search or reader.
    """
    wanted, sought = page_limit(limit), text.strip()[:LONGEST]
    bound = ("search", sought, wanted, grants_of(tx.model, actor).key, actor.user, actor.language)
    begun: tuple[Any, ...] | None = None
    if cursor is not None:
        begun = read_cursor(tx.workspace.secret_key, bound, cursor, 2)
    if not sought:
        return Hits(items=())
    entities = searchable(tx, actor)
    first = [(e, i) for e in entities for i in exact(tx, actor, e, sought)][:wanted]
    called: dict[str, list[int]] = {entity.uid: [] for entity in entities}
    for entity, record in first:
        called[entity.uid].append(record)
    found = list(first) if begun is None else []
    for entity, after in _from(entities, begun):
        ids, _more = _newest(
            tx, actor, entity, sought, wanted - len(found) + 1 + len(called[entity.uid]), after
        )
        found += [(entity, i) for i in ids if i not in called[entity.uid]]
        if len(found) > wanted:
            break
    shown = found[:wanted]
    last = shown[-1] if len(found) > wanted else None
    behind = None
    if last is not None:
        place = (last[0].name, last[1]) if last[1] not in called[last[0].uid] else (entities[0].name, 0)
        behind = write_cursor(tx.workspace.secret_key, bound, place)
    return Hits(items=tuple(described(tx, actor, sought, shown, called)), next=behind)


def overview(
    tx: Transaction, actor: Actor, text: str, entities: Sequence[Entity], each: int
) -> tuple[Found, ...]:
    """The first hits of each of the entities, those that are called just so before the newest."""
    sought, found = text.strip()[:LONGEST], []
    for entity in entities if sought else ():
        ids, _ = _newest(tx, actor, entity, sought, each + 1, None)
        called = exact(tx, actor, entity, sought) if ids else []
        every = [*called, *(i for i in ids if i not in called)]
        if every:
            hits = tuple(
                described(tx, actor, sought, [(entity, i) for i in every[:each]], {entity.uid: called})
            )
            found.append(Found(entity=entity, hits=hits, more=len(every) > each))
    return tuple(sorted(found, key=lambda f: not any(hit.exact for hit in f.hits)))


def searchable(tx: Transaction, actor: Actor) -> tuple[Entity, ...]:
    """The entities of which the reader may find records, in the order of the model."""
    grants = grants_of(tx.model, actor)
    return tuple(
        e for e in tx.model.entities.values() if grants.may(e.uid, "read") and layout_of(tx.model, e).columns
    )


def exact(tx: Transaction, actor: Actor, entity: Entity, text: str) -> list[int]:
    """The newest records whose title, or a part of it, is just the text, legal forms and signs aside."""
    decision = decided(tx, actor, Query(entity=entity.name, search=text))
    if decision is None or decision.empty:
        return []
    place, mark = tx.searched.get(entity.uid), asked(text).exact
    if (
        mark is None
        or place is None
        or not place.ready
        or place.layout.key != layout_of(tx.model, entity).key
    ):
        return []
    return _page(tx, actor, entity, named_of(tx, place, (((mark,),),)), MOST_EXACT, None)


def _newest(
    tx: Transaction, actor: Actor, entity: Entity, text: str, limit: int, after: int | None
) -> tuple[list[int], bool]:
    question = Query(entity=entity.name, search=text)
    decision = decided(tx, actor, question)
    if decision is None or decision.empty:
        return [], False
    ids = _page(tx, actor, entity, decision, min(limit, 1000), after, text)
    return ids, len(ids) >= limit


def _page(
    tx: Transaction,
    actor: Actor,
    entity: Entity,
    decision: Decision,
    limit: int,
    after: int | None,
    text: str = "",
) -> list[int]:
    question = Query(entity=entity.name, fields=("id",), sort=("-id",))
    reader = reader_of(tx, actor, question, decision=decision)
    given = parameters(tx, actor, replace(question, search=text or None))
    items, _ = reader.page(
        tx.connection, {**given, **decision.values}, limit, None if after is None else (after,)
    )
    return [item["id"] for item in items]


def _from(entities: Sequence[Entity], begun: tuple[Any, ...] | None) -> Iterator[tuple[Entity, int | None]]:
    """The entities from where the page before ended, the first of them behind that record."""
    names = [entity.name for entity in entities]
    first = names.index(begun[0]) if begun is not None and begun[0] in names else 0
    for at, entity in enumerate(entities[first:], start=first):
        yield entity, begun[1] or None if begun is not None and at == first else None


def described(
    tx: Transaction,
    actor: Actor,
    text: str,
    records: Sequence[tuple[Entity, int]],
    called: dict[str, list[int]],
) -> Iterator[Hit]:
    """The records with their titles, and where in them the text was found, in the same order."""
    ids: dict[str, list[int]] = {}
    for entity, record in records:
        ids.setdefault(entity.uid, []).append(record)
    titled: dict[str, dict[int, Link]] = {}
    told: dict[str, dict[int, str]] = {}
    above: dict[str, dict[int, Owner]] = {}
    for uid, some in ids.items():
        entity = tx.model.entity_by_uid[uid]
        titled[uid] = titles(tx, actor, entity, some)
        named = {record: link.title for record, link in titled[uid].items()}
        told[uid] = _excerpts(tx, actor, entity, named, text)
        above[uid] = owners(tx, actor, entity, named)
    for entity, record in records:
        yield Hit(
            entity=entity, id=record, title=titled[entity.uid][record].title,
            excerpt=told[entity.uid].get(record, ""), exact=record in called.get(entity.uid, ()),
            owner=above[entity.uid].get(record),
        )  # fmt: skip


def _excerpts(
    tx: Transaction, actor: Actor, entity: Entity, named: Mapping[int, str], text: str
) -> dict[int, str]:
    readable = grants_of(tx.model, actor).readable(entity.uid)
    layout = layout_of(tx.model, entity)
    titled = {part.field for part in entity.title}
    wanted = {f.uid for f in searched_fields(entity)} | {
        c.through or c.link for c in layout.columns if c.link
    }
    fields = [f for f in entity.fields if f.uid in wanted and f.uid not in titled and f.uid in readable]
    if not fields:
        return {}
    question = Query(
        entity=entity.name,
        fields=("id", *(f.name for f in fields)),
        ids=tuple(named),
        limit=max(len(named), 1),
    )
    found: dict[int, str] = {}
    for item in read(tx, actor, question).items:
        found[item["id"]] = excerpt(fields, item, text, named[item["id"]])
    return found
