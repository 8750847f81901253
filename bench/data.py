"""A deterministic million deals in the crm example, loaded straight into its tables (no journal, no checks)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

import sqlalchemy as sa

from core import records
from core.access.actor import system_actor
from core.records.shared import bring_shares
from core.storage.ddl import create_entities
from core.storage.indexes import indexes_of
from core.storage.tables import Tables, encode_values
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.link_any import AnyLink
from metamodel.model import Entity, Model

CHUNK = 10_000
DEPARTMENTS = 60
TEAMS = 20
USERS = 300
MANY, FEW, NONE, HEAD = 1, 2, 3, 4
"""Ids (above the administrator's) of the people measured: with a tenth of all deals, with 400, with none; a head."""
FEW_DEALS = 400
START = datetime(2020, 1, 1, tzinfo=UTC)
STAGES = ("lead", "qualified", "offer", "contract", "won", "lost")
SUBJECTS = (
    "Стеллажи",
    "Мезонин",
    "Штабелёры",
    "Ремонт",
    "Сервис",
    "Тележки",
    "Платформы",
    "Ёмкости",
    "Контейнеры",
    "Монтаж",
)

Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many records of each entity: a million deals is the measure, fewer only try the benchmark itself."""

    deals: int = 1_000_000

    @property
    def companies(self) -> int:
        return max(20, self.deals // 20)

    @property
    def items(self) -> int:
        return self.deals // 5

    @property
    def activities(self) -> int:
        return self.deals // 5

    @property
    def products(self) -> int:
        return 500


def load(workspace: Workspace, size: Size, base: int) -> None:
    """Fill the workspace; user ids follow ``base``, the highest id there is. Indexes are made when the rows are in."""
    model, tables = _current(workspace)
    entities = [model.entities[name] for name in ("company", "product", "deal", "deal_item", "activity")]
    workspace.write(lambda tx: _drop_indexes(tx, entities))
    workspace.write(lambda tx: _people(tx, base))
    teams = workspace.write(lambda tx: _teams(tx, base))
    for entity, rows in (
        (entities[0], _companies(size, base)),
        (entities[1], _products(size)),
        (entities[2], _deals(model, size, base, teams)),
        (entities[3], _items(size)),
        (entities[4], _activities(model, size, base)),
    ):
        _fill(workspace, tables, entity, rows)
    _fill(workspace, tables, model.entities["share"], _shares(model, size, base))
    workspace.write(bring_shares)
    workspace.write(lambda tx: create_entities(tx.connection, tx.tables, entities))
    workspace.write(lambda tx: _sequences(tx, entities))
    if workspace.database.dialect == "postgresql":
        with workspace.database.outside.connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # no table is tended while it is measured
    workspace.database.tidy()


def _current(workspace: Workspace) -> tuple[Model, Tables]:
    with workspace.read() as tx:
        return tx.model, tx.tables


def _drop_indexes(tx: Transaction, entities: Sequence[Entity]) -> None:
    place = "" if tx.tables.schema is None else f'"{tx.tables.schema}".'
    for entity in entities:
        for index in indexes_of(tx.tables, entity.uid):
            tx.connection.exec_driver_sql(f'DROP INDEX IF EXISTS {place}"{index.name}"')


def _people(tx: Transaction, base: int) -> None:
    """Departments in a tree three deep, users in them, one role each; their closure rows."""
    model = tx.model
    department, user, membership, role = (
        model.entities[name] for name in ("department", "user", "user_role", "role")
    )
    named = sa.select(*(tx.tables[role.uid].columns[f].value for f in (role.by_name["name"].uid, "id")))
    roles: dict[str, int] = dict(tx.connection.execute(named).all())
    closure = tx.tables.own.closure
    above: dict[int, int | None] = {}
    rows: list[Values] = []
    for n in range(1, DEPARTMENTS + 1):
        parent = None if n == 1 else base + (1 if n <= 8 else 2 + (n % 7))
        above[base + n] = parent
        rows.append({"id": base + n, "name": f"Отдел {n}", "parent": parent})
    _insert(tx, department, rows)
    lines = []
    for node in above:
        ancestor: int | None = node
        while ancestor is not None:
            lines.append({"entity": department.uid, "ancestor": ancestor, "descendant": node})
            ancestor = above[ancestor]
    tx.connection.execute(sa.insert(closure), lines)
    _insert(
        tx,
        user,
        (
            {
                "id": base + n,
                "login": f"user{n}",
                "name": f"Сотрудник {n}",
                "active": True,
                "department": base + (2 if n == HEAD else 1 + n % DEPARTMENTS),
            }
            for n in range(1, USERS + 1)
        ),
    )
    _insert(
        tx,
        membership,
        (
            {
                "id": base + n,
                "user": base + n,
                "role": roles["head" if n == HEAD else "manager"],
                "position": 1,
            }
            for n in range(1, USERS + 1)
        ),
    )


def _teams(tx: Transaction, base: int) -> list[int]:
    """Groups of people: one with the person of many deals in it, one with that of few, others around them."""
    members = [[base + MANY], [base + FEW], *([base + n] for n in range(HEAD, HEAD + TEAMS - 2))]
    return [
        records.create(tx, system_actor(), "group", {"name": f"Группа {n}", "members": people}).id
        for n, people in enumerate(members)
    ]


def _shares(model: Model, size: Size, base: int) -> Iterator[Values]:
    """Deals of others that were shared: a fiftieth of all with the person of many, some with that of few."""
    deal = model.entities["deal"].uid
    few = max(1, size.deals // FEW_DEALS)
    chosen = [(n, MANY) for n in range(3, size.deals + 1, 50)] + [
        (n, FEW) for n in range(4, size.deals + 1, few)
    ]
    for number, (n, whom) in enumerate(chosen, start=1):
        yield {"id": number, "about": AnyLink(deal, n), "user": base + whom, "access": "read"}


def _companies(size: Size, base: int) -> Iterator[Values]:
    draw = Random(1)
    industries = ("trade", "food", "logistics", "metal", "medicine", "public")
    for n in range(1, size.companies + 1):
        yield {
            "id": n,
            "name": f"{draw.choice(('ООО', 'АО', 'ИП'))} «{draw.choice(SUBJECTS)} {n}»",
            "inn": f"{9_900_000_000 + n}",
            "industry": draw.choice(industries),
            "owner": base + draw.randrange(1, USERS + 1),
            "phone": f"+7900{n:07}",
            "key_account": n % 9 == 0,
        }


def _products(size: Size) -> Iterator[Values]:
    for n in range(1, size.products + 1):
        yield {"id": n, "code": f"P-{n:05}", "name": f"Товар {n}", "kind": "goods", "price": Decimal(n * 10)}


def _deals(model: Model, size: Size, base: int, teams: Sequence[int]) -> Iterator[Values]:
    draw = Random(2)
    stage = {s.name: s.uid for p in _pipelines(model) for s in p.stages}
    sources = ("site", "call", "advice", "exhibition", "repeat")
    step = max(1, size.deals // FEW_DEALS)
    for n in range(1, size.deals + 1):
        opened = date(2020, 1, 1) + timedelta(days=n * 2400 // size.deals)
        owner = MANY if n % 10 == 0 else FEW if n % step == 1 else draw.randrange(HEAD, USERS + 1)
        yield {
            "id": n,
            "number": f"Д-{opened.year}-{n:07}",
            "name": f"{draw.choice(SUBJECTS)} {draw.randrange(size.deals)}",
            "company": draw.randrange(1, size.companies + 1),
            "owner": base + owner,
            "squad": teams[owner - 1] if owner in (MANY, FEW) else teams[2 + owner % (TEAMS - 2)],
            "stage": stage[draw.choice(STAGES)],
            "amount": None if draw.random() < 0.1 else Decimal(draw.randrange(1_000, 900_000_000)).scaleb(-2),
            "probability": Decimal(draw.randrange(0, 21) * 5).scaleb(-2),
            "opened_on": opened,
            "closes_on": opened + timedelta(days=draw.randrange(5, 120)),
            "source": draw.choice(sources),
            "margin": Decimal(draw.randrange(100, 90_000_000)).scaleb(-2),
            "created_at": START + timedelta(seconds=n * 200_000_000 // size.deals),
        }


def _pipelines(model: Model) -> Sequence[Any]:
    stages = model.entities["deal"].stages
    assert stages is not None
    return stages.pipelines


def _items(size: Size) -> Iterator[Values]:
    draw = Random(3)
    for n in range(1, size.items + 1):
        yield {
            "id": n,
            "deal": 1 + (n - 1) // 2 * 11 % size.deals,  # of every owner's deals
            "position": 1 + (n - 1) % 2,
            "product": draw.randrange(1, size.products + 1),
            "quantity": Decimal(draw.randrange(1, 50)),
            "price": Decimal(draw.randrange(100, 900_000)).scaleb(-2),
        }


def _activities(model: Model, size: Size, base: int) -> Iterator[Values]:
    """Calls and meetings about deals (a few about companies), seen by who sees these."""
    draw = Random(4)
    deal, company = model.entities["deal"].uid, model.entities["company"].uid
    for n in range(1, size.activities + 1):
        about = AnyLink(company, draw.randrange(1, size.companies + 1))
        if n % 20:
            about = AnyLink(deal, draw.randrange(1, size.deals + 1))
        yield {
            "id": n,
            "subject": f"{draw.choice(SUBJECTS)}: звонок {n}",
            "kind": "call",
            "about": about,
            "owner": base + draw.randrange(1, USERS + 1),
            "status": "planned",
            "created_at": START + timedelta(seconds=n * 200_000_000 // size.activities),
        }


def _encode(tables: Tables, entity: Entity, values: Values) -> Values:
    now = values.setdefault("created_at", START)
    row = {
        "id": values.pop("id"),
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "created_by": 1,
        "updated_by": 1,
    }
    del values["created_at"]
    named: Mapping[str, Any] = {entity.by_name[name].uid: value for name, value in values.items()}
    for name, value in values.items():
        field = entity.by_name[name]
        if field.choices and value is not None:
            choice = field.choice(value)
            assert choice is not None, (name, value)
            named[field.uid] = choice.uid  # type: ignore[index]  # the dict made above
    row.update(encode_values(tables, entity, named))
    return row


def _insert(tx: Transaction, entity: Entity, rows: Iterator[Values] | Sequence[Values]) -> None:
    table = tx.tables[entity.uid].table
    tx.connection.execute(sa.insert(table), [_encode(tx.tables, entity, row) for row in rows])


def _fill(workspace: Workspace, tables: Tables, entity: Entity, rows: Iterator[Values]) -> None:
    while chunk := [_encode(tables, entity, row) for row in islice(rows, CHUNK)]:
        if workspace.database.dialect == "postgresql":
            workspace.write(lambda tx, chunk=chunk: _copy(tx, entity, chunk))  # type: ignore[misc]
        else:
            workspace.write(
                lambda tx, chunk=chunk: tx.connection.execute(sa.insert(tx.tables[entity.uid].table), chunk)  # type: ignore[misc]
            )


def _copy(tx: Transaction, entity: Entity, rows: Sequence[Values]) -> None:
    """PostgreSQL's COPY of a chunk, as text; far faster than statements."""
    table = tx.tables[entity.uid].table
    names = list(rows[0])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow("\\N" if (v := row[n]) is None else v for n in names)
    columns = ", ".join(f'"{name}"' for name in names)
    driver = tx.connection.connection.driver_connection
    assert driver is not None
    with (
        driver.cursor() as cursor,
        cursor.copy(
            f'COPY "{table.schema}"."{table.name}" ({columns}) FROM STDIN (FORMAT csv, NULL \'\\N\')'
        ) as copy,
    ):
        copy.write(text.getvalue())


def _sequences(tx: Transaction, entities: Sequence[Entity]) -> None:
    """New ids begin behind the loaded ones (SQLite does so by itself)."""
    if tx.dialect != "postgresql":
        return
    for entity in [*entities, *(tx.model.entities[n] for n in ("department", "user", "user_role", "share"))]:
        table = tx.tables[entity.uid].table
        tx.connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('\"{table.schema}\".\"{table.name}\"', 'id'), "
            f'(SELECT max(id) FROM "{table.schema}"."{table.name}"))'
        )
