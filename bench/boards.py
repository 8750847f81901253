"""`kubik bench boards`: the columns of a board and its totals, beside the same sums by hand and beside the administrator's."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa

from bench.installation import PEOPLE, Installation
from bench.measure import Results, head, pair
from bench.raw import Names
from core.access.actor import Actor
from core.query import Query, read
from core.query.query import Group
from core.query.totals import totals
from core.storage.workspace import Transaction

TOTALS_LIMIT = 1.6
COLUMN_LIMIT = 30.0
CARDS = ("name", "company", "amount", "closes_on", "owner", "stage", "stage_since")
ORDERS = {"newest first": ("-created_at",), "by date, indexed": ("closes_on",)}


def run(installation: Installation, results: Results) -> None:
    """Measure on one installation, in this process: no HTTP, no HTML."""
    head(f"boards on {installation.dialect}, {installation.size.deals:,} deals")
    with installation.workspace.read() as tx:
        entity = tx.model.entities["deal"]
        stage, amount, expected = (entity.by_name[name].uid for name in ("stage", "amount", "expected"))
        asked = Query(entity="deal")
        admin = installation.actor("administrator")
        count = partial(totals, tx, admin, asked, stage)
        mine, other = pair(lambda: count([amount]), lambda: _by_hand(tx), 3)
        results.add("counts and one sum of every stage", mine, other, TOTALS_LIMIT)
        mine, other = pair(lambda: count([amount, expected]), lambda: _by_hand(tx), 3)
        results.add("the same with a sum of a formula", mine, other)
        for person in PEOPLE:
            if person != "administrator":
                theirs = partial(totals, tx, installation.actor(person), asked, stage, [amount])
                mine, other = pair(theirs, lambda: count([amount]), 3)
                results.add(f"totals of {person}, beside the administrator's", mine, other, 1.3)
        for order, sort in ORDERS.items():
            for person in ("administrator", "many rows", "few rows"):
                taken = max(
                    _column(tx, installation.actor(person), c.uid, sort)
                    for c in entity.by_name["stage"].choices
                )
                results.add(
                    f"20 cards of the slowest column, {order}, {person}, beside 30 ms",
                    taken,
                    COLUMN_LIMIT,
                    1.0,
                )


def _column(tx: Transaction, actor: Actor, stage: str, sort: tuple[str, ...]) -> float:
    """Milliseconds of a page of a column's cards."""
    uid = tx.model.entities["deal"].by_name["stage"].uid
    asked = Query(entity="deal", fields=CARDS, sort=sort, limit=20, group=Group(field=uid, value=stage))
    return pair(lambda: read(tx, actor, asked), lambda: None, 5)[0]


def _by_hand(tx: Transaction) -> list[Any]:
    names = Names(tx.model, tx.tables.schema)
    stage, amount = (names.column("deal", name) for name in ("stage", "amount"))
    text = (
        f"SELECT {stage}, count(*), count({amount}), sum({amount}) FROM {names.table('deal')} "
        f"WHERE deleted_at IS NULL GROUP BY {stage}"
    )
    return list(tx.connection.execute(sa.text(text)))
