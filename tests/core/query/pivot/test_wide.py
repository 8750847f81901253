"""Pivots along every way: lists of links from either end, lists within lists, several choices, currencies, links to any record."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core import records
from core.errors import KubikError
from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.pivot.pivot import Pivot, pivot
from core.query.query import Link, LinkAny, Query
from core.query.read import count
from core.settings import Settings
from core.storage.install import install_model
from core.storage.patience import NobodyWaits, Waiting
from core.storage.workspace import Transaction, Workspace
from metamodel.reports import ReportSort
from metamodel.text import fold
from tests.core.query.pivot.wide import HIDDEN, Naive, Wide, actor, model, told

AXES = (
    Axis(field="name"), Axis(field="firm"), Axis(field="tags"), Axis(field="tags.name"), Axis(field="kinds"),
    Axis(field="tags.kinds"), Axis(field="code"), Axis(field="due", by="month"), Axis(field="due", by="year"),
    Axis(field="about"), Axis(field="level", by="2"), Axis(field="amount", by="100"), Axis(field="items.tag"),
    Axis(field="items.tag.name"), Axis(field="events.name"), Axis(field="firm.tags"), Axis(field="firm.tags.name"),
    Axis(field="firm.staff"), Axis(field="firm.deals.name"), Axis(field="firm.deals.tags"), Axis(field="firm.mentions"),
)  # fmt: skip
MEASURES = (
    Measure(aggregate="count"), Measure(aggregate="sum", field="amount"), Measure(aggregate="avg", field="amount"),
    Measure(aggregate="min", field="amount"), Measure(aggregate="count", field="amount"),
    Measure(aggregate="median", field="amount"), Measure(aggregate="sum", field="items.pieces"),
    Measure(aggregate="avg", field="items.pieces"), Measure(aggregate="median", field="items.pieces"),
    Measure(aggregate="max", field="events.hours"), Measure(aggregate="sum", field="tags.weight"),
    Measure(aggregate="sum", field="firm.staff"), Measure(aggregate="count_distinct", field="about"),
    Measure(aggregate="count_distinct", field="tags"), Measure(aggregate="sum", field="firm.tags.weight"),
    Measure(aggregate="first", field="name"), Measure(aggregate="last", field="level"),
    Measure(aggregate="count", field="events"), Measure(aggregate="sum", field="firm.deals.level"),
    Measure(aggregate="count", field="firm"), Measure(aggregate="count_distinct", field="firm"),
    Measure(aggregate="count_distinct", field="items.tag"), Measure(aggregate="first", field="about"),
    Measure(aggregate="last", field="items.tag"), Measure(aggregate="first", field="firm"),
)  # fmt: skip
ASKED = 24
"""Pivots of each database."""


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def place(request: Any, lasting_database: Any, tmp_path_factory: Any) -> Iterator[tuple[Workspace, Wide]]:
    home = tmp_path_factory.mktemp("home")
    url = lasting_database(request.param)
    workspace = Workspace.create(Settings(home=home, database_url=url, time_zone="UTC"))
    install_model(workspace, model())
    workspace.write(records.sync_roles)
    wide = Wide()
    workspace.write(lambda tx: wide.fill(tx, 11))
    yield workspace, wide
    workspace.close()


def plain(value: Any) -> Any:
    """A key of an answer as the loops have it."""
    if isinstance(value, LinkAny):
        return HIDDEN if value.hidden else (value.entity, value.id)
    if isinstance(value, Link):
        return HIDDEN if value.hidden else value.id
    if isinstance(value, str):
        return fold(value)
    return str(value) if hasattr(value, "isoformat") else value


def shown(values: list[Any] | None) -> list[Any] | None:
    """Figures as the loops have them."""
    return values and [plain(v) if isinstance(v, Link | LinkAny) else v for v in values]


def test_every_figure_and_every_drill_is_that_of_the_raw_rows(place: tuple[Workspace, Wide]) -> None:
    workspace, wide = place
    draw = random.Random(5)
    with workspace.read() as tx:
        for number in range(ASKED):
            role = draw.choice(("administrator", "some", "few"))
            axes = draw.sample(AXES, draw.randint(0, 3))
            split = draw.randint(0, len(axes))
            values = tuple(draw.sample(MEASURES, draw.randint(1, 3)))
            query = PivotQuery(
                entity="deal",
                rows=tuple(axes[:split]),
                columns=tuple(axes[split:]),
                values=values,
                subtotals=True,
            )
            paths = [axis.field for axis in axes] + [value.field for value in values if value.field]
            if role == "few" and any("tags" in path or path == "items.tag.name" for path in paths):
                with pytest.raises(KubikError) as refused:
                    pivot(tx, actor(tx, role), query)
                assert refused.value.code in ("KBK2003", "KBK2002"), paths
                continue
            found = pivot(tx, actor(tx, role), query)
            compare(found, query, Naive(wide, role), f"{number} {role} {query}")
            sort = ReportSort(value=draw.randrange(len(values)), descending=draw.random() < 0.5)
            in_order(found, pivot(tx, actor(tx, role), replace(query, sort=sort, sort_columns=sort)), sort)
            drills(tx, role, found, Naive(wide, role), query, draw)


def in_order(natural: Pivot, found: Pivot, sort: ReportSort) -> None:
    """The same pivot sorted by a value: equal ones as they stood, those without a figure last, rows level by level."""
    total = {(natural.rows[s.first][: s.depth]): s.total for s in natural.subtotals}
    total |= dict(zip(natural.rows, natural.row_totals, strict=True))

    def key(value: Any, place: int) -> Any:
        value = value[0]["value"] if isinstance(value, list) and len(value) == 1 else value
        if value is None or isinstance(value, list) or getattr(value, "hidden", False):
            return (1, 0, place)
        if isinstance(value, str | Link | LinkAny):
            value = [ord(c) for c in fold(value if isinstance(value, str) else value.title)] + [-1]
            return (0, [-c for c in value] if sort.descending else value, place)
        return (0, -value if sort.descending else value, place)

    def path(row: Any) -> Any:
        firsts = (
            next(i for i, r in enumerate(natural.rows) if r[:d] == row[:d]) for d in range(1, len(row) + 1)
        )
        return [key(total[row[:d]][sort.value], at) for d, at in enumerate(firsts, start=1)]

    assert found.rows == sorted(natural.rows, key=path)
    order = [natural.rows.index(row) for row in found.rows]
    assert found.row_totals == [natural.row_totals[at] for at in order]
    assert found.drill_rows == [natural.drill_rows[at] for at in order]
    heads = [
        (head[:-1], key(t[sort.value], at))
        for at, (head, t) in enumerate(zip(natural.columns, natural.column_totals, strict=True))
    ]
    firsts = {head: at for at, (head, _) in reversed(list(enumerate(heads)))}
    across = sorted(range(len(heads)), key=lambda at: (firsts[heads[at][0]], heads[at][1]))
    assert found.columns == [natural.columns[at] for at in across]
    assert found.cells == [[natural.cells[at][c] for c in across] for at in order]
    assert found.grand_total == natural.grand_total


def compare(found: Pivot, query: PivotQuery, naive: Naive, asked: str) -> None:
    """Keys, cells, totals and subtotals."""
    rows, columns = query.rows, query.columns
    paths = [value.field for value in query.values if value.field]
    table = {
        (r, c): naive.groups(rows[:r], columns[:c], paths)
        for r in range(len(rows) + 1) for c in {0, len(columns)}
    }  # fmt: skip
    keys = [tuple(plain(v) for v in key) for key in found.rows]
    heads = [tuple(plain(v) for v in key) for key in found.columns]
    finest = table[len(rows), len(columns)]
    assert len(keys) == len(set(keys)) and set(keys) == ({k for k, _ in finest} if rows else {()}), asked
    assert len(heads) == len(set(heads)) and set(heads) == ({k for _, k in finest} if columns else {()}), (
        asked
    )

    def expected(across: Any, down: Any) -> list[Any] | None:
        group = table[len(across), len(down)].get((across, down))
        return None if group is None else [told(value, group) for value in query.values]

    for i, across in enumerate(keys):
        for j, down in enumerate(heads):
            assert shown(found.cells[i][j]) == expected(across, down), (asked, across, down)
        assert shown(found.row_totals[i]) == expected(across, ()), (asked, across)
    for j, down in enumerate(heads):
        assert shown(found.column_totals[j]) == expected((), down), (asked, down)
    if finest:
        assert shown(found.grand_total) == expected((), ()), asked
    for subtotal in found.subtotals:
        assert shown(subtotal.total) == expected(keys[subtotal.first][: subtotal.depth], ()), asked


def drills(tx: Any, role: str, found: Pivot, naive: Naive, query: PivotQuery, draw: random.Random) -> None:
    """The list behind some cells has their records."""
    if not found.rows or not found.columns:
        return
    finest = naive.groups(query.rows, query.columns, ())
    for _ in range(2):
        i, j = draw.randrange(len(found.rows)), draw.randrange(len(found.columns))
        across = tuple(plain(v) for v in found.rows[i])
        down = tuple(plain(v) for v in found.columns[j])
        expression = f"({found.drill_rows[i]}) AND ({found.drill_columns[j]})"
        records_, _ = finest.get((across, down), ({}, {}))
        listed = count(tx, actor(tx, role), Query(entity="deal", filter=expression))
        assert listed == len(records_), (role, expression, across, down)


def test_what_is_too_much_or_out_of_sight_is_refused_precisely(
    place: tuple[Workspace, Wide], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, _ = place

    def refused(role: str, query: PivotQuery) -> KubikError:
        with workspace.read() as tx, pytest.raises(KubikError) as found:
            pivot(tx, actor(tx, role), query)
        return found.value

    for asked in ({"rows": "{}.name"}, {"columns": "{}.name"}, {"values": "{}.weight"}):
        (part, path), told = next(iter(asked.items())), []
        for name in ("tags", "tagz"):
            axis = Axis(field=path.format(name))
            made: Any = (Measure(aggregate="sum", field=axis.field),) if part == "values" else (axis,)
            error = refused("few", PivotQuery(entity="deal", **{part: made}))
            told.append((error.code, error.errors[0].pointer))
        assert told == [("KBK2003", f"/{part}/0/field")] * 2, told
    monkeypatch.setattr("core.query.pivot.pivot.MAX_CELLS", 5)
    wide_ = PivotQuery(entity="deal", rows=(Axis(field="name"),), columns=(Axis(field="firm"),))
    assert refused("administrator", wide_).code == "KBK2011"


def test_what_takes_too_long_or_nobody_waits_for_is_ended(place: tuple[Workspace, Wide]) -> None:
    workspace, _ = place
    items = tuple(Axis(field=f"items.{name}") for name in ("pieces", "tag"))
    query = PivotQuery(entity="deal", rows=items[:1], columns=items[1:])

    def many(tx: Transaction) -> None:
        """A record with so many rows that they make millions of pairs."""
        table = tx.tables[tx.model.entities["item"].uid].table
        row = dict(tx.connection.execute(table.select().limit(1)).mappings().one())
        del row["id"]
        tx.connection.execute(table.insert(), [row] * 2_000)

    def ask(seconds: float, waiting: Waiting | None) -> BaseException:
        def asked(tx: Transaction) -> None:
            many(tx)
            tx.waiting = waiting
            pivot(tx, actor(tx, "administrator"), query, seconds=seconds)

        with pytest.raises((KubikError, NobodyWaits)) as ended:
            workspace.write(asked)
        return ended.value

    late = ask(0.02, None)
    assert isinstance(late, KubikError) and late.code == "KBK2013"

    def leave() -> None:
        while waiting.leave():
            time.sleep(0.02)

    waiting = Waiting(lambda: threading.Timer(0.05, leave).start())
    assert isinstance(ask(60, waiting), NobodyWaits)
    with workspace.read() as tx:
        assert pivot(tx, actor(tx, "administrator"), PivotQuery(entity="deal")).grand_total == [24]
