"""A small, busy sales system for contracts on rights: written through records, so that history and feed are there."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core import records
from core.access.actor import Actor, system_actor
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from metamodel.model import Model, Role
from tests.factories import model
from tests.oracle.evaluator import Oracle
from tests.oracle.rights import Person, Rights

ZONE = "Europe/Moscow"
WORDS = ["Ёлка", "ель", "Заря", "Север", "О'Коннор", "<b>Бор</b>", "a%b_c", "Луч", "日本"]


MORE: Mapping[str, str] = {
    "extensions/deal.yaml": """
        extends: deal
        fields:
          - {name: goods, type: links, to: product, inverse: demand, on_delete: clear}
          - {name: watchers, type: users, inverse: watched, on_delete: clear}
    """,
    "entities/remark.yaml": """
        name: remark
        title: "{text}"
        fields:
          - {name: text, type: text}
          - {name: about, type: link_any, to: [deal, company], inverse: remarks, rights: of parent, required: true}
          - {name: author, type: user, default: me, on_delete: clear}
    """,
    "entities/talk.yaml": """
        name: talk
        title: "{text}"
        fields:
          - {name: text, type: text}
          - {name: about, type: link_any, to: [deal, company], rights: of parent, write_by: read, required: true}
    """,
}
"""What the sample has besides: lists of links, links to any record, records whose rights follow these."""


@cache
def wide_model() -> Model:
    """The sample with `MORE`."""
    return model(MORE)


def make_workspace(database_url: str, home: Path) -> Workspace:
    """The sample with people in departments, companies, products, deals with items, activities; some in the bin."""
    workspace = Workspace.create(
        Settings(home=home, database_url=database_url, secret_key=b"k" * 32, time_zone=ZONE, language="en")
    )
    install_model(workspace, wide_model())
    workspace.write(records.sync_roles)
    workspace.write(fill)
    workspace.write(change)
    return workspace


def fill(tx: Transaction) -> None:
    """Everything that is there at first."""
    chance = random.Random(11)
    actor = system_actor()

    def add(entity: str, **values: Any) -> int:
        return records.create(tx, actor, entity, {k: v for k, v in values.items() if v is not None}).id

    departments = [add("department", name="Все")]
    departments += [add("department", name=f"Отдел {n}", parent=departments[0]) for n in (1, 2)]
    departments.append(add("department", name="Группа", parent=departments[1]))
    users = [
        add("user", login=f"user{n}", name=f"{chance.choice(WORDS)} {n}", department=where)
        for n, where in enumerate([*departments, departments[1], None])
    ]
    companies = [
        add(
            "company", name=f"{chance.choice(WORDS)} {n}", inn=str(7700000000 + n), city=chance.choice(["Тверь", "Орёл", None]),
            owner=chance.choice([*users, None]), vip=chance.choice([True, False]), staff=chance.choice([None, 0, 12]),
            discount=chance.choice([None, "0.2"]), notes=chance.choice([None, "тайна"]),
        )
        for n in range(8)
    ]  # fmt: skip
    products = [
        add("product", code=f"P{n}", name=chance.choice(WORDS), price=str(100 + n), active=n != 3)
        for n in range(5)
    ]
    deals = []
    for n in range(24):
        items = [
            {"product": chance.choice(products[:3]), "quantity": chance.choice(["1", "2.5", "0.333"])}
            for _ in range(chance.choice([0, 1, 1, 2]))
        ]
        deals.append(add(
            "deal", name=f"{chance.choice(WORDS)} {n}", company=chance.choice([*companies, None]),
            owner=chance.choice([*users, None]), margin=chance.choice([None, "10", "77.77"]), items=items,
            probability=chance.choice([None, "0.2", "1"]), closes_on=chance.choice([None, "2030-06-30"]),
            source=chance.choice([None, "site", "call"]), stage=chance.choice(["lead", "offer", "won"]),
            amount=chance.choice([None, None, "1200.10", "0"]),
            goods=chance.sample(products, chance.choice([0, 0, 1, 3])),
            watchers=chance.sample(users, chance.choice([0, 0, 1, 2])),
        ))  # fmt: skip
    for n in range(24):
        add(
            "activity", subject=f"{chance.choice(WORDS)} {n}", deal=chance.choice([*deals, None]),
            owner=chance.choice([*users, None]), status=chance.choice(["planned", "done"]),
            held_at=chance.choice([None, f"2026-03-0{n % 9 + 1}T10:00:00Z"]), result=chance.choice([None, "да", "нет"]),
        )  # fmt: skip

    for n in range(24):
        place = chance.choice([("deal", chance.choice(deals)), ("company", chance.choice(companies))])
        about = {"entity": place[0], "id": place[1]}
        add(chance.choice(["remark", "talk"]), text=f"{chance.choice(WORDS)} {n}", about=about)


def change(tx: Transaction) -> None:
    """What happened later: deals got other owners and names, some records went into the bin."""
    chance = random.Random(12)
    actor = system_actor()
    live = sorted(row["id"] for row in raw_rows(tx)[tx.model.entities["deal"].uid])
    users = [row["id"] for row in raw_rows(tx)[tx.model.entities["user"].uid]]
    for deal in chance.sample(live, 8):
        records.update(tx, actor, "deal", deal, {"owner": chance.choice(users), "margin": "5.00"})
    for deal in chance.sample(live, 3):
        records.delete(tx, actor, "deal", deal)
    unused = records.create(tx, actor, "company", {"name": "Заря в корзине", "inn": "7711111111"}).id
    activity = records.create(tx, actor, "activity", {"subject": "о корзине"}).id
    records.delete(tx, actor, "company", unused)
    records.delete(tx, actor, "activity", activity)


def raw_rows(tx: Transaction) -> dict[str, list[dict[str, Any]]]:
    """All rows of all entities as stored, those in the bin too, by uid of the entity and uid of the field."""
    found = {}
    for entity in tx.model.entities.values():
        place = tx.tables[entity.uid]
        columns = place.columns
        select = sa.select(*(c.value for c in columns.values())).order_by(place.table.c.id)
        rows = [dict(zip(columns, row, strict=True)) for row in tx.connection.execute(select)]
        for uid, pairs in place.lists.items():
            listed = sa.select(pairs.c.record, pairs.c.target).order_by(pairs.c.record, pairs.c.position)
            lists: dict[int, tuple[int, ...]] = {}
            for record, target in tx.connection.execute(listed):
                lists[record] = (*lists.get(record, ()), target)
            for row in rows:
                row[uid] = lists.get(row["id"])
        found[entity.uid] = rows
    return found


def judge(
    tx: Transaction, person: Person, rows: Mapping[str, list[dict[str, Any]]] | None = None, zone: str = ZONE
) -> Rights:
    """The oracle over what is stored now."""
    world = Oracle(
        model=tx.model, rows=rows if rows is not None else raw_rows(tx), zone=ZoneInfo(zone), me=person.me,
        now=tx.now if tx.now.tzinfo else datetime.now(UTC),
    )  # fmt: skip
    return Rights(world, person)


def with_roles(tx: Transaction, person: Person) -> tuple[Transaction, Actor]:
    """The transaction under a model that has the person's roles, and the actor who has them."""
    roles = {role.name: role for role in person.roles}
    altered: Model = replace(tx.model, roles={**tx.model.roles, **roles})
    actor = Actor(user=person.me, login="somebody", roles=tuple(r.uid for r in person.roles), language="en")
    return replace(tx, model=altered), actor


def exact(value: Any) -> Any:
    """A number of JSON as an exact one."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


__all__ = [
    "Person",
    "Rights",
    "Role",
    "exact",
    "judge",
    "make_workspace",
    "raw_rows",
    "wide_model",
    "with_roles",
]
