"""From a template's needs to data: all records at once, each told with the cells that it alone was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.access.actor import Actor, system_actor
from core.access.grants import grants_of
from core.documents.gathering.building import Building
from core.documents.gathering.data import Data
from core.documents.gathering.level import Level
from core.documents.gathering.pictures import Pictures
from core.documents.gathering.reading import Reading
from core.documents.gathering.wire import Wire, Writer
from core.documents.needs import Needs, words_of
from core.query.names import readable_entity
from core.storage.workspace import Transaction
from metamodel.documents import DocumentType
from metamodel.model import Entity

USER = "user"
ONES_OWN = ("login", "name", "email")
"""What everybody knows of themselves, whatever their roles say."""


def gather(
    tx: Transaction,
    actor: Actor,
    type_: DocumentType | Entity,
    needs: Needs,
    ids: Sequence[int],
    language: str,
) -> dict[int, Data]:
    """The data of those of the records that the actor sees, as far as they see it; texts are in ``language``.

    KBK2006 for an entity whose records they never see, KBK2005 when there is too much to read.
    """
    entity = type_ if isinstance(type_, Entity) else tx.model.entity_by_uid[type_.entity]
    readable_entity(tx.model, grants_of(tx.model, actor), entity.name)
    reader = replace(actor, language=language)
    branch = Reading(tx, reader).whole(entity, needs, ids)
    mine = _mine(tx, reader, needs.my)
    writer = Writer(language=language, zone=tx.workspace.zone)
    found: dict[int, Data] = {}
    for id in dict.fromkeys(ids):
        item = branch.level.items.get(id)
        if item is None:
            continue
        pictures = Pictures(tx=tx)
        building = Building(tx=tx, actor=reader, writer=writer, pictures=pictures)
        values = {
            "record": building.record(branch, id),
            "my": _person(building, mine, actor),
            "called": sorted({entity.name, *words_of(entity.label)}),
        }
        found[id] = Data(
            id=id, version=item["version"], values=values, files=pictures.contents(),
            made_of=building.cells.sources(), hidden=building.hidden,
        )  # fmt: skip
    return found


def _mine(tx: Transaction, reader: Actor, needs: Needs | None) -> tuple[Level, Level] | None:
    """What a template reads of the person: as they see themselves, and what everybody knows of themselves."""
    user = tx.model.entities.get(USER)
    if needs is None or user is None or reader.user is None:
        return None
    own = Needs({name: None for name in needs.fields if name in ONES_OWN})
    everything = replace(system_actor(), language=reader.language)
    return (
        Reading(tx, reader).level(user, needs, (reader.user,)),
        Reading(tx, everything).level(user, own, (reader.user,)),
    )


def _person(building: Building, mine: tuple[Level, Level] | None, actor: Actor) -> Wire:
    if mine is None or actor.user is None:
        return None
    seen, known = mine
    values: dict[str, Wire] = {}
    hidden = building.hidden
    if actor.user in seen.items:
        values |= building.values(seen, actor.user)
    else:
        values |= dict.fromkeys(seen.named)
    if actor.user in known.items:
        values |= building.values(known, actor.user)
        building.hidden = hidden
    return [
        "record",
        {"entity": USER, "id": actor.user, "title": actor.name or actor.login, "values": values},
    ]
