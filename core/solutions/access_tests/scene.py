"""The scene of an access test: the person who asks, the others, the record that is asked about."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.access.actor import Actor, system_actor
from core.access.login import load_actor
from core.access.people import find_login
from core.errors import KubikError
from core.query.query import Query
from core.query.read import id_by, read
from core.records.api import update
from core.records.fixtures import place
from core.records.shapes import Ready
from core.storage.workspace import Transaction
from metamodel.access_tests import ME, OTHER, AccessTest, Written
from metamodel.errors import ValueRefused
from metamodel.expression.tree import Me
from metamodel.fields.base import Context
from metamodel.fields.link_any import AnyLink
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who asks, of which record, and what they would type to create such a one: what a default gives is left out."""

    tx: Transaction
    entity: Entity
    actor: Actor
    record: int
    typed: dict[str, Any]


def set_scene(tx: Transaction, test: AccessTest) -> Scene:
    """Make what a test is about; KubikError says why it cannot be made."""
    entity = tx.model.entity_by_uid[test.entity]
    made = _Made(tx)
    if test.user is not None:
        made.name(ME, "user", _known(tx, test.user))
    else:
        made.name(ME, "user", made.person(test.roles))
    made.name(OTHER, "user", made.person(()))
    for fixture in test.given:
        of = tx.model.entity_by_uid[fixture.entity]
        values = made.values(of, fixture.values)
        record = made.person((), values) if of.name == "user" else place(tx, of.name, values)
        made.name(fixture.name, of.name, record)
    if test.me:
        values = made.values(tx.model.entities["user"], test.me)
        update(tx, system_actor(), "user", made.ids[ME][1], values)
    values = made.values(entity, test.record)
    record = place(tx, entity.name, values) if test.by is None else _found(tx, entity, *test.by)
    actor = load_actor(tx, made.ids[ME][1])
    return Scene(tx=tx, entity=entity, actor=actor, record=record, typed=_typed(entity, test, values))


def _typed(entity: Entity, test: AccessTest, values: dict[str, Any]) -> dict[str, Any]:
    given = {
        entity.by_uid[uid].name
        for uid, value in test.record.items()
        if value == ME
        and (default := entity.by_uid[uid].default) is not None
        and isinstance(default.root, Me)
    }
    return {name: value for name, value in values.items() if name not in given}


def _known(tx: Transaction, login: str) -> int:
    found = find_login(tx, fold(login))
    if found is None or not found[1]:
        raise KubikError("KBK2006", message("there is nobody with the login “{login}”", login=login[:100]))
    return found[0]


def _found(tx: Transaction, entity: Entity, key: str, value: Any) -> int:
    field = entity.by_uid[key]
    missing = KubikError("KBK2006", message("there is no record with “{field}” = {value}", field=field.label,
                                            value=str(value)[:100]))  # fmt: skip
    if key == "id":
        if not isinstance(value, int) or not read(tx, system_actor(), _one(entity, value)).items:
            raise missing
        return value
    try:
        parsed = field.type.parse(field, value, Context())
        found = id_by(tx, system_actor(), entity.name, field.name, parsed)
    except (KubikError, ValueRefused) as error:
        raise missing from error
    if found is None:
        raise missing
    return found


def _one(entity: Entity, id: int) -> Query:
    return Query(entity=entity.name, fields=(), ids=(id,), limit=1)


@dataclass(slots=True)
class _Made:
    """The people and records of a test by their names: entity and id of each."""

    tx: Transaction
    ids: dict[str, tuple[str, int]] = field(default_factory=dict)

    def name(self, name: str, entity: str, record: int) -> None:
        self.ids[name] = entity, record

    def person(self, roles: tuple[str, ...], values: dict[str, Any] | None = None) -> int:
        """Somebody new with these roles."""
        login = f"test.{secrets.token_hex(8)}"
        names = [self.tx.model.role_by_uid[uid].name for uid in roles]
        held = [{"role": {"by": {"name": name}}} for name in names]
        given = {"login": login, "name": login, "active": True, **(values or {})}
        return place(self.tx, "user", {**given, "roles": held} if held else given)

    def values(self, entity: Entity, written: Written) -> dict[str, Any]:
        """The values by names of fields, names of people and records in their place."""
        return {
            entity.by_uid[uid].name: self.value(entity.by_uid[uid], value) for uid, value in written.items()
        }

    def value(self, field: Field, value: Any) -> Any:
        if field.type.name == "children" and isinstance(value, list):
            child = self.tx.model.entity_by_uid[field.target or ""]
            return [self.values(child, row) for row in value]
        if field.targets and isinstance(value, str):
            entity, record = self.ids[value]
            return Ready(AnyLink(self.tx.model.entities[entity].uid, record))
        if field.target is not None and isinstance(value, str):
            return Ready(self.ids[value][1])
        if field.target is not None and isinstance(value, list) and all(isinstance(v, str) for v in value):
            return Ready(tuple(self.ids[name][1] for name in value))
        return Decimal(repr(value)) if isinstance(value, float) else value
