"""Comments on a record, and who may be named in them: people who see the record themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.people import find_login, find_person
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.query import Leading, Page, Query
from core.query.read import read, record, visible_ids
from core.storage.workspace import Transaction
from metamodel.model import Entity
from metamodel.text import fold

COMMENT = "comment"
FIELDS = ("id", "version", "text", "mentions", "created_at", "created_by", "updated_at")
MENTION = re.compile(r"(?<![\w@.+-])@([^\W_][\w.@+-]{0,99})")
MOST_MENTIONS = 50
"""People named in one comment; further names stay text."""

_ASKED = 40
"""People of whom it is asked whether they see the record, for one list of names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Somebody who sees the record and can be named."""

    id: int
    login: str
    name: str


def about(entity: Entity, id: int, comment: Entity, last: int | None = None) -> Leading:
    """The link of comments that leads to a record."""
    return Leading(field=comment.follows or "", entity=entity.uid, id=id, last=last)


def fields_read(tx: Transaction, actor: Actor) -> tuple[str, ...]:
    """Those of `FIELDS` that the actor may read of comments."""
    comment = tx.model.entities[COMMENT]
    known = grants_of(tx.model, actor).readable(comment.uid)
    return tuple(name for name in FIELDS if name in ("id", "version") or comment.by_name[name].uid in known)


def comments(
    tx: Transaction, actor: Actor, entity: str, id: int, cursor: str | None = None, limit: int = 50
) -> Page:
    """The comments on a record that the actor may see, the oldest first; KBK2006 when they may not."""
    found = seen(tx, actor, entity, id)
    question = Query(
        entity=COMMENT, fields=fields_read(tx, actor), leading=about(found, id, tx.model.entities[COMMENT]), sort=("id",),
        cursor=cursor, limit=limit,
    )  # fmt: skip
    page = read(tx, actor, question)
    page.items = [told(item) for item in page.items]
    return page


def comment_on(tx: Transaction, actor: Actor, entity: str, id: int, comment: int) -> dict[str, Any]:
    """One comment on that very record; KBK2006 when it is not there."""
    found = seen(tx, actor, entity, id)
    question = Query(
        entity=COMMENT, fields=fields_read(tx, actor), leading=about(found, id, tx.model.entities[COMMENT]),
        ids=(comment,), limit=1,
    )  # fmt: skip
    items = read(tx, actor, question).items
    if not items:
        raise KubikError("KBK2006")
    return told(items[0])


def told(item: dict[str, Any]) -> dict[str, Any]:
    """A comment as it is answered: ``edited_at`` is None until its author changes it."""
    changed = item.pop("updated_at")
    item["edited_at"] = changed if item["version"] > 1 else None
    return item


def seen(tx: Transaction, actor: Actor, entity: str, id: int) -> Entity:
    """The entity of a record that the actor sees, in the bin or not; KBK2006 when they do not."""
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    record(tx, actor, found.name, id, (), deleted=True)
    return found


def witnesses(
    tx: Transaction, actor: Actor, entity: str, id: int, text: str, limit: int = 8
) -> list[Witness]:
    """People whom the actor may know and who see the record themselves, found by a part of their name or login."""
    found = seen(tx, actor, entity, id)
    grants = grants_of(tx.model, actor)
    user = tx.model.entities["user"]
    known = grants.readable(user.uid)
    if any(user.by_name[name].uid not in known for name in ("login", "name")):
        return []
    question = Query(
        entity="user", fields=("id", "login", "name"), search=text or None, sort=("name",), limit=_ASKED,
    )  # fmt: skip
    made: list[Witness] = []
    for item in read(tx, actor, question).items:
        told_of = "login" in item and "name" in item
        if told_of and item["id"] not in (actor.user, actor.person) and sees(tx, item["id"], found, id):
            made.append(Witness(id=item["id"], login=item["login"], name=item["name"]))
        if len(made) == limit:
            break
    return made


def named_in(text: str) -> tuple[str, ...]:
    """The logins that a text names by ``@``, a full stop or the like at their end left out."""
    return tuple(dict.fromkeys(found.rstrip(".-+@") for found in MENTION.findall(text)))


def mentioned(tx: Transaction, actor: Actor, entity: str, id: int, text: str) -> tuple[int, ...]:
    """The people (ids) whom a text about the record names, as far as they see it and the actor may know them."""
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    people = _people(tx, named_in(text)[:MOST_MENTIONS])
    known = _known(tx, actor, people)
    return tuple(user for user in people if user in known and sees(tx, user, found, id))


def _known(tx: Transaction, actor: Actor, people: Sequence[int]) -> set[int]:
    """Those of the people whose logins the actor may read: others are not to be found out by naming them."""
    user = tx.model.entities["user"]
    if not people or user.by_name["login"].uid not in grants_of(tx.model, actor).readable(user.uid):
        return set()
    question = Query(entity="user", fields=("id", "login"), ids=tuple(people), limit=len(people))
    return {item["id"] for item in read(tx, actor, question).items if "login" in item}


def _people(tx: Transaction, logins: Iterable[str]) -> list[int]:
    rows = (find_login(tx, fold(login)) for login in logins)
    return list(dict.fromkeys(row[0] for row in rows if row is not None and row[1]))


def sees(tx: Transaction, user: int, entity: Entity, id: int) -> bool:
    """Whether an active person sees a record."""
    person = find_person(tx, "user", {"user": user})
    return person is not None and id in visible_ids(tx, person.actor, entity, (id,), "any")
