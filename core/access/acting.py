"""Acting as another person: looking at what they see, or standing in for them; asked anew of every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor, Mode
from core.access.managing import answers_for
from core.access.narrowing import both, deputizing, viewing
from core.access.people import find_person
from core.errors import KubikError
from core.storage.workspace import Transaction
from metamodel.messages import message

DEPUTY = "deputy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputizing:
    """Somebody whom a person may stand in for today."""

    user: int
    ends_on: date | None


def act_as(tx: Transaction, person: Actor, user: int, mode: Mode) -> Actor:
    """That person as somebody else; KBK4002 when they may not act so, whether there is such a user or not."""
    found = find_person(tx, "user", {"user": user}) if may_act(tx, person, user, mode) else None
    if found is None:
        raise KubikError("KBK4002", message("You may not act as this person."))
    left = viewing() if mode == "view" else deputizing(tx.model)
    return replace(
        found.actor,
        language=person.language,
        zone=person.zone,
        person=person.person,
        person_name=person.person_name,
        person_login=person.person_login,
        mode=mode,
        narrowing=both(person.narrowing, left),
    )


def may_act(tx: Transaction, person: Actor, user: int, mode: Mode) -> bool:
    """Whether a person, as themselves, may look as the user or stand in for them now."""
    if person.mode is not None or person.system or person.person is None or user == person.person:
        return False
    if mode == "view":
        return answers_for(tx, person, user)
    return any(found.user == user for found in stands_in_for(tx, person.person))


def stands_in_for(tx: Transaction, person: int) -> tuple[Deputizing, ...]:
    """Whom a person may stand in for today, by the records of `deputy` last written by the one stood in for,
    or by somebody who manages them to this day.
    """
    entity = tx.model.entities.get(DEPUTY)
    if entity is None:
        return ()
    place = tx.tables[entity.uid]
    column: Mapping[str, sa.Column[Any]] = {
        name: place.columns[entity.by_name[name].uid].value
        for name in ("user", "deputy", "starts_on", "ends_on")
    }
    today = tx.now.astimezone(tx.workspace.zone).date()
    rows = tx.connection.execute(
        sa.select(column["user"], column["ends_on"], place.table.c.updated_by)
        .where(
            column["deputy"] == person,
            place.table.c.deleted_at.is_(None),
            column["starts_on"] <= today,
            sa.or_(column["ends_on"].is_(None), column["ends_on"] >= today),
        )
        .order_by(place.table.c.id)
    )
    return tuple(
        Deputizing(user=row[0], ends_on=row[1])
        for row in rows
        if row[2] == row[0] or still_manages(tx, row[2], row[0])
    )


def still_manages(tx: Transaction, by: int | None, person: int) -> bool:
    """Whether who decided something about a person would be let to today; None is the system.

    What somebody was given about a person is no way to whom that person has become since.
    """
    found = None if by is None else find_person(tx, "user", {"user": by})
    return by is None or (found is not None and answers_for(tx, found.actor, person))
