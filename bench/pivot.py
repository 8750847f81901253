"""`kubik bench pivot`: pivots of a million deals beside the same by hand-written SQL, for the administrator and for others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from os import getpid
from typing import Any

from bench.cpu import cpu_clock
from bench.installation import Installation
from bench.measure import Results, head, milliseconds, pair
from bench.raw import Names
from bench.rights import give_roles
from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.pivot.pivot import Pivot, pivot
from core.storage.workspace import Transaction

LIMIT = 1.2
SECOND = 1000.0
SMALL = 20.0
"""Milliseconds of hand-written SQL below which a ratio says nothing: what ours takes is held to these, by the wall."""
TIMES = 3
ROLES: Mapping[str, str] = {
    **dict.fromkeys(("many rows", "few rows", "no rows"), "shape_own"), "head": "shape_tree",
}  # fmt: skip
"""Whose deals they see: their own, or those of their departments."""

MONTH, QUARTER = Axis(field="closes_on", by="month"), Axis(field="closes_on", by="quarter")
COUNT, SUM = Measure(aggregate="count"), Measure(aggregate="sum", field="amount")
STAGES = "stage x month, count and sum"
SHAPES: Mapping[str, PivotQuery] = {
    STAGES: PivotQuery(entity="deal", rows=(Axis(field="stage"),), columns=(MONTH,), values=(COUNT, SUM)),
    "owner x stage, count and sum": PivotQuery(
        entity="deal", rows=(Axis(field="owner"),), columns=(Axis(field="stage"),), values=(COUNT, SUM)
    ),
    "company's owner x quarter, sum": PivotQuery(
        entity="deal", rows=(Axis(field="company.owner"),), columns=(QUARTER,), values=(SUM,)
    ),
    "product of items x month, sum of their quantity": PivotQuery(
        entity="deal", rows=(Axis(field="items.product"),), columns=(MONTH,),
        values=(Measure(aggregate="sum", field="items.quantity"),),
    ),
}  # fmt: skip


def run(installation: Installation, results: Results) -> None:
    """Measure on one installation, in this process: CPU of it and of the database, since other programs do not count."""
    installation.workspace.write(partial(give_roles, installation=installation, roles=ROLES))
    head(f"pivots on {installation.dialect}, {installation.size.deals:,} deals, CPU of both")
    with installation.workspace.read() as tx:
        by_hand = ByHand(installation, tx)
        for person in ("administrator", *ROLES):
            actor = installation.actor(person)
            for name, query in SHAPES.items():
                theirs = partial(by_hand.ask, name, person)
                _same(name, partial(pivot, tx, actor, query)(), theirs())
                taken = _costs(partial(pivot, tx, actor, query), theirs, (getpid(), *installation.processes))
                shown = f"{name}, {person}"
                if taken[1] >= SMALL:
                    results.add(shown, *taken, LIMIT)
                else:
                    ours, _ = pair(partial(pivot, tx, actor, query), theirs, 20)
                    results.add(f"{shown}, beside {SMALL:.0f} ms", ours, SMALL, 1.0)
        wall = min(milliseconds(lambda: pivot(tx, by_hand.admin, SHAPES[STAGES])) for _ in range(TIMES))
        results.add(f"{STAGES}, by the clock of the wall, beside 1 s", wall, SECOND, 1.0)


def _costs(
    ours: Callable[[], object], theirs: Callable[[], object], roots: tuple[int, ...]
) -> tuple[float, float]:
    """CPU milliseconds of one call of both, taken in turn: the least of some, as these are long."""
    clock = cpu_clock(roots)
    mine: list[float] = []
    other: list[float] = []
    for _ in range(TIMES):
        for call, found in ((ours, mine), (theirs, other)):
            start = clock()
            call()
            found.append((clock() - start) * 1000)
    return max(min(mine), 0.001), max(min(other), 0.001)


def _same(name: str, ours: Pivot, theirs: list[Any]) -> None:
    """The grand total of the sums is that of the hand-written rows, or nothing is worth comparing."""
    total = sum((Decimal(row[-1]) for row in theirs if row[-1] is not None), Decimal(0))
    answered = ours.grand_total[-1] or Decimal(0)
    if Decimal(answered) not in (total, total.scaleb(-2), total.scaleb(-3)):
        raise RuntimeError(f"{name}: {answered} is not {total}")


class ByHand:
    """The same answer as an engineer would write it: groups in SQL, put into cells and added up to their totals."""

    def __init__(self, installation: Installation, tx: Transaction) -> None:
        self.tx, self.installation = tx, installation
        self.admin = installation.actor("administrator")
        names = Names(tx.model, tx.tables.schema)
        self.sqlite = installation.dialect == "sqlite"
        d = partial(names.column, "deal")
        day, amount = f"d.{d('closes_on')}", f"d.{d('amount')}"
        stage, owner = f"d.{d('stage')}", f"d.{d('owner')}"
        company, item = partial(names.column, "company"), partial(names.column, "deal_item")
        month = f"substr({day}, 1, 7)" if self.sqlite else f"date_trunc('month', {day})"
        quarter = (
            f"substr({day}, 1, 4) || ((substr({day}, 6, 2) + 2) / 3)" if self.sqlite
            else f"date_trunc('quarter', {day})"
        )  # fmt: skip
        deal = f"FROM {names.table('deal')} d"
        items = f"LEFT JOIN {names.table('deal_item')} i ON i.{item('deal')} = d.id AND i.deleted_at IS NULL"
        companies = (
            f"LEFT JOIN {names.table('company')} c ON c.id = d.{d('company')} AND c.deleted_at IS NULL"
        )
        live = "WHERE d.deleted_at IS NULL"
        texts = (
            f"SELECT {stage}, {month}, count(*), sum({amount}) {deal} {live}%s GROUP BY 1, 2",
            f"SELECT {owner}, {stage}, count(*), sum({amount}) {deal} {live}%s GROUP BY 1, 2",
            f"SELECT c.{company('owner')}, {quarter}, sum({amount}) {deal} {companies} {live}%s GROUP BY 1, 2",
            f"SELECT i.{item('product')}, {month}, sum(i.{item('quantity')}) {deal} {items} {live}%s GROUP BY 1, 2",
        )
        self.texts = dict(zip(SHAPES, texts, strict=True))
        self.owner = owner
        user = names.table("user")
        below = (
            f"SELECT u.id FROM {user} u WHERE u.{names.column('user', 'department')} IN "
            f"(SELECT descendant FROM {names.place}kubik_closure WHERE entity = '{tx.model.entities['department'].uid}' "
            f"AND ancestor = (SELECT {names.column('user', 'department')} FROM {user} WHERE id = %d))"
        )
        self.rules = dict.fromkeys(ROLES, f" AND {owner} = %d") | {"head": f" AND {owner} IN ({below})"}

    def ask(self, name: str, person: str) -> list[Any]:
        """The rows of a shape for a person."""
        rule = self.rules[person] % self.installation.user(person) if person in self.rules else ""
        driver: Any = self.tx.connection.connection.dbapi_connection
        found: list[Any] = driver.execute(self.texts[name] % rule).fetchall()
        cells: dict[Any, dict[Any, Any]] = {}
        totals: dict[Any, list[Any]] = {}
        for row, column, *figures in found:
            cells.setdefault(row, {})[column] = figures
            for key in ((row, None), (None, column), (None, None)):
                known = totals.setdefault(key, [0] * len(figures))
                for place, figure in enumerate(figures):
                    known[place] += figure or 0
        return found
