"""Rights that are read from what rows carry of the record they follow: when they are, and that nobody sees more by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query import Query, count, read, record
from core.query.reach import Reach
from core.storage import carrying
from core.storage.install import install_model
from core.storage.prepared import Prepared
from core.storage.workspace import Transaction, Workspace
from metamodel.any_link import AnyLink
from metamodel.model import Model, Role
from tests.carrying import carry_now
from tests.conftest import Databases
from tests.core.query.test_explain import put
from tests.core.query.world import make_workspace
from tests.factories import SAMPLE, model

GRANTS = {
    "own": ['{entity: deal, actions: [read], rows: "owner = me", fields: all}'],
    "maker": ['{entity: deal, actions: [read], rows: "created_by = me", fields: all}'],
    "large": ['{entity: deal, actions: [read], rows: "amount > 2", fields: all}'],
    "firm": ['{entity: company, actions: [read], rows: "owner = me", fields: all}'],
    "listed": [
        '{entity: deal, actions: [read], rows: "owner = me", fields: [name]}',
        '{entity: deal, actions: [show], rows: "created_by = me", fields: [items]}',
    ],
    "never": ['{entity: deal, actions: [read], rows: "owner = me", fields: [name]}'],
    "everybody": ["{entity: deal, actions: [read], fields: all}"],
}
PEOPLE = (1, 2, 3)
WAYS = ("free", "order", "among", "through", "grant")


def files() -> dict[str, str | None]:
    """The sample with remarks on deals and companies, and roles that see them by their deals in several ways."""
    made: dict[str, str | None] = {name: None for name in SAMPLE if name.startswith("roles/")}
    made["entities/remark.yaml"] = """
        name: remark
        title: "{text}"
        fields:
          - {name: text, type: text}
          - {name: about, type: link_any, to: [deal, company], rights: of parent, required: true}
    """
    for name, grants in GRANTS.items():
        made[f"roles/{name}.yaml"] = f"name: {name}\ngrants:\n" + "".join(f"  - {each}\n" for each in grants)
    return made


@pytest.fixture(scope="module")
def place(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Three people who own and made nine deals, three companies, items and remarks; remarks on purged deals, too."""
    sales = model(files())
    workspace = make_workspace(lasting_database("postgresql"), tmp_path_factory.mktemp("home"), [], sales)
    deal, company = (sales.entities[name].uid for name in ("deal", "company"))

    def fill(tx: Transaction) -> None:
        put(tx, "user", [{"id": i, "login": f"u{i}"} for i in PEOPLE])
        put(tx, "company", [{"id": i, "name": f"К{i}", "inn": f"770000000{i}", "owner": i} for i in PEOPLE])
        people = [*PEOPLE, None]
        deals = [
            {"id": i, "name": f"С{i}", "owner": people[i % 4], "created_by": people[i // 2 % 4], "amount": i % 5,
             "company": i % 3 + 1}
            for i in range(1, 10)
        ]  # fmt: skip
        put(tx, "deal", deals)
        put(tx, "product", [{"id": 1, "code": "p", "name": "p"}])
        put(
            tx, "deal_item", [{"id": i, "deal": i % 9 + 1, "product": 1, "quantity": 1} for i in range(1, 19)]
        )
        links = [AnyLink(deal, i) for i in range(1, 12)] + [AnyLink(company, i) for i in range(1, 5)]
        put(tx, "remark", [{"id": i, "text": f"Р{i}", "about": link} for i, link in enumerate(links, 1)])

    workspace.write(fill)
    yield workspace
    workspace.close()


def deals_of(me: int | None, role: str) -> set[int]:
    """The deals that a role shows, by its rule in Python."""
    people = [*PEOPLE, None]
    rules: dict[str, Callable[[int], bool]] = {
        "own": lambda i: people[i % 4] == me,
        "maker": lambda i: people[i // 2 % 4] == me,
        "large": lambda i: i % 5 > 2,
        "firm": lambda i: False,
        "listed": lambda i: people[i % 4] == me,
    }
    return {i for i in range(1, 10) if rules[role](i) and (me is not None or role == "large")}


@contextmanager
def statements() -> Iterator[list[str]]:
    """The prepared statements that are run meanwhile."""
    made: list[str] = []
    run = Prepared._execute

    def execute(prepared: Prepared, *given: Any) -> Any:
        made.append(prepared.text)
        return run(prepared, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "_execute", execute)
        yield made


def actor_of(tx: Transaction, me: int | None, *roles: str) -> Actor:
    return Actor(user=me, login="x", roles=tuple(tx.model.roles[name].uid for name in roles))


def seen(workspace: Workspace, name: str, me: int | None, *roles: str) -> list[int]:
    """The ids of the rows in the list of somebody with these roles, which the count and each row by itself agree with."""
    with workspace.read() as tx:
        actor = actor_of(tx, me, *roles)
        found = [item["id"] for item in read(tx, actor, Query(entity=name, sort=("id",), limit=100)).items]
        assert count(tx, actor, Query(entity=name)) == len(found)
        assert all(record(tx, actor, name, id)[0]["id"] == id for id in found)
    return found


def remarks(deals: set[int], companies: set[int] | None = None) -> list[int]:
    return sorted(deals | {11 + i for i in companies or ()})


def items(deals: set[int]) -> list[int]:
    return [i for i in range(1, 19) if i % 9 + 1 in deals]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way to find rows in turn."""
    made = lambda reach, reader, *_, **more: (request.param,) * reader.compiler.grant_count()  # noqa: E731
    monkeypatch.setattr(Reach, "ways", made)
    return str(request.param)


@pytest.mark.parametrize("roles", [("own",), ("maker",), ("own", "maker"), ("own", "firm")])
def test_nobody_sees_more_or_less_by_it_and_the_record_is_not_looked_up(
    place: Workspace, way: str, roles: tuple[str, ...]
) -> None:
    for me in (*PEOPLE, None):
        deals = set().union(*(deals_of(me, role) for role in roles))
        companies = {me} if "firm" in roles and me is not None else set()
        with statements() as made:
            assert seen(place, "remark", me, *roles) == remarks(deals, companies)
            assert seen(place, "deal_item", me, *roles) == items(deals)
        with place.read() as tx, statements() as counting:
            deal = tx.model.entities["deal"]
            for name in ("remark", "deal_item"):
                count(tx, actor_of(tx, me, *roles), Query(entity=name))
        assert any(f".c_{deal.uid}_" in each for each in made)
        assert len(counting) == 2 and all(f".c_{deal.uid}_" in each for each in counting)
        assert not any(f"{deal.table} AS" in each for each in counting)


@pytest.mark.parametrize("roles", [("large",), ("own", "large"), ("large", "maker", "firm")])
def test_a_grant_that_asks_anything_else_has_the_record_looked_up(
    place: Workspace, way: str, roles: tuple[str, ...]
) -> None:
    for me in (*PEOPLE, None):
        deals = set().union(*(deals_of(me, role) for role in roles))
        companies = {me} if "firm" in roles and me is not None else set()
        assert seen(place, "remark", me, *roles) == remarks(deals, companies)
        assert seen(place, "deal_item", me, *roles) == items(deals)


def test_child_rows_are_seen_only_where_their_parent_shows_them(place: Workspace, way: str) -> None:
    for me in PEOPLE:
        shown = deals_of(me, "own") & deals_of(me, "maker")
        assert seen(place, "deal_item", me, "listed") == items(shown)
        assert seen(place, "remark", me, "listed") == remarks(deals_of(me, "own"))
        assert seen(place, "deal_item", me, "listed", "maker") == items(deals_of(me, "maker"))
    assert any(deals_of(me, "own") & deals_of(me, "maker") for me in PEOPLE)
    with place.read() as tx:
        grants = grants_of(tx.model, actor_of(tx, 1, "never"))
        assert not grants.may(tx.model.entities["deal_item"].uid, "read")


def test_of_a_purged_record_nothing_is_carried_and_who_sees_all_sees_what_leads_to_it_as_ever(
    place: Workspace,
) -> None:
    assert 10 not in seen(place, "remark", 1, "own", "maker", "firm")
    assert seen(place, "remark", 1, "everybody") == list(range(1, 12))


def test_a_rule_that_is_not_carried_yet_is_asked_of_the_record(place: Workspace) -> None:
    """As where a plan is tried: its roles are not those in force, by which rows carry."""
    with place.read() as tx:
        grants = model({**files(), "roles/own.yaml": ROLE}).roles["own"].grants
        roles: dict[str, Role] = {**tx.model.roles, "own": replace(tx.model.roles["own"], grants=grants)}
        tried = replace(tx, model=replace(tx.model, roles=roles))
        question = Query(entity="remark", sort=("id",))
        for me in PEOPLE:
            found = [item["id"] for item in read(tried, actor_of(tried, me, "own"), question).items]
            assert found == remarks({i for i in range(1, 10) if i % 3 + 1 == me})


ROLE = 'name: own\ngrants:\n  - {entity: deal, actions: [read], rows: "company.owner = me", fields: all}\n'


def test_what_was_made_for_rows_that_carry_nothing_is_not_kept_once_they_do(
    fresh_database: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version of the model is the same before and after: only what is kept with it must differ."""
    monkeypatch.setattr(carrying, "SMALL", 0)
    sales: Model = model(files())
    workspace = make_workspace(fresh_database("postgresql"), tmp_path, [], sales)
    try:
        workspace.write(lambda tx: put(tx, "user", [{"id": 1, "login": "u1"}]))
        workspace.write(lambda tx: put(tx, "deal", [{"id": 1, "name": "С", "owner": 1}]))
        link = AnyLink(sales.entities["deal"].uid, 1)
        workspace.write(lambda tx: put(tx, "remark", [{"id": 1, "text": "Р", "about": link}]))
        install_model(workspace, replace(sales, version=2))
        drop(workspace)
        sought = f".c_{sales.entities['deal'].uid}_"
        for carries in (False, True):
            with statements() as made:
                assert seen(workspace, "remark", 1, "own") == [1]
                assert seen(workspace, "remark", 2, "own") == []
            assert any(sought in each for each in made) == carries
            if not carries:
                carry_now(workspace)
    finally:
        workspace.close()


def drop(workspace: Workspace) -> None:
    """Rows carry nothing, as before an upgrade."""
    with workspace.database.plain.begin() as connection:
        carrying.end_stale(connection, workspace.database.schema, replace(model(files()), roles={}))
    workspace.remember(replace(model(files()), version=2))
    with workspace.read() as tx:
        assert tx.tables.carrying == frozenset()
