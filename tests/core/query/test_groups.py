"""Groups by steps of dates and numbers, one within another, and what is answered beside rows, agree with an oracle."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import pytest

from core.errors import KubikError
from core.query import Query, read
from core.query.grouping import Grouping
from core.query.query import Group
from core.query.totals import totals
from tests.core.query.test_agreement import live
from tests.core.query.world import Oracle, Person, Row, Rule, actor_in


def begin(value: Any, by: str | None, zone: dt.tzinfo) -> Any:
    """Where the step begins that a value falls into."""
    if value is None or by is None:
        return value
    if isinstance(value, Decimal):
        return (value / Decimal(by)).to_integral_value(ROUND_FLOOR) * Decimal(by)
    day = value.astimezone(zone).date() if isinstance(value, dt.datetime) else value
    match by:
        case "week":
            return day - dt.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


CASES = [
    (("closes_on", "month"),),
    (("closes_on", "year"), ("stage", None)),
    (("created_at", "day"),),
    (("opened_on", "week"), ("amount", "1000")),
    (("amount", "0.5"),),
    (("stage", None), ("closes_on", "quarter")),
]


@pytest.mark.parametrize("levels", CASES, ids=lambda levels: "+".join(name for name, _ in levels))
def test_steps_count_add_up_and_list_the_rows_that_fall_into_them(place, levels):
    workspace, world = place
    oracle = Oracle(world, Person(1, None))
    entity = world.model.entities["deal"]
    by = tuple(Grouping(field=entity.by_name[name].uid, by=step) for name, step in levels)
    amount, closes = entity.by_name["amount"].uid, entity.by_name["closes_on"].uid
    with workspace.read() as tx:
        tx, actor = actor_in(tx, oracle.person)
        expected: dict[Any, list[Row]] = defaultdict(list)
        for row in live(oracle, "deal"):
            key = tuple(begin(oracle.value("deal", row, n), step, workspace.zone) for n, step in levels)
            expected[key].append(row)
        found = totals(tx, actor, Query(entity="deal"), by, [amount], [amount, closes])
        assert {(*(v for v, _ in t.within), t.value) for t in found} == set(expected)
        for total in found:
            key = (*(value for value, _ in total.within), total.value)
            rows = expected[key]
            amounts = [r["amount"] for r in rows if r["amount"] is not None]
            dates = [r["closes_on"] for r in rows if r["closes_on"] is not None]
            told = total.fields["amount"]
            assert (total.count, told.filled, told.sums.get(None, 0)) == (
                len(rows),
                len(amounts),
                sum(amounts),
            )
            assert (told.least, told.greatest) == (min(amounts, default=None), max(amounts, default=None))
            assert total.fields["closes_on"].greatest == max(dates, default=None)
            group = None
            for grouping, value in zip(by, key, strict=True):
                which = "empty" if value is None else "value"
                group = Group(field=grouping.field, by=grouping.by, which=which, value=value, within=group)  # type: ignore[arg-type]
            page = read(tx, actor, Query(entity="deal", fields=(), group=group, limit=1000))
            assert [item["id"] for item in page.items] == [row["id"] for row in rows]


def test_what_is_asked_beside_rows_is_answered_under_the_readers_rights(place):
    workspace, _ = place
    with workspace.read() as tx:
        tx, actor = actor_in(tx, Person(1, None))
        asked = Query(entity="deal", fields=("amount",), marks=("amount > 1000", "amount * 2"), limit=1000)
        for item in read(tx, actor, asked).items:
            amount = item["amount"]
            more = None if amount is None else amount > 1000
            assert (None if item["_marks"][0] is None else bool(item["_marks"][0])) == more
            assert item["_marks"][1] == (None if amount is None else amount * 2)
    some = frozenset({"id", "name"})
    with workspace.read() as tx:
        tx, actor = actor_in(tx, Person(1, (Rule("deal", frozenset({"read"}), 0, some),)))
        for refused in (Query(entity="deal", marks=("amount > 1",)), Query(entity="deal", marks=("name",))):
            with pytest.raises(KubikError):
                read(tx, actor, refused)
