"""Handing over: everything that names one person names another from then on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from core import query, records
from core.access.actor import system_actor
from core.cli.people import CONTEXT, user_id
from core.query.query import Link, Query
from core.records import Batch
from core.storage.workspace import Transaction, Workspace
from metamodel.model import Model

CHUNK = 200

KEPT = ("user", "user_role")
"""Entities that say who a person is, not what is theirs."""


def hand_over(workspace: Workspace, login: str, to: str) -> int:
    """Put ``to`` in the place of ``login`` in every link of a live record; how many links were changed."""
    with workspace.read() as tx:
        leaving = user_id(tx, login)
        heir = user_id(tx, to)
        places = list(links_to_people(tx.model))
    return sum(_hand_over(workspace, entity, field, leaving, heir) for entity, field in places)


def links_to_people(model: Model) -> Iterator[tuple[str, str]]:
    """Names of entity and field of every link to a user that people may set."""
    user = model.entities["user"]
    for entity, field in model.links_to[user.uid]:
        if field.targets or entity.name in KEPT:
            continue
        if not field.system and field.writable and not field.read_only:
            yield entity.name, field.name


def _hand_over(workspace: Workspace, entity: str, field: str, leaving: int, heir: int) -> int:
    with workspace.read() as tx:
        listed = tx.model.entities[entity].by_name[field].listed
    condition = f"{field} {'CONTAINS' if listed else '='} {leaving}"
    asked = Query(entity=entity, fields=("id", field), filter=condition, limit=CHUNK)
    changed = 0
    while True:
        with workspace.read() as tx:
            found = query.read(tx, system_actor(), asked).items
        if not found:
            return changed
        updates = Batch(
            update=[
                {"id": item["id"], field: _put(item[field], leaving, heir) if listed else heir}
                for item in found
            ]
        )
        workspace.write(partial(_write, entity=entity, updates=updates))
        changed += len(found)


def _put(people: list[Link], leaving: int, heir: int) -> list[int]:
    """A list of people with the heir in the place of who leaves."""
    return list(dict.fromkeys(heir if link.id == leaving else link.id or 0 for link in people))


def _write(tx: Transaction, *, entity: str, updates: Batch) -> None:
    records.batch(tx, system_actor(), entity, updates, context=CONTEXT)
