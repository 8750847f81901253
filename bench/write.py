"""`kubik bench write`: one create with its rights, checks, number and journal beside a bare INSERT and COMMIT."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bench.installation import Installation
from bench.measure import Results, head, pair
from core import records
from core.storage.prepared import Prepared
from core.storage.workspace import Transaction
from metamodel.fields.base import Context

LIMIT = 3.0


def run(installation: Installation, results: Results) -> None:
    """In one process, both through the same kind of connection, each its own durable transaction."""
    head(f"write on {installation.dialect}, {installation.size.deals:,} deals", "create", "bare INSERT")
    workspace = installation.workspace
    for person in ("administrator", "many rows"):
        actor = installation.actor(person)
        context = Context(medium="json", language="ru", zone=workspace.zone.key)
        for entity, values in SAMPLES.items():
            fresh = itertools.count(1)

            def create(tx: Transaction) -> Any:
                return records.create(tx, actor, entity, values(next(fresh)), context=context)  # noqa: B023

            bare = bare_insert(installation, entity, create)
            mine, other = pair(lambda: workspace.write(create), bare, 150)
            results.add(f"{entity}, {person}", mine, other, LIMIT)
    many(installation, results)


def deal(n: int) -> dict[str, Any]:
    return {
        "name": f"Новая сделка {n}",
        "company": 1 + n % 20,
        "amount": "1200.50",
        "closes_on": "2027-03-01",
        "source": "site",
    }


def company(n: int) -> dict[str, Any]:
    return {"name": f"Новая компания {n}", "phone": "+7 900 000-00-00", "key_account": True}


SAMPLES: dict[str, Callable[[int], dict[str, Any]]] = {"deal": deal, "company": company}


def bare_insert(
    installation: Installation, entity: str, create: Callable[[Transaction], Any]
) -> Callable[[], None]:
    """An INSERT of the very row that a create makes, into the same table with the same indexes, and its COMMIT."""
    workspace = installation.workspace
    saved = workspace.write(create)
    with workspace.read() as tx:
        table = tx.tables[tx.model.entities[entity].uid].table
        row = dict(tx.connection.execute(sa.select(table).where(table.c.id == saved.id)).mappings().one())
    kept = {name: value for name, value in row.items() if name != "id" and not _unique(tx, entity, name)}
    parameters = {f"p_{name}": value for name, value in kept.items()}
    statement = sa.insert(table).values(
        {name: sa.bindparam(f"p_{name}", type_=table.c[name].type) for name in kept}
    )
    prepared = Prepared(statement, workspace.database)

    def insert() -> None:
        workspace.write(lambda tx: prepared.run(tx.connection, parameters))

    return insert


def _unique(tx: Transaction, entity: str, column: str) -> bool:
    """Whether a column (or its companions) is of a unique field: the bare rows leave those empty."""
    fields = tx.model.entities[entity].fields
    return any(column[2:] == f.column[2:] for f in fields if f.unique or f.type.name == "number_series")


def many(installation: Installation, results: Results) -> None:
    """A batch of a thousand in one transaction, a record."""
    workspace = installation.workspace
    actor = installation.actor("administrator")
    context = Context(medium="json", language="ru", zone=workspace.zone.key)
    fresh = itertools.count(1_000_000)

    def batch() -> None:
        made = records.Batch(create=[company(next(fresh)) for _ in range(1000)])
        workspace.write(lambda tx: records.batch(tx, actor, "company", made, context=context))

    seconds = pair(batch, lambda: None, 5)[0] / 1000
    print(f"  {'batch of 1,000 companies':<58} {1000 / seconds:9,.0f} records a second")
