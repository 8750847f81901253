"""What a narrower key, looking as another and standing in leave of rights: never more than there was, on any path of them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.access.managing import below, may_everything
from core.access.narrowing import (
    Narrowing,
    both,
    deputizing,
    read_narrowing,
    viewing,
    write_narrowing,
)
from core.access.standing import asked_so, write_standing
from core.access.tokens import narrowed
from core.errors import KubikError
from core.jobs.jobs import Job
from metamodel.model import ACTIONS, Model
from tests.factories import model

CLERK = """
    name: clerk
    label: Clerk
    grants:
      - {entity: deal, actions: [read, update, delete], rows: "stage = 'won'", fields: all}
      - {entity: deal_item, actions: [read, update], rows: "quantity > 1", fields: {all_but: [price]}}
      - {entity: company, actions: [read, create], fields: all}
"""


@pytest.fixture(scope="module")
def sales() -> Model:
    return model({"roles/clerk.yaml": CLERK})


def of(sales: Model, role: str, narrowing: Narrowing | None) -> Grants:
    return grants_of(sales, Actor(user=1, login="x", roles=(sales.roles[role].uid,), narrowing=narrowing))


def narrowings(sales: Model) -> list[Narrowing]:
    found = [
        viewing(),
        deputizing(sales),
        narrowed(sales, read_only=True),
        narrowed(sales, entities=("deal",)),
        narrowed(sales, read_only=True, entities=("company", "user")),
    ]
    return [each for each in found if each is not None]


@pytest.mark.parametrize("role", ["administrator", "head", "manager", "clerk"])
def test_nothing_is_ever_added_and_each_pair_leaves_what_both_leave(sales, role):
    whole = of(sales, role, None)
    for one, other in itertools.product(narrowings(sales), repeat=2):
        left, both = of(sales, role, one), of(sales, role, one & other)
        for entity in sales.entities.values():
            assert left.readable(entity.uid).keys() <= whole.readable(entity.uid).keys()
            for action in ACTIONS:
                if left.may(entity.uid, action):
                    assert whole.may(entity.uid, action), (entity.name, action)
                if both.may(entity.uid, action):
                    assert left.may(entity.uid, action)
                    assert of(sales, role, other).may(entity.uid, action)


@pytest.mark.parametrize("role", ["administrator", "clerk"])
def test_a_key_that_reads_writes_nowhere_child_rows_and_comments_included(sales, role):
    grants = of(sales, role, narrowed(sales, read_only=True))
    for entity in sales.entities.values():
        for action in ("create", "update", "delete", "move", "import", "reveal", "configure", "share"):
            assert not grants.may(entity.uid, action), (entity.name, action)
            assert grants.writable(entity.uid, action) == {}
    assert not any(grants.may_run(action) for action in sales.actions.values())
    assert grants.may(sales.entities["deal"].uid, "read")


def test_child_rows_stay_as_narrow_under_a_key_as_without_one(sales):
    item = sales.entities["deal_item"]
    for narrowing in (viewing(), narrowed(sales, entities=("deal",))):
        (grant,) = of(sales, "clerk", narrowing).branches(item.uid, "read")
        assert grant.rows is not None, "their own grant still limits their rows"
        assert item.by_name["price"].uid not in of(sales, "clerk", narrowing).readable(item.uid)


def test_a_key_for_some_entities_knows_no_other(sales):
    grants = of(sales, "administrator", narrowed(sales, entities=("deal",)))
    assert not grants.everything
    known = {e.name for e in sales.entities.values() if grants.may(e.uid, "read")}
    assert {"deal", "deal_item", "comment"} <= known
    assert not known & {"company", "product", "user", "role", "department"}
    assert grants.may(sales.entities["deal_item"].uid, "update")
    with pytest.raises(KubikError) as caught:
        narrowed(sales, entities=("deel",))
    assert caught.value.code == "KBK1002"


def test_who_stands_in_manages_nobody_and_configures_nothing(sales):
    narrowing = deputizing(sales)
    grants = of(sales, "administrator", narrowing)
    for name in ("user", "user_role", "role", "department", "deputy", "share", "group"):
        entity = sales.entities[name]
        assert grants.may(entity.uid, "read") and not grants.writable(entity.uid, "update"), name
        assert not any(
            grants.may(entity.uid, action) for action in ("create", "update", "delete", "configure")
        )
    assert grants.may(sales.entities["deal"].uid, "update")
    assert not any(grants.may(entity.uid, "configure") for entity in sales.entities.values())
    actor = Actor(user=1, login="x", roles=(sales.roles["administrator"].uid,), narrowing=narrowing)
    assert not may_everything(sales, actor) and not below(sales, actor)


def test_narrowings_are_kept_as_they_are(sales):
    for narrowing in narrowings(sales):
        assert read_narrowing(write_narrowing(narrowing)) == narrowing
        assert of(sales, "head", narrowing).key != of(sales, "head", None).key
    assert read_narrowing(write_narrowing(None)) is None


def test_nothing_is_narrowed_by_none_and_what_narrows_stays(sales):
    narrow = viewing()
    assert both(narrow, None) == both(None, narrow) == narrow and both(None, None) is None


def test_a_job_is_told_of_by_the_very_key_that_asked_for_it(sales):
    key = Actor(user=1, login="x", token=5, narrowing=narrowed(sales, read_only=True))
    stand_in = Actor(user=2, person=1, login="y", mode="deputy", narrowing=deputizing(sales))
    fields = dict.fromkeys(Job.__dataclass_fields__) | {"by": 1}
    for asked in (key, stand_in, replace(key, narrowing=None, token=None)):
        job = Job(**(fields | {"parameters": write_standing(asked)}))
        others = (
            key,
            replace(key, token=6),
            stand_in,
            replace(stand_in, user=3),
            replace(stand_in, mode="view"),
        )
        assert [other for other in others if asked_so(other, job)] == [o for o in others if o == asked]
        assert asked_so(replace(key, narrowing=None, token=None), job), (
            "a person as themselves sees all of theirs"
        )
