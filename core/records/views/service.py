"""Saved views: a person's own, and those that somebody shared with a role of theirs.

Nobody sees another's view that is not shared with them: it is answered as one that does not exist. What a shared view
names is read under the reader's own rights when it is opened, here is nothing but its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.managing import may_everything
from core.errors import KubikError
from core.query.names import readable_entity
from core.records.saved import (
    LABEL,
    REPORT,
    add_saved,
    delete_saved,
    label_of,
    person_of,
    roles_to_share,
    write_saved,
)
from core.records.views.state import State, check_state, lasting, today
from core.storage.prepared import Prepared
from core.storage.types import BIG, TEXT
from core.storage.workspace import Transaction
from metamodel.errors import ProblemsFound
from metamodel.messages import message
from metamodel.model import Entity, Model

MOST = 100
"""Views of one person for one entity."""
REMEMBERED = 2_000
"""States that are kept as they were read."""
NOBODY = message("Views are saved by the people whose they are.")
MISNAMED = message("A name of a view has from 1 to {most} letters.", most=LABEL)
UNSHAREABLE = message("You share views with roles of your own and those below them.")

Kind = Literal["list", "board", "calendar", "tree"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A view somebody saved; ``mine`` when it is the reader's own, ``roles`` (uids) those it is shared with.

    ``gone`` are the parts of it that name something that does not exist any more.
    """

    uid: str
    entity: str
    label: str
    kind: Kind
    state: State
    mine: bool
    owner: int
    roles: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()


def saved_views(tx: Transaction, actor: Actor, entity: Entity) -> tuple[SavedView, ...]:
    """The views of an entity that a person has: their own in their order, then those shared with their roles."""
    if actor.person is None or not grants_of(tx.model, actor).may(entity.uid, "read"):
        return ()
    slot = ("saved_views", tx.tables.schema)
    prepared: Prepared | None = tx.model.derived.get(slot)
    if prepared is None:
        table = tx.tables.own.view
        select = sa.select(
            table.c.uid, table.c.owner, table.c.label, table.c.kind, table.c.state, table.c.roles
        ).where(table.c.entity == sa.bindparam("entity", type_=TEXT), table.c.kind != REPORT)
        seen = sa.or_(table.c.owner == sa.bindparam("user", type_=BIG), table.c.roles != [])
        ordered = select.where(seen).order_by(table.c.place, table.c.uid)
        prepared = tx.model.derived[slot] = Prepared(ordered, tx.workspace.database)
    held = set(actor.roles)
    rows = prepared.rows(tx.connection, {"entity": entity.uid, "user": actor.person})
    found = [
        _made(tx, entity, row, mine=row[1] == actor.person)
        for row in rows
        if row[1] == actor.person or held & set(row[5])
    ]
    return tuple(sorted(found, key=lambda view: not view.mine))


def saved_view(tx: Transaction, actor: Actor, entity: Entity, uid: str) -> SavedView:
    """One of them; KBK2006 for one that is not there or not for this person, alike."""
    found = next((view for view in saved_views(tx, actor, entity) if view.uid == uid), None)
    if found is None:
        raise KubikError("KBK2006")
    return found


def save_view(tx: Transaction, actor: Actor, entity: str, label: str, kind: Kind, state: State) -> str:
    """Save a new view of one's own, behind the others; its uid."""
    person, found = person_of(actor, NOBODY), readable_entity(tx.model, grants_of(tx.model, actor), entity)
    name = label_of(label, MISNAMED)
    table = tx.tables.own.view
    mine = [table.c.owner == person, table.c.entity == found.uid, table.c.kind != REPORT]
    most = sa.select(sa.func.count(), sa.func.max(table.c.place)).where(*mine)
    count, last = tx.connection.execute(most).one()
    if count >= MOST:
        raise KubikError("KBK2000", message("There are {most} views already: delete one first.", most=MOST))
    kept = _kept(tx, actor, found, state)
    return add_saved(
        tx, owner=person, entity=found.uid, label=name, kind=kind, state=kept, place=(last or 0) + 1
    )


def save_state(tx: Transaction, actor: Actor, entity: str, uid: str, state: State) -> None:
    """Save what a view of one's own says now."""
    found = _own(tx, actor, entity, uid)
    write_saved(tx, uid, state=_kept(tx, actor, found, state), changed_at=tx.now)


def rename_view(tx: Transaction, actor: Actor, entity: str, uid: str, label: str) -> None:
    """Call a view of one's own otherwise."""
    _own(tx, actor, entity, uid)
    write_saved(tx, uid, label=label_of(label, MISNAMED))


def share_view(tx: Transaction, actor: Actor, entity: str, uid: str, roles: Sequence[str]) -> None:
    """Share a view of one's own with these roles (uids) and no other; KBK4002 for a role one neither holds nor manages."""
    _own(tx, actor, entity, uid)
    before = saved_view(tx, actor, tx.model.entities[entity], uid).roles
    write_saved(tx, uid, roles=roles_to_share(tx, actor, before, roles, UNSHAREABLE))


def delete_view(tx: Transaction, actor: Actor, entity: str, uid: str) -> None:
    """End a view of one's own; who may everything ends any that is shared with a role of theirs."""
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    view = saved_view(tx, actor, found, uid)
    if not view.mine and not may_everything(tx.model, actor):
        raise _not_yours()
    person_of(actor, NOBODY)
    delete_saved(tx, uid)


def arrange_views(tx: Transaction, actor: Actor, entity: str, uids: Sequence[str]) -> None:
    """Put one's own views into this order; those that are not named stay behind."""
    person_of(actor, NOBODY)
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    mine = [view.uid for view in saved_views(tx, actor, found) if view.mine]
    named = [uid for uid in dict.fromkeys(uids) if uid in mine]
    for place, uid in enumerate([*named, *(uid for uid in mine if uid not in named)], start=1):
        write_saved(tx, uid, place=place)


def _made(tx: Transaction, entity: Entity, row: Any, *, mine: bool) -> SavedView:
    uid, owner, label, kind, state, roles = row
    named, gone = _today(tx.model, entity, state)
    return SavedView(
        uid=uid, entity=entity.uid, label=label, kind=kind, state=named, mine=mine, owner=owner,
        roles=tuple(roles), gone=gone,
    )  # fmt: skip


def _today(model: Model, entity: Entity, kept: dict[str, Any]) -> tuple[State, frozenset[str]]:
    """`today`, read once for a model: a list asks it of every view it shows."""
    known: dict[Any, tuple[State, frozenset[str]]] = model.derived.setdefault("saved_states", {})
    key = entity.uid, msgspec.json.encode(kept)
    found = known.get(key)
    if found is None:
        if len(known) >= REMEMBERED:
            known.clear()
        found = known[key] = today(model, entity, kept)
    return found


def _own(tx: Transaction, actor: Actor, entity: str, uid: str) -> Entity:
    """The entity of a view that is the person's own to change."""
    person_of(actor, NOBODY)
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    if not saved_view(tx, actor, found, uid).mine:
        raise _not_yours()
    return found


def _kept(tx: Transaction, actor: Actor, entity: Entity, state: State) -> dict[str, Any]:
    check_state(tx.model, grants_of(tx.model, actor), entity, state)
    try:
        return lasting(tx.model, entity, state)
    except ProblemsFound as found:
        raise KubikError("KBK2002", errors=found.problems) from None


def _not_yours() -> KubikError:
    return KubikError("KBK4002", message("This view belongs to somebody else: save one of your own."))
