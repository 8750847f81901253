"""What is kept beside records: where they came from, what other systems call them, answers to repeated requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.errors import KubikError
from metamodel.messages import message

if TYPE_CHECKING:
    from core.access.actor import Actor
    from core.storage.workspace import Transaction

Origin = Literal["demo", "data", "import", "incomplete"]

IDEMPOTENCY_KEPT = timedelta(hours=24)


def mark_origin(tx: Transaction, kind: Origin, entity: str, records: Mapping[int, str | None]) -> None:
    """Note that these records (id to key; entity by uid) came as demonstration, with a solution or by an import."""
    if records:
        rows = [{"entity": entity, "record": r, "kind": kind, "key": key} for r, key in records.items()]
        tx.connection.execute(_upsert(tx, tx.tables.own.origin, ("entity", "record", "kind"), ("key",)), rows)


def origins(tx: Transaction, kind: Origin, entity: str | None = None) -> dict[str, dict[int, str | None]]:
    """The records that came that way, by entity uid: id to key."""
    table = tx.tables.own.origin
    statement = sa.select(table.c.entity, table.c.record, table.c.key).where(table.c.kind == kind)
    if entity is not None:
        statement = statement.where(table.c.entity == entity)
    found: dict[str, dict[int, str | None]] = {}
    for uid, record, key in tx.connection.execute(statement):
        found.setdefault(uid, {})[record] = key
    return found


def set_external(tx: Transaction, entity: str, record: int, value: str) -> None:
    """Give a record the identifier another system knows it by; refused when another record has it."""
    taken = external_ids(tx, entity, [value]).get(value)
    if taken is not None and taken != record:
        raise KubikError("KBK3007", message("the identifier {value} is taken", value=value))
    if taken is None:
        table = tx.tables.own.external
        tx.connection.execute(table.insert(), {"entity": entity, "value": value, "record": record})


def drop_external(tx: Transaction, entity: str, value: str) -> None:
    """Free an identifier of another system: the record that has it lies in the bin and another one takes its place."""
    table = tx.tables.own.external
    tx.connection.execute(table.delete().where(table.c.entity == entity, table.c.value == value))


def external_ids(tx: Transaction, entity: str, values: Iterable[str]) -> dict[str, int]:
    """The records that other systems know by these identifiers."""
    table = tx.tables.own.external
    statement = sa.select(table.c.value, table.c.record).where(
        table.c.entity == entity, table.c.value.in_(list(values))
    )
    return {row[0]: row[1] for row in tx.connection.execute(statement)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it was given the first time."""

    status: int
    headers: Mapping[str, str]
    body: str


def first_answer(tx: Transaction, actor: Actor, key: str, request: str) -> Answer | None:
    """The answer given to this Idempotency-Key before; None when it is new.

    ``request`` is a hash of method, path and body: the same key with another one is refused (KBK2008). Two requests
    with the same key at once: the second waits for the first one's transaction, or fails as a conflict and is retried.
    """
    table = tx.tables.own.idempotency
    tx.connection.execute(table.delete().where(table.c.at < tx.now - IDEMPOTENCY_KEPT))
    row = {"caller": _caller(actor), "key": key, "request": request, "at": tx.now}
    taken = tx.connection.execute(_claim(tx, table).returning(table.c.key), row).first()
    if taken is not None:
        return None
    return known_answer(tx, actor, key, request)


def known_answer(tx: Transaction, actor: Actor, key: str, request: str) -> Answer | None:
    """The same without taking the key: None when nothing is known of it yet."""
    table = tx.tables.own.idempotency
    kept = tx.connection.execute(
        sa.select(table.c.request, table.c.status, table.c.headers, table.c.body).where(
            table.c.caller == _caller(actor), table.c.key == key, table.c.at >= tx.now - IDEMPOTENCY_KEPT
        )
    ).one_or_none()
    if kept is None:
        return None
    if kept.request != request:
        raise KubikError("KBK2008")
    return Answer(status=kept.status, headers=kept.headers or {}, body=kept.body or "")


def keep_answer(tx: Transaction, actor: Actor, key: str, answer: Answer) -> None:
    """Keep the answer to a key that `first_answer` did not know, in the same transaction as what it did."""
    table = tx.tables.own.idempotency
    tx.connection.execute(
        table.update()
        .where(table.c.caller == _caller(actor), table.c.key == key)
        .values(status=answer.status, headers=dict(answer.headers), body=answer.body)
    )


def _caller(actor: Actor) -> str:
    return f"token {actor.token}" if actor.token is not None else f"user {actor.identity}"


def _claim(tx: Transaction, table: sa.Table) -> Any:
    dialect: Any = sqlite if tx.dialect == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()


def _upsert(tx: Transaction, table: sa.Table, keys: tuple[str, ...], values: tuple[str, ...]) -> Any:
    dialect: Any = sqlite if tx.dialect == "sqlite" else postgresql
    statement = dialect.insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: statement.excluded[name] for name in values}
    )
