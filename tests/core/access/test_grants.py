"""Grants of several roles add up; children follow their parent; show gives cells."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.access.actor import Actor, system_actor
from core.access.grants import Grants, grants_of, make_grants, narrows
from metamodel.model import Model
from tests.factories import model

NARROW = """
    name: narrow
    label: Narrow
    grants:
      - {entity: deal, actions: [read, update], fields: {all_but: [items]}}
      - {entity: product, actions: [show], fields: [price]}
"""
CLERK = """
    name: clerk
    label: Clerk
    grants:
      - {entity: deal, actions: [read, update], rows: "stage = 'won'", fields: all}
      - {entity: deal_item, actions: [read], rows: "quantity > 1", fields: {all_but: [price]}}
      - {entity: product, actions: [read], fields: [code, name]}
"""


@pytest.fixture(scope="module")
def sales() -> Model:
    return model({"roles/narrow.yaml": NARROW, "roles/clerk.yaml": CLERK})


def of(sales: Model, *roles: str) -> Grants:
    return make_grants(sales, [sales.roles[name].uid for name in roles])


def names(sales: Model, entity: str, coverage: Mapping[str, str]) -> dict[str, str]:
    return {sales.entities[entity].by_uid[uid].name: how for uid, how in coverage.items()}


def uid(sales: Model, entity: str) -> str:
    return sales.entities[entity].uid


def test_without_roles_nothing_is_granted(sales):
    nobody = of(sales)
    for entity in sales.entities.values():
        if entity.name == "file":
            continue  # granted as far as what holds a file is
        assert not nobody.may(entity.uid, "read")
        assert narrows(entity) or nobody.branches(entity.uid, "read") == ()
        assert nobody.readable(entity.uid) == {}


def test_the_administrator_and_the_system_may_everything(sales):
    administrator = Actor(user=1, login="a", roles=(sales.roles["administrator"].uid,))
    for actor in (administrator, system_actor()):
        grants = grants_of(sales, actor)
        for entity in sales.entities.values():
            assert grants.may(entity.uid, "delete")
            assert set(grants.readable(entity.uid).values()) == {"always"}
            assert len(grants.readable(entity.uid)) == len(entity.fields)
            assert [g.rows for g in grants.branches(entity.uid, "read")] == [None]


def test_a_field_shown_on_some_rows_is_read_sometimes(sales):
    found = names(sales, "deal", of(sales, "manager").readable(uid(sales, "deal")))
    assert found["margin"] == "sometimes"
    assert found["amount"] == found["id"] == found["created_at"] == "always"


def test_show_gives_no_rows(sales):
    assert not of(sales, "narrow").may(uid(sales, "product"), "read")
    assert of(sales, "narrow").readable(uid(sales, "product")) == {}
    both = of(sales, "narrow", "clerk")
    assert names(sales, "product", both.readable(uid(sales, "product")))["price"] == "always"
    assert "price" not in names(sales, "product", of(sales, "clerk").readable(uid(sales, "product")))


def test_grants_of_several_roles_add_up(sales):
    both = of(sales, "head", "manager")
    assert len(both.branches(uid(sales, "deal"), "read")) == 2
    found = names(sales, "deal", both.readable(uid(sales, "deal")))
    assert found["margin"] == "sometimes"
    assert found["amount"] == "always"


def test_a_grant_of_everything_makes_the_others_needless(sales):
    branches = of(sales, "head", "manager").branches(uid(sales, "company"), "read")
    assert [g.rows for g in branches] == [None]


def test_child_rows_follow_their_parent(sales):
    item = uid(sales, "deal_item")
    manager = of(sales, "manager")
    assert manager.may(item, "read") and manager.may(item, "delete")
    assert set(manager.readable(item).values()) == {"always"}
    assert not of(sales, "narrow").may(item, "read"), "the children field is not readable"
    assert not of(sales, "narrow").may(item, "update")


def test_own_grants_of_a_child_only_narrow(sales):
    item = uid(sales, "deal_item")
    clerk = of(sales, "clerk")
    assert "price" not in names(sales, "deal_item", clerk.readable(item))
    assert [g.rows is None for g in clerk.branches(item, "read")] == [False]
    assert "price" not in names(sales, "deal_item", of(sales, "clerk", "head").readable(item))


def test_what_may_be_written_is_asked_of_the_write_grants(sales):
    manager = of(sales, "manager")
    update = names(sales, "deal", manager.writable(uid(sales, "deal"), "update"))
    create = names(sales, "deal", manager.writable(uid(sales, "deal"), "create"))
    assert "owner" not in update and "owner" in create
    assert "probability" in update and "probability" not in create


def test_equal_grants_have_equal_keys_and_others_do_not(sales):
    assert of(sales, "head", "manager").key == of(sales, "manager", "head").key
    keys = [of(sales, *roles).key for roles in [(), ("head",), ("manager",), ("head", "manager"), ("clerk",)]]
    assert len(set(keys)) == len(keys)
