"""List, count, fields, filter, sort and paging agree with an oracle over raw rows, for generated roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import KubikError
from core.query import Query, count, read, record
from core.query.execute import Reader
from core.query.indexed import linked_by
from core.query.reach import Reach
from core.query.ways import ALONG, Way
from metamodel.text import fold
from tests.core.query.world import RULES, Oracle, Person, Row, Rule, actor_in, in_order

CHECKED = settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip

FIELDS = {
    "deal": ["number", "name", "company", "owner", "amount", "probability", "expected", "opened_on", "closes_on",
             "lost_reason", "source", "margin", "stage", "city", "items"],
    "company": ["name", "inn", "owner", "city", "vip", "discount", "staff", "founded", "deal_count"],
    "user": ["login", "name", "department"],
    "deal_item": ["deal", "product", "quantity", "price"],
    "product": ["code", "name", "price", "active"],
    "activity": ["subject", "deal", "company", "owner", "status", "held_at"],
}  # fmt: skip
SORTABLE = {
    "deal": [f for f in FIELDS["deal"] if f != "items"] + ["id", "created_at", "created_by"],
    "company": [*FIELDS["company"], "id", "created_at"],
    "activity": [*FIELDS["activity"], "id"],
}


@st.composite
def rules(draw: st.DrawFn, entity: str) -> list[Rule]:
    found = []
    for _ in range(draw(st.integers(0, 2))):
        shown = draw(st.booleans()) and draw(st.booleans())
        covered = draw(st.none() | st.sets(st.sampled_from(FIELDS[entity])).map(frozenset))
        index = draw(st.integers(0, len(RULES[entity]) - 1))
        found.append(Rule(entity, frozenset({"show" if shown else "read"}), index, covered))
    return found


@st.composite
def people(draw: st.DrawFn, main: str) -> Person:
    """Somebody who reads the main entity by at least one rule, and others by chance; or the administrator."""
    me = draw(st.sampled_from([1, 2, 3, 4, 5, 6, None]))
    if draw(st.integers(0, 9)) == 0:
        return Person(me, None)
    index = draw(st.integers(0, len(RULES[main]) - 1))
    covered = draw(st.none() | st.sets(st.sampled_from(FIELDS[main])).map(frozenset))
    found = [Rule(main, frozenset({"read"}), index, covered)]
    for entity in FIELDS:
        found += draw(rules(entity))
    return Person(me, tuple(found))


def whole_list(tx: Any, actor: Any, query: Query, size: int) -> list[dict[str, Any]]:
    """All items of a list, read in pages of a size; the first for the second time, up to where it ended before."""
    read(tx, actor, replace(query, limit=size))
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = read(tx, actor, replace(query, cursor=cursor, limit=size))
        items += page.items
        assert len(page.items) <= size
        if page.next is None:
            return items
        assert set(page.next) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
        assert len(page.items) == size
        cursor = page.next


def plain(value: Any) -> Any:
    return msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value


def live(oracle: Oracle, entity: str) -> list[Row]:
    return [
        r for r in oracle.world.rows[entity].values() if r["deleted_at"] is None and oracle.sees(entity, r)
    ]


@pytest.mark.parametrize("entity", ["deal", "company", "activity"])
@given(data=st.data())
@CHECKED
def test_paging_is_the_full_sort(place, entity, data):
    workspace, world = place
    person = data.draw(people(entity))
    oracle = Oracle(world, person)
    known = [f for f in SORTABLE[entity] if oracle.could_read(entity, f)]
    names = data.draw(st.lists(st.sampled_from(known), max_size=3, unique=True))
    sort = tuple(data.draw(st.sampled_from(["", "-"])) + name for name in names)
    if "id" in names:
        sort = sort[: names.index("id") + 1]
    size = data.draw(st.sampled_from([1, 3, 7, 50]))
    with workspace.read() as tx:
        tx, actor = actor_in(tx, person)
        query = Query(entity=entity, fields=("id",), sort=sort)
        found = [item["id"] for item in whole_list(tx, actor, query, size)]
        expected = in_order(oracle, entity, live(oracle, entity), sort)
        assert found == expected
        assert count(tx, actor, query) == len(expected)
        assert count(tx, actor, query, cap=3) == min(3, len(expected))


@pytest.mark.parametrize("way", ["free", "order", "among", "through", "grant", "each"])
@given(data=st.data())
@CHECKED
def test_every_way_to_the_rows_of_a_grant_gives_the_same(place, way, data):
    """Which way is taken is a matter of speed alone: here each is taken, however few the rows are."""
    workspace, world = place
    person = data.draw(people("deal"))
    oracle = Oracle(world, person)
    entity = data.draw(
        st.sampled_from(["deal", *(["deal_item"] if oracle.could_read("deal_item", "id") else [])])
    )
    always = [(), ("-id",), ("-created_at",), ("created_at",)]
    known = [name for name in SORTABLE.get(entity, ()) if name != "id" and oracle.could_read(entity, name)]
    others = [(sign + name,) for name in known for sign in ("", "-")]
    sort = data.draw(st.sampled_from([*always, *others]))
    size = data.draw(st.sampled_from([2, 10, 50]))

    def forced(reach: Reach, reader: Reader, *_: Any) -> tuple[Way, ...]:
        found: list[Way] = []
        for index in range(reader.compiler.grant_count()):
            possible = way == "grant" and workspace.database.dialect == "postgresql"
            if way == "each":
                possible = linked_by(reader.compiler, index, groups=True) is not None
            found.append(way if way in ALONG or possible else "free")
        return tuple(found)

    with pytest.MonkeyPatch.context() as patch, workspace.read() as tx:
        patch.setattr(Reach, "ways", forced)
        tx, actor = actor_in(tx, person)
        query = Query(entity=entity, fields=("id",), sort=sort)
        found = [item["id"] for item in whole_list(tx, actor, query, size)]
        assert found == in_order(oracle, entity, live(oracle, entity), sort)


@pytest.mark.parametrize("entity", ["deal", "company", "deal_item"])
@given(data=st.data())
@CHECKED
def test_cells_are_those_that_may_be_read(place, entity, data):
    workspace, world = place
    person = data.draw(people("deal" if entity == "deal_item" else entity))
    oracle = Oracle(world, person)
    asked = data.draw(
        st.none() | st.lists(st.sampled_from([f for f in FIELDS[entity] if f != "items"]), unique=True)
    )
    with workspace.read() as tx:
        tx, actor = actor_in(tx, person)
        if not oracle.could_read(entity, "id"):
            with pytest.raises(KubikError) as refused:
                read(tx, actor, Query(entity=entity))
            assert refused.value.code == "KBK2006"
            return
        missing = [f for f in asked or () if not oracle.could_read(entity, f)]
        query = Query(
            entity=entity, fields=None if asked is None else tuple(asked), limit=1000, count="exact"
        )
        if missing:
            with pytest.raises(KubikError) as refused:
                read(tx, actor, query)
            with pytest.raises(KubikError) as unknown:
                read(tx, actor, Query(entity=entity, fields=("zzzzzz",)))
            assert refused.value.code == unknown.value.code == "KBK2003"
            return
        page = read(tx, actor, query)
        rows = live(oracle, entity)
        assert [item["id"] for item in page.items] == [row["id"] for row in rows]
        assert page.count == len(rows)
        names = (
            asked
            if asked is not None
            else [f for f in FIELDS[entity] if f != "items" and oracle.could_read(entity, f)]
        )
        for item, row in zip(page.items, rows, strict=True):
            hidden = {name for name in names if not oracle.reads(entity, row, name)}
            assert hidden <= set(item.get("_hidden", ()))
            assert not hidden & set(item)
            for name in set(names) - hidden:
                assert plain(item[name]) == oracle.shown(entity, row, name), name
        if asked is not None:
            for item in page.items:
                assert set(item) <= {"id", "_hidden", *asked}


@given(data=st.data())
@CHECKED
def test_children_are_the_visible_ones_in_order(place, data):
    workspace, world = place
    person = data.draw(people("deal"))
    oracle = Oracle(world, person)
    with workspace.read() as tx:
        tx, actor = actor_in(tx, person)
        if not oracle.could_read("deal", "items"):
            with pytest.raises(KubikError) as refused:
                read(tx, actor, Query(entity="deal", fields=("items",)))
            assert refused.value.code == "KBK2003"
            return
        page = read(tx, actor, Query(entity="deal", fields=("items",), limit=1000))
        for item in page.items:
            row = world.rows["deal"][item["id"]]
            if not oracle.reads("deal", row, "items"):
                assert item["_hidden"] == ["items"] and "items" not in item
                continue
            expected = [
                r
                for r in world.rows["deal_item"].values()
                if r["deal"] == item["id"] and r["deleted_at"] is None and oracle.sees("deal_item", r)
            ]
            expected.sort(key=lambda r: (r["position"], r["id"]))
            assert [c["id"] for c in item["items"]] == [r["id"] for r in expected]
            for child, each in zip(item["items"], expected, strict=True):
                for name in ("product", "quantity", "price"):
                    if oracle.reads("deal_item", each, name):
                        assert plain(child[name]) == oracle.shown("deal_item", each, name)
                    else:
                        assert name not in child


def more(value: Any, than: Any) -> bool:
    return value is not None and value > than


def same(value: str | None, folded: str) -> bool:
    return value is not None and fold(value) == folded


def company_of(oracle: Oracle, row: Row) -> Row | None:
    return oracle.linked("company", oracle.value("deal", row, "company"))


def city_by_path(oracle: Oracle, row: Row) -> bool:
    company = company_of(oracle, row)
    return company is not None and same(oracle.value("company", company, "city"), "москва")


def dear_item(oracle: Oracle, row: Row) -> bool:
    items = oracle.rows_of("deal_item", "deal", row["id"])
    return any(more(oracle.value("deal_item", item, "price"), 50) for item in items)


Passes = Callable[[Oracle, Row], bool]
FILTERS: list[tuple[str, list[tuple[str, str]], Passes]] = [
    ("amount > 100", [("deal", "amount")], lambda o, r: more(o.value("deal", r, "amount"), 100)),
    ("margin IS NULL", [("deal", "margin")], lambda o, r: o.value("deal", r, "margin") is None),
    ("name = 'ёлка'", [("deal", "name")], lambda o, r: same(o.value("deal", r, "name"), "елка")),
    (
        "probability = 0.2",
        [("deal", "probability")],
        lambda o, r: o.value("deal", r, "probability") == Decimal("0.2"),
    ),
    (
        "expected >= 1",
        [("deal", "expected")],
        lambda o, r: more(o.value("deal", r, "expected"), Decimal("0.999999")),
    ),
    ("city = 'москва'", [("deal", "city")], lambda o, r: same(o.value("deal", r, "city"), "москва")),
    (
        "NOT amount > 100",
        [("deal", "amount")],
        lambda o, r: o.value("deal", r, "amount") is not None and o.value("deal", r, "amount") <= 100,
    ),
    ("company.city = 'москва'", [("deal", "company"), ("company", "city")], city_by_path),
    (
        "company.city IS NULL",
        [("deal", "company"), ("company", "city")],
        lambda o, r: (c := company_of(o, r)) is None or o.value("company", c, "city") is None,
    ),
    (
        "EXISTS(items WHERE price > 50)",
        [("deal", "items"), ("deal_item", "price")],
        dear_item,
    ),
]


@given(data=st.data())
@CHECKED
def test_a_filter_sees_what_the_list_shows(place, data):
    workspace, world = place
    person = data.draw(people("deal"))
    oracle = Oracle(world, person)
    text, names, passes = data.draw(st.sampled_from(FILTERS))
    with workspace.read() as tx:
        tx, actor = actor_in(tx, person)
        query = Query(entity="deal", fields=("id",), filter=text, limit=1000)
        if not all(oracle.could_read(entity, name) for entity, name in names):
            with pytest.raises(KubikError) as refused:
                read(tx, actor, query)
            assert refused.value.code == "KBK2003"
            return
        expected = [r["id"] for r in live(oracle, "deal") if passes(oracle, r)]
        assert [item["id"] for item in read(tx, actor, query).items] == expected
        assert count(tx, actor, query) == len(expected)


@given(data=st.data())
@CHECKED
def test_one_record_is_found_exactly_when_it_is_listed(place, data):
    workspace, world = place
    person = data.draw(people("deal"))
    oracle = Oracle(world, person)
    row = data.draw(st.sampled_from(list(world.rows["deal"].values())))
    with workspace.read() as tx:
        tx, actor = actor_in(tx, person)
        for deleted, there in ((False, row["deleted_at"] is None), (True, True)):
            if there and oracle.sees("deal", row):
                item, _ = record(tx, actor, "deal", row["id"], deleted=deleted)
                assert item["id"] == row["id"]
            else:
                with pytest.raises(KubikError) as refused:
                    record(tx, actor, "deal", row["id"], deleted=deleted)
                assert refused.value.code == "KBK2006"
        bin_ids = [
            i["id"]
            for i in read(tx, actor, Query(entity="deal", deleted="only", fields=(), limit=1000)).items
        ]
        assert bin_ids == [
            r["id"]
            for r in world.rows["deal"].values()
            if r["deleted_at"] is not None and oracle.sees("deal", r)
        ]
