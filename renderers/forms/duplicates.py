"""The warning that a record like the one being typed is there already; it keeps nobody from saving."""

from __future__ import annotations

from typing import Any

from core.query.similar import similar
from core.storage.workspace import Transaction
from metamodel.messages import message
from renderers.forms.desk import html_id
from renderers.forms.filled import Filled, Sent
from renderers.forms.lookups import internal_values
from renderers.forms.place import Place
from renderers.pages.titles import title_words


def warnings(place: Place, filled: Filled) -> list[dict[str, Any]]:
    """What stands beside the last field of each set of values that other records share: words and links."""
    entity, who = place.entity, place.who
    if not entity.duplicates:
        return []
    values = internal_values(entity, filled.values, place.manner)
    found = []
    for each in similar(place.tx, who.actor, entity, values, place.id):
        names = [f.label.in_language(who.language) or f.name for f in each.fields]
        words = who.texts.render(message("Perhaps it is there already ({fields}):", fields=", ".join(names)))
        links = [
            {"href": f"/e/{entity.name}/{link.id}", "title": title_words(link.title, link.id, who.texts)}
            for link in each.links
        ]
        pointer = f"/{each.fields[-1].name}"
        found.append({"field": pointer, "id": html_id(pointer), "words": words, "links": links})
    return found


def alike(tx: Transaction, place: Place, saved: int, sent: Sent) -> int | None:
    """Another record with the same values as one that was just saved, when any of these was typed now."""
    entity = place.entity
    named = {entity.by_uid[uid].name for uids in entity.duplicates for uid in uids}
    if all(sent.filled.values.get(name, "") == sent.was.values.get(name, "") for name in named):
        return None
    values = internal_values(entity, sent.filled.values, place.manner)
    found = similar(tx, place.who.actor, entity, values, saved)
    return found[0].links[0].id if found else None
