"""The timeline of a record: its comments, files, moves and changes, and records that lead to it; newest first.

Each source is read by itself, from the newest back, under the rights of the reader; a page takes the newest of all of
them and remembers how far each source was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.comments import COMMENT, fields_read, seen, told
from core.query.cursor import read_cursor, write_cursor
from core.query.history import changes_before
from core.query.plan import page_limit
from core.query.query import Leading, Link, Query
from core.query.read import read, record, titles
from core.storage.workspace import Transaction
from metamodel.layout import TimelineSource
from metamodel.model import Entity

ATTACHMENT = "attachment"
EventKind = Literal["comment", "file", "move", "change", "record"]

Shown = Callable[[Entity], tuple[str, ...]]
"""Which fields of a linked record are told, by its entity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """Something that happened: when, by whom, of which kind.

    ``item`` are the comment, the change with its ``changes``, or the fields of a linked record, whose ``title`` stands
    beside. ``entity`` is that of the record the event is made of: the record itself for changes.
    """

    kind: EventKind
    at: datetime
    by: Link | None
    entity: Entity
    id: int
    item: dict[str, Any] = field(default_factory=dict)
    title: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """Events, the newest first, and where to go on."""

    events: tuple[TimelineEvent, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One source of a timeline: ``name`` is what it is chosen by, ``entity`` whose records it reads by ``through``.

    Without ``through`` it is the journal of the record itself.
    """

    name: str
    entity: Entity
    id: int
    target: Entity
    through: str | None = None


@dataclass(slots=True, kw_only=True)
class _Head:
    """A stream while it is merged: its events still to be taken, and the place below which it goes on."""

    stream: Stream
    events: list[TimelineEvent]
    more: bool
    before: int | None

    def take(self) -> TimelineEvent:
        taken = self.events.pop(0)
        self.before = place_of(taken)
        return taken

    @property
    def rest(self) -> int | None:
        """Where the next page begins: 0 when nothing is left."""
        return self.before if self.events or self.more else 0


def place_of(event: TimelineEvent) -> int:
    """The place of an event in its stream."""
    return int(event.item["seq"]) if event.kind in ("change", "move") else event.id


def streams(tx: Transaction, actor: Actor, entity: Entity, id: int) -> tuple[Stream, ...]:
    """The sources of a record's timeline that the actor may read, as the entity's definition says."""
    grants = grants_of(tx.model, actor)
    found: list[Stream] = []
    for source in entity.timeline:
        if source.entity is None:
            found += _own(tx, entity, id)
            continue
        of = tx.model.entity_by_uid[source.entity]
        led = _led_to(tx, actor, entity, id, source)
        if led is not None and grants.may(of.uid, "read"):
            target, target_id = led
            found.append(Stream(name=of.name, entity=of, id=target_id, target=target, through=source.through))
    return tuple(found)


def _own(tx: Transaction, entity: Entity, id: int) -> Iterator[Stream]:
    for name in (COMMENT, ATTACHMENT):
        of = tx.model.entities.get(name)
        if of is not None and of.follows is not None and entity.uid in of.by_uid[of.follows].targets:
            yield Stream(name=name, entity=of, id=id, target=entity, through=of.follows)
    yield Stream(name="change", entity=entity, id=id, target=entity)


def _led_to(
    tx: Transaction, actor: Actor, entity: Entity, id: int, source: TimelineSource
) -> tuple[Entity, int] | None:
    """The record at the end of a source's links; None when the actor does not see the way there."""
    at, record_id = entity, id
    for uid in source.steps:
        step = at.by_uid[uid]
        if uid not in grants_of(tx.model, actor).readable(at.uid):
            return None
        link = record(tx, actor, at.name, record_id, (step.name,), deleted=True)[0].get(step.name)
        if link is None or link.id is None:
            return None
        at, record_id = tx.model.entity_by_uid[step.target or ""], link.id
    return at, record_id


def timeline(
    tx: Transaction,
    actor: Actor,
    entity: str,
    id: int,
    *,
    shown: Shown,
    only: Sequence[str] = (),
    cursor: str | None = None,
    limit: int = 30,
) -> TimelinePage:
    """The events of a record that the actor may see, of all sources or of those named by ``only``.

    KBK2006 when they do not see it; KBK2004 for a cursor of something else.
    """
    limit = page_limit(limit)
    found = seen(tx, actor, entity, id)
    every = streams(tx, actor, found, id)
    if any(name not in {s.name for s in every} for name in only):
        every = (*every, *(s for s in _own(tx, found, id) if s not in every))
    chosen = [s for s in every if not only or s.name in only]
    bound = ("timeline", found.uid, id, actor.user, tuple((s.name, s.id, s.through) for s in chosen))
    places: Sequence[Any] = (None,) * len(chosen)
    if cursor:
        places = read_cursor(tx.workspace.secret_key, bound, cursor, len(chosen))
    heads = [
        _head(tx, actor, stream, before, limit, shown) for stream, before in zip(chosen, places, strict=True)
    ]
    events = tuple(_merged(heads, limit))
    rest = tuple(head.rest for head in heads)
    after = write_cursor(tx.workspace.secret_key, bound, rest) if any(place != 0 for place in rest) else None
    return TimelinePage(events=events, next=after)


def _merged(heads: list[_Head], limit: int) -> Iterator[TimelineEvent]:
    """The newest of all; a record that two sources give stands first in both at the same time, and is told once."""
    for _ in range(limit):
        waiting = [head for head in heads if head.events]
        if not waiting:
            return
        event = max(waiting, key=lambda head: _newness(head.events[0])).take()
        for head in heads:
            if head.events and event.kind == "record" and _same(head.events[0], event):
                head.take()
        yield event


def _newness(event: TimelineEvent) -> tuple[datetime, str, int]:
    """What comes first: of events of one second those of one entity in the order of their ids."""
    return event.at, event.entity.uid if event.kind == "record" else "", event.id


def _same(one: TimelineEvent, other: TimelineEvent) -> bool:
    return (one.kind, one.entity.uid, one.id) == (other.kind, other.entity.uid, other.id)


def _head(
    tx: Transaction, actor: Actor, stream: Stream, before: int | None, limit: int, shown: Shown
) -> _Head:
    if before == 0:
        return _Head(stream=stream, events=[], more=False, before=0)
    read_events = _changes if stream.through is None else _records
    events = read_events(tx, actor, stream, before, limit + 1, shown)
    return _Head(stream=stream, events=events[:limit], more=len(events) > limit, before=before)


def _changes(
    tx: Transaction, actor: Actor, stream: Stream, before: int | None, limit: int, shown: Shown
) -> list[TimelineEvent]:
    entity = stream.entity
    stage = entity.by_uid[entity.stages.field].name if entity.stages else None
    made = []
    for item in changes_before(tx, actor, entity, stream.id, before, limit):
        moved = item["kind"] == "updated" and stage in item["changes"]
        kind: EventKind = "move" if moved else "change"
        made.append(
            TimelineEvent(kind=kind, at=item["at"], by=item["by"], entity=entity, id=stream.id, item=item)
        )
    return made


def _records(
    tx: Transaction, actor: Actor, stream: Stream, before: int | None, limit: int, shown: Shown
) -> list[TimelineEvent]:
    entity = stream.entity
    kind: EventKind = (
        "comment" if entity.name == COMMENT else "file" if entity.name == ATTACHMENT else "record"
    )
    wanted = ("id", "created_at", "created_by", *shown(entity))
    if kind == "comment":
        wanted = fields_read(tx, actor)
    leading = Leading(field=stream.through or "", entity=stream.target.uid, id=stream.id, last=before)
    page = read(
        tx, actor, Query(entity=entity.name, fields=wanted, leading=leading, sort=("-id",), limit=limit)
    )
    names = titles(tx, actor, entity, [item["id"] for item in page.items]) if kind == "record" else {}
    return [
        TimelineEvent(
            kind=kind, at=item["created_at"], by=item["created_by"], entity=entity, id=item["id"],
            item=told(item) if kind == "comment" else item, title=names.get(item["id"]),
        )
        for item in page.items
    ]  # fmt: skip
