"""The explanation of a right agrees with what the oracle sees, and names the grants that gave it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.access.explain import Explanation, Reason, explain
from core.query.why import reason_of
from tests.core.query.test_agreement import CHECKED, FIELDS, people
from tests.core.query.world import Oracle, actor_in


@given(data=st.data())
@CHECKED
def test_the_verdict_is_what_reading_shows(place, data):
    workspace, world = place
    name = data.draw(st.sampled_from(["deal", "company", "deal_item"]))
    person = data.draw(people("deal" if name == "deal_item" else name))
    oracle = Oracle(world, person)
    row = data.draw(st.sampled_from(list(world.rows[name].values())))
    field = data.draw(st.none() | st.sampled_from(FIELDS[name]))
    with workspace.read() as tx:
        tx, actor = actor_in(tx, person)
        entity = tx.model.entities[name]
        uid = entity.by_name[field].uid if field else None
        found = explain(tx, actor.roles, person.me, entity, row["id"], "read", uid)
        expected = oracle.sees(name, row) if field is None else oracle.reads(name, row, field)
        assert found.allowed == expected
        if found.allowed and found.parent is None:
            assert any(reason.holds and reason.covers for reason in found.reasons)
        assert not explain(tx, actor.roles, person.me, entity, 10**9, "read", uid).allowed


def test_stages_count_as_they_stand(place):
    workspace, world = place
    with workspace.read() as tx:
        deal, manager = tx.model.entities["deal"], tx.model.roles["manager"].uid
        for row in world.rows["deal"].values():
            stage = deal.by_name["stage"].choice(row["stage"])
            found = explain(tx, [manager], 1, deal, row["id"], "update")
            assert found.allowed == (row["owner"] == 1 and stage.name in ("lead", "offer"))
            assert [reason.role.name for reason in found.reasons] == ["manager"]


def test_a_refusal_says_what_stands_nearest_in_the_way(place):
    workspace, _ = place
    with workspace.read() as tx:
        role = tx.model.roles["manager"]
    given = Reason(role=role, grant=None, holds=True, covers=True)
    elsewhere = replace(given, holds=False)
    staged = replace(elsewhere, at_stage=False)
    no = Explanation(allowed=False, reasons=())
    for found, word in (
        (replace(no, allowed=True, narrowed=True), "granted"),
        (replace(no, exists=False, narrowed=True), "no record"),
        (replace(no, narrowed=True, sight=no), "narrowed"),
        (replace(no, sight=no, parent=no), "out of sight"),
        (replace(no, parent=no), "parent"),
        (replace(no, parent=replace(no, allowed=True)), "no grant"),
        (replace(no, reasons=(elsewhere, elsewhere)), "rows"),
        (replace(no, reasons=(staged,)), "stage"),
        (replace(no, reasons=(replace(given, passes=False),)), "check"),
        (replace(no, reasons=(replace(given, covers=False),)), "field"),
    ):
        assert reason_of(found) == word
