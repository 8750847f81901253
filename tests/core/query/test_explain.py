"""How SQLite finds the rows of a page: for a person with many rows, with few, with none, and with several grants."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.access.actor import Actor
from core.query import Query, count, read
from core.query.compile import Part
from core.query.execute import parameters, reader_of
from core.query.matching import id_list
from core.query.reach import Reach
from core.storage.indexes import indexes_of
from core.storage.tables import encode_values
from core.storage.workspace import Transaction, Workspace
from metamodel.any_link import AnyLink
from tests.core.query.world import make_workspace
from tests.factories import SAMPLE, model

DEALS = 20_000
NEWEST = ("-created_at",)
SORTS = "USE TEMP B-TREE FOR ORDER BY"
MANY, FEW, NONE = 1, 7, 999
FEW_GROUP = 20


def put(tx: Transaction, name: str, rows: list[dict[str, Any]]) -> None:
    entity = tx.model.entities[name]
    common = {"updated_at": tx.now, "version": 1, "deleted_at": None}
    encoded = [
        {
            "id": row["id"],
            **encode_values(
                tx.tables,
                entity,
                {entity.by_name[n].uid: v for n, v in {**common, **row}.items() if n != "id"},
            ),
        }
        for row in rows
    ]
    tx.connection.execute(tx.tables[entity.uid].table.insert(), encoded)


def fill(tx: Transaction) -> None:
    """Person 1 has three deals of ten and stands on top; the rest is spread over 400 people in 63 departments."""
    chance = random.Random(3)
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    put(tx, "department", [{"id": i, "name": f"О{i}", "parent": i // 2 or None} for i in range(1, 64)])
    closure, tree = tx.tables.own.closure, tx.model.entities["department"].uid
    for below in range(1, 64):
        above = below
        while above:
            tx.connection.execute(closure.insert().values(entity=tree, ancestor=above, descendant=below))
            above //= 2
    put(
        tx,
        "user",
        [
            {"id": i, "login": f"u{i}", "name": f"Имя {i}", "department": 1 + (i - 1) % 63}
            for i in range(1, 401)
        ],
    )
    put(tx, "company", [{"id": i, "name": f"К{i}", "inn": str(i), "owner": i % 400} for i in range(1, 501)])
    stages = [c.uid for c in tx.model.entities["deal"].by_name["stage"].choices]
    put(
        tx,
        "deal",
        [
            {
                "id": i, "name": f"Сделка {chance.random()}", "company": 1 + i % 500, "stage": stages[i % 4],
                "owner": MANY if i % 10 < 3 else chance.randrange(2, 401), "amount": chance.randrange(10**6),
                "created_at": begin + dt.timedelta(seconds=i), "squad": FEW_GROUP if i % 200 == 5 else 1 + i % 19,
            }
            for i in range(1, DEALS + 1)
        ],
    )  # fmt: skip
    put(tx, "group", [{"id": i, "name": f"Г{i}"} for i in range(1, FEW_GROUP + 1)])
    member = tx.tables.own.member
    tx.connection.execute(member.insert(), [{"user": FEW, "group": FEW_GROUP}, {"user": MANY, "group": 1}])
    deal = tx.model.entities["deal"].uid
    shares = [{"id": i, "about": AnyLink(deal, i), "user": FEW, "access": "read"} for i in range(1, 2000)]
    put(tx, "share", [{**each, "access": access_uid(tx)} for each in shares])


def access_uid(tx: Transaction) -> str:
    read_only = tx.model.entities["share"].by_name["access"].choice("read")
    assert read_only is not None
    return read_only.uid


@pytest.fixture(scope="module")
def workspace(lasting_database, tmp_path_factory) -> Iterator[Workspace]:
    changed = SAMPLE["entities/deal.yaml"].replace("- {unique: [company, name]}", "")
    squad = "- {name: squad, type: link, to: group, on_delete: clear}"
    changed = changed.replace("- {name: opened_on", f"{squad}\n          - {{name: opened_on")
    files = {"entities/deal.yaml": changed}
    rules = {"grouped": "squad IN my.groups", "receiver": "SHARED()", "account": "company.owner = me"}
    for name, rows in rules.items():
        grant = f'{{entity: deal, actions: [read], rows: "{rows}", fields: all}}'
        files[f"roles/{name}.yaml"] = f"name: {name}\ngrants:\n  - {grant}\n"
    home = tmp_path_factory.mktemp("many")
    made = make_workspace(lasting_database("sqlite"), home, [], model(files))
    made.write(fill)
    made.write(lambda tx: tx.connection.exec_driver_sql("ANALYZE"))
    yield made
    made.close()


def person(tx: Transaction, me: int, *roles: str) -> Actor:
    return Actor(user=me, login="x", roles=tuple(tx.model.roles[name].uid for name in roles))


def way(tx: Transaction, actor: Actor, query: Query) -> str:
    """How the ids of the page are found for this person, after the page was read once; covering indexes are as good."""
    read(tx, actor, query)
    reader = reader_of(tx, actor, query)
    values = {**parameters(tx, actor, query), "limit": 51}
    ways = reader.reach.ways(reader, tx.connection, values)
    part = Part(segment=reader.pages.segments[0], ways=ways, limit=51)
    return reader.other("page_ids", part).explain(tx.connection, values).replace("COVERING ", "")


def index_of(tx: Transaction, *columns: str) -> str:
    entity = tx.model.entities["deal"]
    place = tx.tables[entity.uid]
    names = tuple(place.columns[entity.by_name[c].uid].value.name for c in columns)
    return next(i.name for i in indexes_of(tx.tables, entity.uid) if i.columns[: len(names)] == names)


def test_the_administrator_reads_along_the_order(workspace):
    with workspace.read() as tx:
        found = way(tx, person(tx, 1, "administrator"), Query(entity="deal", sort=NEWEST))
        assert index_of(tx, "created_at") in found and SORTS not in found
        assert SORTS not in way(tx, person(tx, 1, "administrator"), Query(entity="deal"))


@pytest.mark.parametrize("me", [MANY, FEW, NONE])
def test_own_rows_are_read_by_the_index_of_owner_and_age(workspace, me):
    with workspace.read() as tx:
        found = way(tx, person(tx, me, "manager"), Query(entity="deal", sort=NEWEST))
        assert f"USING INDEX {index_of(tx, 'owner', 'created_at')}" in found and SORTS not in found


def test_rows_of_a_grant_along_a_link_are_the_first_of_each_record_however_many_there_are(workspace):
    with workspace.read() as tx:
        query = Query(entity="deal", sort=NEWEST)
        for me in (1, 63, NONE):
            found = way(tx, person(tx, me, "head"), query)
            assert f"USING INDEX {index_of(tx, 'owner', 'created_at')}" in found
            assert index_of(tx, "created_at") not in found.replace(index_of(tx, "owner", "created_at"), "")


class _Back(Exception):
    """Takes back what a test wrote."""


def test_a_wide_grant_keeps_the_order_under_a_condition_unless_rows_of_others_stand_before_all_of_it(
    workspace,
):
    query = Query(entity="deal", sort=NEWEST, filter="amount >= 0")

    def brought_in(tx: Transaction) -> None:
        begin = tx.now + dt.timedelta(days=1)
        stage = tx.model.entities["deal"].by_name["stage"].choices[0].uid
        more = range(DEALS + 1, DEALS + 3001)
        put(tx, "deal", [
            {"id": i, "name": "x", "company": 1, "stage": stage, "owner": 999, "amount": 1, "squad": 1,
             "created_at": begin + dt.timedelta(seconds=i)} for i in more
        ])  # fmt: skip
        tx.model.derived.pop("readers", None)
        assert f"USING INDEX {index_of(tx, 'owner', 'created_at')}" in way(tx, person(tx, 1, "head"), query)
        tx.model.derived.pop("readers", None)
        raise _Back

    with workspace.read() as tx:
        many = way(tx, person(tx, 1, "head"), query)
        assert SORTS not in many and index_of(tx, "created_at") in many
    with pytest.raises(_Back):
        workspace.write(brought_in)


def test_ids_of_a_grant_along_a_link_are_the_first_of_each_record_too(workspace):
    with workspace.read() as tx:
        for me in (1, 63, NONE):
            found = way(tx, person(tx, me, "head"), Query(entity="deal"))
            assert f"USING INDEX {index_of(tx, 'owner', 'id')}" in found


def test_each_of_several_grants_goes_its_own_way(workspace):
    with workspace.read() as tx:
        query = Query(entity="deal", sort=NEWEST, limit=20)
        for me in (63, NONE):
            actor = person(tx, me, "manager", "head")
            found = way(tx, actor, query)
            assert "UNION" in found and "SCAN e_" not in found
            items = read(tx, actor, query).items
            assert len({i["id"] for i in items}) == len(items) == min(20, count(tx, actor, query))
            assert [i["id"] for i in items] == sorted((i["id"] for i in items), reverse=True)


def test_where_one_of_several_grants_is_wide_all_are_asked_along_the_order(workspace):
    with workspace.read() as tx:
        query = Query(entity="deal", sort=NEWEST, filter="amount >= 0")
        found = way(tx, person(tx, 1, "manager", "head"), query)
        assert f"USING INDEX {index_of(tx, 'created_at')}" in found
        assert "UNION" not in found and SORTS not in found
        assert f"USING INDEX {index_of(tx, 'created_at')}" not in way(
            tx, person(tx, 63, "manager", "head"), query
        )


@pytest.mark.parametrize("me", [FEW, NONE])
def test_few_rows_of_a_group_are_gathered_by_the_index_of_the_link_though_groups_are_few(workspace, me):
    with workspace.read() as tx:
        for sort in (NEWEST, ()):
            found = way(tx, person(tx, me, "grouped"), Query(entity="deal", sort=sort))
            assert f"USING INDEX {index_of(tx, 'squad')}" in found


def test_rows_of_a_large_group_are_found_by_the_index_of_the_link_as_well(workspace):
    with workspace.read() as tx:
        found = way(tx, person(tx, MANY, "grouped"), Query(entity="deal", sort=NEWEST))
        assert f"USING INDEX {index_of(tx, 'squad', 'created_at')}" in found


@pytest.mark.parametrize("me", [FEW, NONE])
def test_shares_of_a_reader_are_sought_though_all_are_of_one_person(workspace, me):
    with workspace.read() as tx:
        share = tx.tables[tx.model.entities["share"].uid].table.name
        found = way(tx, person(tx, me, "receiver"), Query(entity="deal", sort=NEWEST))
        assert f"SEARCH {share}" in found and f"SCAN {share}" not in found


def test_shared_records_are_read_in_the_order_of_the_list_however_many_there_are(workspace):
    with workspace.read() as tx:
        deal, share = (tx.tables[tx.model.entities[name].uid].table.name for name in ("deal", "share"))
        for sort in (NEWEST, ()):
            found = way(tx, person(tx, FEW, "receiver"), Query(entity="deal", sort=sort))
            assert "SEARCH kubik_shared" in found and "(kind=? AND whom=? AND entity=?)" in found
            assert f"SCAN {share}" not in found and f"SCAN {deal}" not in found


@pytest.mark.parametrize("me", [FEW, NONE])
def test_a_search_among_shared_records_is_not_nested_too_deeply(workspace, me):
    with workspace.read() as tx:
        actor = person(tx, me, "receiver", "manager", "head")
        assert read(tx, actor, Query(entity="deal", search="нет такой", sort=NEWEST)).items == []


@pytest.mark.parametrize("me", [MANY, FEW, NONE])
def test_records_of_what_one_has_are_found_newest_first_by_the_index_of_the_link(workspace, me):
    with workspace.read() as tx:
        found = way(tx, person(tx, me, "account"), Query(entity="deal", sort=NEWEST))
        assert f"USING INDEX {index_of(tx, 'company', 'created_at')}" in found


def test_rows_along_a_link_without_a_value_of_the_order_are_not_lost(workspace, monkeypatch):
    with workspace.read() as tx:
        actor, empty = person(tx, FEW, "account"), Query(entity="deal", fields=("id",), sort=("closes_on",))
        oldest = read(tx, actor, Query(entity="deal", fields=("id",), sort=("id",))).items
        monkeypatch.setattr(Reach, "ways", lambda *_, **__: ("each",))
        assert oldest and read(tx, actor, empty).items == oldest  # of no deal is it known when it closes


def test_what_follows_a_record_is_asked_alone_where_a_link_leads_to_it(workspace):
    """Not by the set of all that the reader sees, which are thousands for one title."""
    with workspace.read() as tx:
        actor, item = person(tx, MANY, "manager"), tx.model.entities["deal_item"].uid
        reader = reader_of(tx, actor, Query(entity="deal", fields=("name",)))
        values = {**parameters(tx, actor), "parents": id_list("sqlite", [1, 2])}
        found = reader.other("titles of", item).explain(tx.connection, values)
        assert "CORRELATED" in found and index_of(tx, "owner") not in found, found
        joined = reader.compiler.relations.visible.open(item, "any", reached=True).condition
        assert "EXISTS" in str(joined), joined


def test_pages_deep_inside_seek(workspace):
    with workspace.read() as tx:
        for actor in (person(tx, 1, "administrator"), person(tx, MANY, "manager")):
            for sort in (NEWEST, ("created_at",), (), ("-id",)):
                query = Query(entity="deal", sort=sort)
                read(tx, actor, query)
                reader = reader_of(tx, actor, query)
                values = {**parameters(tx, actor, query), "limit": 51, "after_0": tx.now, "after_1": 100}
                if sort in ((), ("-id",)):
                    values["after_0"] = 100
                ways = reader.reach.ways(reader, tx.connection, values)
                part = Part(empty=(False,) * reader.key_count, ways=ways)
                found = reader.other("page_ids", part).explain(tx.connection, values)
                assert "SEARCH" in found and SORTS not in found, (sort, found)


def test_few_rows_before_an_end_are_not_sought_along_the_order(workspace):
    with workspace.read() as tx:
        actor, query = person(tx, FEW, "grouped"), Query(entity="deal", sort=("id",))
        reader, values = (
            reader_of(tx, actor, query),
            {**parameters(tx, actor, query), "limit": 51, "end": 9000},
        )
        ways = reader.reach.ways(reader, tx.connection, values)
        part = Part(segment="values", ways=ways, limit=51, ends=True)
        found = reader.other("page_ids", part).explain(tx.connection, values)
        assert index_of(tx, "squad") in found, found


class Undone(Exception):
    """Nothing of a transaction is to stay."""


@pytest.mark.parametrize("role", ["account", "receiver", "grouped"])
def test_a_first_page_is_right_whatever_has_changed_since_it_was_read(workspace, role):
    def changes(tx: Transaction) -> None:
        actor = person(tx, FEW, role)
        query = Query(entity="deal", sort=NEWEST, fields=(), limit=20)
        deal = tx.model.entities["deal"]
        table, company = tx.tables[deal.uid].table, tx.tables[deal.uid].columns[deal.by_name["company"].uid]

        def page() -> list[int]:
            return [item["id"] for item in read(tx, actor, query).items]

        def anew() -> list[int]:
            tx.model.derived.pop("readers")
            return page()

        first, below = (
            page(),
            [item["id"] for item in read(tx, actor, replace(query, limit=1000)).items][30:40],
        )
        assert page() == first == anew()
        page()
        for change in (
            table.update().where(table.c.id.in_(first[3:9])).values(deleted_at=tx.now),
            table.update().where(table.c.id.in_(below)).values(created_at=tx.now),
            table.update().where(table.c.id.in_(first[10:15])).values({company.value.name: None}),
            table.update().where(table.c.id.in_(first[3:9])).values(deleted_at=None),
            table.update().values(deleted_at=tx.now),
        ):
            tx.connection.execute(change)
            assert page() == anew()
            page()
        assert page() == []
        raise Undone

    with pytest.raises(Undone):
        workspace.write(changes)


def test_a_page_joins_titles_outside(workspace):
    with workspace.read() as tx:
        actor = person(tx, 1, "administrator")
        query = Query(entity="deal", fields=("name", "company", "owner"), sort=NEWEST)
        read(tx, actor, query)
        reader = reader_of(tx, actor, query)
        prepared = reader.pages.page(Part()).prepared
        found = prepared.explain(tx.connection, {**parameters(tx, actor), "limit": 51})
        assert found.count("USING INTEGER PRIMARY KEY (rowid=?)") == 3, found
        assert "AUTOMATIC" not in found
