"""Counts and sums by group, and the records of each group, agree with an oracle over raw rows, for generated roles."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import KubikError
from core.query import Query, read
from core.query.query import Group
from core.query.totals import totals
from core.storage.workspace import Transaction
from metamodel.model import Entity
from tests.core.query.test_agreement import live, people
from tests.core.query.world import Oracle, Person, Row, Rule, actor_in, base, insert, make_workspace
from tests.factories import model

CHECKED = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
SUMMED = ("amount", "expected", "margin")
Key = tuple[Any, bool]


def grouped(oracle: Oracle, row: Row, name: str) -> Key:
    """The value that the reader sees a row under; with True one that leads to what they do not see."""
    value = oracle.value("deal", row, name)
    target = {"company": "company", "owner": "user"}.get(name)
    if value is None or target is None or oracle.sees(target, oracle.world.rows[target][value]):
        return value, False
    return None, True


def condition(entity: Entity, name: str, key: Key) -> Group:
    uid = entity.by_name[name].uid
    if key[0] is not None:
        return Group(field=uid, value=key[0])
    return Group(field=uid, which="hidden" if key[1] else "empty")


@given(data=st.data())
@CHECKED
def test_groups_count_and_add_up_what_the_reader_sees(place, data):
    workspace, world = place
    person = data.draw(people("deal"))
    oracle = Oracle(world, person)
    by = data.draw(st.sampled_from(["stage", "source", "company", "owner"]))
    names = [n for n in SUMMED if oracle.could_read("deal", n)]
    entity = world.model.entities["deal"]
    uids = [entity.by_name[n].uid for n in names]
    with workspace.read() as tx:
        tx, actor = actor_in(tx, person)
        query = Query(entity="deal")
        if not oracle.could_read("deal", by):
            with pytest.raises(KubikError) as refused:
                totals(tx, actor, query, entity.by_name[by].uid)
            assert refused.value.code == "KBK2003"
            with pytest.raises(KubikError):
                read(tx, actor, Query(entity="deal", group=Group(field=entity.by_name[by].uid, value="x")))
            return
        found = {(t.value, t.hidden): t for t in totals(tx, actor, query, entity.by_name[by].uid, uids)}
        expected: dict[Key, list[Row]] = defaultdict(list)
        for row in live(oracle, "deal"):
            expected[grouped(oracle, row, by)].append(row)
        assert set(found) == set(expected)
        for key, rows in expected.items():
            assert found[key].count == len(rows)
            for name in names:
                amounts = [v for row in rows if (v := oracle.value("deal", row, name)) is not None]
                assert found[key].fields[name].filled == len(amounts)
                assert found[key].fields[name].sums == ({None: sum(amounts)} if amounts else {})
            listed = read(
                tx, actor, Query(entity="deal", fields=(), group=condition(entity, by, key), limit=1000)
            )
            assert [item["id"] for item in listed.items] == [row["id"] for row in rows]


def test_filters_search_and_no_group_at_all(place):
    workspace, world = place
    entity = world.model.entities["deal"]
    oracle = Oracle(world, Person(1, None))
    with workspace.read() as tx:
        tx, actor = actor_in(tx, oracle.person)
        rows = live(oracle, "deal")
        (whole,) = totals(tx, actor, Query(entity="deal"), None, [entity.by_name["amount"].uid])
        assert whole.count == len(rows)
        assert whole.fields["amount"].sums[None] == sum(r["amount"] for r in rows if r["amount"] is not None)
        none = totals(
            tx, actor, Query(entity="deal", filter="amount < -1000"), None, [entity.by_name["amount"].uid]
        )
        assert (none[0].count, none[0].fields["amount"].sums) == (0, {})
        some = totals(
            tx, actor, Query(entity="deal", filter="amount > 0", search="ёлка"), entity.by_name["stage"].uid
        )
        listed = read(
            tx, actor, Query(entity="deal", fields=(), filter="amount > 0", search="ёлка", limit=1000)
        )
        assert sum(t.count for t in some) == len(listed.items)


def test_a_group_by_a_record_out_of_sight_is_empty_however_it_is_asked_for(place):
    """Its id tells nothing: not which deals share it, nor that it exists."""
    workspace, world = place
    person = Person(1, (Rule("deal", frozenset({"read"}), 0, None),))
    entity = world.model.entities["deal"]
    with workspace.read() as tx:
        tx, actor = actor_in(tx, person)
        uid = entity.by_name["company"].uid
        for record in [*world.rows["company"], 999]:
            assert read(tx, actor, Query(entity="deal", group=Group(field=uid, value=record))).items == []
        found = {(t.value, t.hidden) for t in totals(tx, actor, Query(entity="deal"), uid)}
        assert found == {(None, False), (None, True)}


class Undone(Exception):
    """Takes a write back."""


def test_sums_beyond_64_bits_are_exact(place):
    workspace, world = place
    entity = world.model.entities["deal"]
    most = Decimal("9999999999999999.99")
    found: list[Decimal | int] = []

    def write(tx: Transaction) -> None:
        stage = entity.by_name["stage"].choices[0].uid
        insert(tx, [("deal", base(id=1000 + n, name="x", stage=stage, amount=-most)) for n in range(30)])
        tx, actor = actor_in(tx, Person(1, None))
        (whole,) = totals(
            tx, actor, Query(entity="deal", filter="id >= 1000"), None, [entity.by_name["amount"].uid]
        )
        found.append(whole.fields["amount"].sums[None])
        raise Undone

    with pytest.raises(Undone):
        workspace.write(write)
    assert found == [-30 * most]


BILLS = """
    {name: bill, fields: [
      {name: kind, type: choice, choices: [{name: a}, {name: b}]},
      {name: amount, type: money, currency_field: currency},
      {name: half, type: formula, formula: "amount / 2"},
      {name: currency, type: choice, choices: [{name: rub}, {name: usd}]}]}
"""


def test_amounts_in_several_currencies_are_added_up_apart(dialect, fresh_database, tmp_path):
    sales = model({"entities/bill.yaml": BILLS})
    bill = sales.entities["bill"]
    kind, money = ({c.name: c.uid for c in bill.by_name[name].choices} for name in ("kind", "currency"))
    given = [
        ("a", "10.10", "rub"),
        ("a", "0.90", "rub"),
        ("a", "5.00", "usd"),
        ("a", "7.00", None),
        ("b", None, "usd"),
    ]
    rows = [
        ("bill", base(id=n, kind=kind[k], amount=amount and Decimal(amount), currency=code and money[code]))
        for n, (k, amount, code) in enumerate(given, start=1)
    ]
    workspace = make_workspace(fresh_database(dialect), tmp_path, rows, sales)
    uids = [bill.by_name[name].uid for name in ("amount", "half")]
    with workspace.read() as tx:
        tx, actor = actor_in(tx, Person(1, None))
        found = {t.value: t for t in totals(tx, actor, Query(entity="bill"), bill.by_name["kind"].uid, uids)}
        assert found[kind["a"]].count == 4 and found[kind["a"]].fields["amount"].filled == 3
        assert found[kind["a"]].fields["amount"].sums == {"RUB": Decimal("11.00"), "USD": Decimal("5.00")}
        assert found[kind["a"]].fields["half"].sums == {"RUB": Decimal("5.5"), "USD": Decimal("2.5")}
        assert found[kind["b"]].fields["amount"].sums == {}
    workspace.close()
