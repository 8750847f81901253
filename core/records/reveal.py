"""A secret told to somebody: the right to that very row and field is asked, and the journal says so, before it is told."""

from __future__ import annotations

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.history.journal import Change, write
from core.query.names import readable_entity
from core.query.read import record
from core.records.asking import ask
from core.records.statements import load
from core.records.work import Work, start
from core.storage.sealing import Place
from core.storage.workspace import Transaction
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Entity, Grant

REVEAL = "reveal"


def reveal(tx: Transaction, actor: Actor, entity: str, id: int, field: str) -> str | None:
    """The secret, None when it is not set (then nothing is written).

    KBK2006 for a record, a field or a secret that the actor does not see; KBK4002 for one that they may not be told.
    """
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    known = found.by_name.get(field)
    coverage = grants_of(tx.model, actor).readable(found.uid)
    if known is None or known.type.name != "secret" or known.uid not in coverage:
        raise KubikError("KBK2006")
    item, _ = record(tx, actor, entity, id, (field,))
    if field not in item:
        raise KubikError("KBK2006")
    work = start(tx, actor, Context())
    if not _may(work, found, id, known.uid):
        raise KubikError("KBK4002", message("“{field}”: you may not be told this secret", field=known.label))
    sealed = load(tx, found, [id])[id][known.uid]
    if sealed is None:
        return None
    text = tx.workspace.sealing.open(sealed, Place(entity=found.uid, record=id, field=known.uid))
    told = Change(
        entity=found.uid, record=id, kind="revealed", version=None, by=actor.person, behalf=actor.behalf, action=actor.action,
        differences={known.uid: (True, True)},
    )  # fmt: skip
    write(tx, [told])
    return text


def _may(work: Work, entity: Entity, id: int, field: str) -> bool:
    """Whether a grant of revealing stands on the row and covers the field; without own ones a child row's parent says."""
    if work.grants.everything:
        return True
    grants = tuple(g for g in work.grants.own.get(entity.uid, ()) if REVEAL in g.actions)
    if grants or entity.parent is None:
        return any(_stands(work, entity, id, grant, field) for grant in grants)
    link = entity.by_uid[entity.parent]
    parent = work.model.entity_by_uid[link.target or ""]
    children = next(f for f in parent.fields if f.target == entity.uid and f.through == link.uid)
    return _may(work, parent, load(work.tx, entity, [id])[id][link.uid], children.uid)


def _stands(work: Work, entity: Entity, id: int, grant: Grant, field: str) -> bool:
    if grant.fields is not None and field not in grant.fields:
        return False
    stage = entity.stages.field if grant.stages is not None and entity.stages is not None else None
    if stage is not None and load(work.tx, entity, [id])[id][stage] not in (grant.stages or ()):
        return False
    if grant.rows is None:
        return True
    (answer,) = ask(work, entity, (REVEAL, _rule(grant)), [grant.rows], [id])[id]
    return bool(answer)


def _rule(grant: Grant) -> int:
    """What tells a rule from others of the same model."""
    return id(grant.rows)
