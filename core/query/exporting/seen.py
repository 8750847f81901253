"""Personal data in an export: who was given which cells of which records is noted, as of any page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.access.actor import Actor
from core.query.noting import Seen, Watched, note, personal_title
from core.query.query import Link
from core.storage.workspace import Transaction

if TYPE_CHECKING:
    from core.query.exporting.reading import Chunk, Export

WAY = "export"


def note_chunk(tx: Transaction, actor: Actor, export: Export, watched: Watched, chunk: Chunk) -> None:
    """Note the personal cells of some rows; written at once when they are many, so that none is lost."""
    if actor.system or not watched:
        return
    marked = dict(watched.columns)
    entity = export.entity.uid
    for place, column in enumerate(export.columns):
        hidden = chunk.hidden[place]
        values = chunk.columns[place]
        if column.name in marked:
            records = [
                record
                for n, (record, value) in enumerate(zip(chunk.ids, values, strict=True))
                if value not in (None, "", [], ()) and not (hidden is not None and hidden[n])
            ]
            note(tx, actor, {entity: ({marked[column.name]: None}, dict.fromkeys(records))}, WAY)
        if column.name in watched.links:
            note(tx, actor, _titles(tx, export, column.target, column.form, values), WAY)
    if tx.workspace.sightings.many:
        tx.workspace.sightings.flush()


def _titles(tx: Transaction, export: Export, target: str, form: str, values: object) -> Seen:
    """The records whose titles, which hold personal data, stand in a column of links."""
    seen: Seen = {}
    for value in values if isinstance(values, list | tuple) else ():
        for each in value if form == "list" else (value,):
            link = export.links[target].get(each) if form == "link" else each
            if not isinstance(link, Link) or link.id is None:
                continue
            entity = getattr(link, "entity", None)
            found = tx.model.entities[entity] if isinstance(entity, str) else tx.model.entity_by_uid[target]
            fields, records = seen.setdefault(found.uid, ({}, {}))
            fields.update(dict.fromkeys(personal_title(tx.model, found)))
            records[link.id] = None
    return {uid: found for uid, found in seen.items() if found[0]}
