"""Views of personal data, noted where records are read, so that no page and no call can forget it.

Noted are cells of fields marked ``personal``, of computed ones made from them, and titles that hold them, when they are
not empty and not masked; with whoever reads, and by which way (`Transaction.way`; nothing is noted without one).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.access.actor import Actor
from core.query.plan import Selection
from core.query.query import Link, LinkAny
from core.storage.sightings import Sighting
from core.storage.workspace import Transaction
from metamodel.expression.uses import uses
from metamodel.model import Entity, Field, Model

DEPTH = 3
"""How many links a title may take the titles of other records through, as in `core.query.title`."""

Seen = dict[str, tuple[dict[str, None], dict[int, None]]]
"""By uid of the entity: fields (uids) and records that were shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What of a selection is personal: columns (name, uid), links (name, entities with personal titles), child rows."""

    entity: str
    columns: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    children: tuple[tuple[str, Watched], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.columns or self.links or self.children)


def personal_fields(model: Model, entity: Entity) -> frozenset[str]:
    """The fields (uids) of an entity that are marked, or computed from marked ones."""
    return _personal(model).get(entity.uid, frozenset())


def _personal(model: Model) -> Mapping[str, frozenset[str]]:
    found: Mapping[str, frozenset[str]] | None = model.derived.get("personal fields")
    if found is None:
        marked = {(e.uid, f.uid) for e in model.entities.values() for f in e.fields if f.personal}
        computed = {
            (e.uid, f.uid): uses(f.computed, model)
            for e in model.entities.values()
            for f in e.fields
            if f.computed is not None
        }
        grown = bool(marked)
        while grown:
            more = {place for place, used in computed.items() if place not in marked and used & marked}
            marked |= more
            grown = bool(more)
        by_entity: dict[str, set[str]] = {}
        for uid, field in marked:
            by_entity.setdefault(uid, set()).add(field)
        found = model.derived["personal fields"] = {uid: frozenset(each) for uid, each in by_entity.items()}
    return found


def personal_title(model: Model, entity: Entity, depth: int = DEPTH) -> tuple[str, ...]:
    """The fields (uids) of the entity through which its title holds personal data."""
    kept: dict[tuple[str, int], tuple[str, ...]] = model.derived.setdefault("personal titles", {})
    key = entity.uid, depth
    if key not in kept:
        marked = personal_fields(model, entity)
        kept[key] = tuple(
            part.field
            for part in entity.title
            if part.field is not None
            and (part.field in marked or _leads_to_personal(model, entity.by_uid[part.field], depth))
        )
    return kept[key]


def _leads_to_personal(model: Model, field: Field, depth: int) -> bool:
    if depth == 0 or field.target is None or field.result.kind != "link":
        return False
    return bool(personal_title(model, model.entity_by_uid[field.target], depth - 1))


def watch(model: Model, selection: Selection) -> Watched:
    """What of a selection is personal."""
    if not _personal(model):
        return Watched(entity=selection.entity.uid)
    columns, links = [], []
    for path in selection.columns:
        field, owner = path.field, path.entities[-1]
        if field.uid in personal_fields(model, owner):
            columns.append((path.name, field.uid))
        targets = field.targets or ((field.target,) if field.target else ())
        if any(uid and personal_title(model, model.entity_by_uid[uid]) for uid in targets):
            links.append(path.name)
    children = ((c.name, watch(model, c.selection)) for c in selection.children)
    return Watched(
        entity=selection.entity.uid, columns=tuple(columns), links=tuple(links),
        children=tuple((name, each) for name, each in children if each),
    )  # fmt: skip


def note_items(tx: Transaction, actor: Actor, watched: Watched, items: Sequence[Mapping[str, Any]]) -> None:
    """Note what somebody is shown of these items of a page."""
    if tx.way is None or actor.system or not watched:
        return
    seen: Seen = {}
    _look(tx.model, watched, items, seen)
    note(tx, actor, seen)


def note_titles(tx: Transaction, actor: Actor, entity: Entity, ids: Iterable[int]) -> None:
    """Note that somebody is shown the titles of these records."""
    if tx.way is None or actor.system:
        return
    fields = personal_title(tx.model, entity)
    records = dict.fromkeys(ids)
    if fields and records:
        note(tx, actor, {entity.uid: (dict.fromkeys(fields), records)})


def note_gathered(tx: Transaction, actor: Actor, fields: Mapping[str, Iterable[str]]) -> None:
    """Note that somebody is shown values of these personal fields (by uid of the entity) without the records they are of."""
    if tx.way is None or actor.system:
        return
    for uid, names in fields.items():
        tx.workspace.sightings.note(
            Sighting(
                at=tx.now, by=actor.person, behalf=actor.behalf, token=actor.token, way=tx.way, entity=uid,
                fields=tuple(names), records=(),
            )
        )  # fmt: skip


def note(tx: Transaction, actor: Actor, seen: Seen, way: str | None = None) -> None:
    """Note records and fields as seen, ``way`` in place of the transaction's."""
    by = way or tx.way
    if by is None:
        return
    for uid, (fields, records) in seen.items():
        if fields and records:
            seen_now = partial(
                tx.workspace.sightings.note,
                Sighting(
                    at=tx.now, by=actor.person, behalf=actor.behalf, token=actor.token, way=by, entity=uid,
                    fields=tuple(fields), records=tuple(records),
                ),
            )  # fmt: skip
            if tx.writing:  # what is tried again is not seen twice
                tx.after_commit.append(seen_now)
            else:
                seen_now()


def _look(model: Model, watched: Watched, items: Sequence[Mapping[str, Any]], seen: Seen) -> None:
    for name, uid in watched.columns:
        records = [item["id"] for item in items if item.get(name) not in (None, "", [], ())]
        _add(seen, watched.entity, (uid,), records)
    for name in watched.links:
        for item in items:
            _look_at_link(model, item.get(name), watched, name, seen)
    for name, below in watched.children:
        for item in items:
            if item.get(name):
                _look(model, below, item[name], seen)


def _look_at_link(model: Model, value: Any, watched: Watched, name: str, seen: Seen) -> None:
    for link in value if isinstance(value, list | tuple) else (value,):
        if not isinstance(link, Link) or link.id is None:
            continue
        if isinstance(link, LinkAny):
            target: Entity | None = model.entities.get(link.entity)
        else:
            target = _target(model, watched.entity, name)
        if target is not None:
            _add(seen, target.uid, personal_title(model, target), (link.id,))


def _target(model: Model, entity: str, name: str) -> Entity | None:
    """The entity that a column's links lead to."""
    at, field = model.entity_by_uid[entity], None
    for step in name.split("."):
        field = at.by_name.get(step)
        if field is None or field.target is None:
            return None
        at = model.entity_by_uid[field.target]
    return at


def _add(seen: Seen, entity: str, fields: Iterable[str], records: Iterable[int]) -> None:
    wanted, shown = tuple(fields), tuple(records)
    if wanted and shown:
        known = seen.setdefault(entity, ({}, {}))
        known[0].update(dict.fromkeys(wanted))
        known[1].update(dict.fromkeys(shown))
