"""Which documents somebody may have made of which records, and why one is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.query.allowed import printable
from core.query.read import visible_ids
from core.records.asking import ask
from core.records.statements import load
from core.records.work import start
from core.storage.workspace import Transaction
from metamodel.documents import DocumentType
from metamodel.fields.base import Context
from metamodel.messages import Message, message
from metamodel.model import Entity, Model


def types_of(model: Model, actor: Actor, entity: Entity) -> tuple[DocumentType, ...]:
    """The documents of an entity, in their order, that the actor may have made of some record."""
    grants = grants_of(model, actor)
    return tuple(each for each in model.documents_of[entity.uid] if may_have(grants, actor.roles, each))


def may_have(grants: Grants, roles: Collection[str], type_: DocumentType) -> bool:
    """Whether a document is theirs at all who have these rights and roles (uids); one without a template that can be used is
    nobody's."""
    if type_.off or not type_.templates or not grants.may(type_.entity, "read"):
        return False
    if not grants.may(type_.entity, "print"):
        return False
    return type_.roles is None or grants.everything or bool(type_.roles & set(roles))


def find_type(tx: Transaction, actor: Actor, name: str) -> DocumentType:
    """The document of that name that the actor may have made of some record; KBK2006 for any other, and for none."""
    found = tx.model.documents.get(name)
    if found is None or not may_have(grants_of(tx.model, actor), actor.roles, found):
        raise KubikError("KBK2006", message("there is no document “{name}”", name=name[:100]))
    return found


def offered(
    tx: Transaction, actor: Actor, entity: Entity, ids: Sequence[int]
) -> dict[int, tuple[DocumentType, ...]]:
    """For each of these records, all of which the actor sees, the documents that can be made of it now."""
    types = types_of(tx.model, actor, entity) if ids else ()
    may = printable(tx, actor, entity, ids) if types else frozenset()
    refused = _refused(tx, actor, entity, types, may)
    return {
        id: tuple(each for each in types if id not in refused[each.uid]) if id in may else () for id in ids
    }


def refusals(tx: Transaction, actor: Actor, type_: DocumentType, ids: Iterable[int]) -> dict[int, KubikError]:
    """Why a document cannot be made of some of these records now: KBK2006, KBK4002 or KBK3017 by their ids."""
    entity = tx.model.entity_by_uid[type_.entity]
    wanted = list(dict.fromkeys(ids))
    seen = visible_ids(tx, actor, entity, wanted)
    may = printable(tx, actor, entity, seen)
    denied = message("“{document}”: you may not issue it for this record", document=type_.label)
    found = {
        id: KubikError("KBK4002", denied) if id in seen else KubikError("KBK2006")
        for id in wanted
        if id not in may
    }
    whys = _refused(tx, actor, entity, (type_,), may)[type_.uid]
    return found | {id: KubikError("KBK3017", why) for id, why in whys.items()}


def _refused(
    tx: Transaction, actor: Actor, entity: Entity, types: Sequence[DocumentType], ids: Collection[int]
) -> dict[str, dict[int, Message]]:
    """By the uid of each document, of these records those in whose state it is not made, and why, as far as the actor may
    know: the records are read once, and all conditions asked at once.
    """
    found: dict[str, dict[int, Message]] = {each.uid: {} for each in types}
    asked = {each.uid: each.when for each in types if each.when is not None}
    if asked and ids:
        answers = ask(start(tx, actor, Context()), entity, ("documents", *asked), [*asked.values()], ids)
        for at, uid in enumerate(asked):
            label = tx.model.document_by_uid[uid].label
            why = message("“{document}” is not made of a record in this state", document=label)
            found[uid] = {id: why for id in ids if not answers[id][at]}
    staged = [each for each in types if each.stages is not None]
    if staged and entity.stages is not None and ids:
        stored = load(tx, entity, ids)
        for each in staged:
            why = _at_stages(tx, actor, entity, each)
            stages = each.stages or ()
            found[each.uid] |= {id: why for id in ids if stored[id][entity.stages.field] not in stages}
    return found


def _at_stages(tx: Transaction, actor: Actor, entity: Entity, type_: DocumentType) -> Message:
    """At which stages a document is made, to who may read the stage."""
    assert entity.stages is not None
    field = entity.by_uid[entity.stages.field]
    if field.uid not in grants_of(tx.model, actor).readable(entity.uid):
        return message("“{document}” is not made of a record in this state", document=type_.label)
    stages = [c.label for c in field.choices if c.uid in (type_.stages or ())]
    return message("“{document}” is made at the stages: {stages}", document=type_.label, stages=stages)
