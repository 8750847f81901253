"""Changes of configuration on records that are there: counted, carried out, taken back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.access.actor import Actor
from core.errors import KubikError
from core.solutions.apply import apply
from core.solutions.packages import plan_document
from core.solutions.plans import Plan, PlannedChange
from core.solutions.sweep import purge_unreferenced, unreferenced
from core.solutions.undo import list_versions, plan_restore, plan_undo, undo
from core.storage.catalog import read_catalog
from core.storage.check import check_storage
from core.storage.ddl import leftovers, missing_steps
from core.storage.workspace import Workspace
from tests.core.solutions.samples import (
    SYSTEM,
    add,
    applied,
    changed,
    field_of,
    has_field,
    planned,
    settings_for,
    values,
    version,
    without,
    write,
)


def of(plan: Plan, target: str, kind: str = "field") -> PlannedChange:
    return next(c for c in plan.changes if (c.kind, c.target) == (kind, target))


def refused(code: str, call: Any) -> KubikError:
    with pytest.raises(KubikError) as refusal:
        call()
    assert refusal.value.code == code
    return refusal.value


def test_a_new_field_is_there_at_once_and_old_records_are_without_it(workspace: Workspace) -> None:
    before = version(workspace)
    field = {"name": "weight", "type": "decimal", "scale": 3}
    assert applied(workspace, lambda by: by["good"]["fields"].append(field)) == before + 1
    add(workspace, name="Нож", weight="0.125")
    assert values(workspace, "good", "weight") == [None, None, Decimal("0.125")]


def test_a_rename_keeps_values_and_rewrites_uses(workspace: Workspace) -> None:
    applied(workspace, lambda by: field_of(by["good"], "price").update(name="cost"))
    assert values(workspace, "good", "cost") == [Decimal("10.50"), Decimal("20.00")]
    with workspace.read() as tx:
        assert tx.model.views["goods"].columns[2] == "cost"
        assert tx.model.entities["good"].by_name["doubled"].options["formula"] == "cost * 2"


def test_a_dropped_field_with_values_is_a_loss_that_must_be_accepted_and_undo_brings_all_back(
    workspace: Workspace,
) -> None:
    plan = planned(workspace, lambda by: without(by["good"], "price"))
    loss = of(plan, "good.price").loss
    assert loss is not None and loss.values == 2 and loss.examples == ("10.50", "20.00")
    assert {(b.kind, b.target) for b in of(plan, "good.price").breaks} == {
        ("view", "goods"),
        ("field", "good.doubled"),
    }
    error = refused("KBK1101", lambda: apply(workspace, SYSTEM, plan.id))
    assert error.extra["losses"] == [loss.id]
    apply(workspace, SYSTEM, plan.id, accept=[loss.id])
    assert not has_field(workspace, "good", "price") and not has_field(workspace, "good", "doubled")
    assert plan_undo(workspace, SYSTEM).losses == ()
    undo(workspace, SYSTEM)
    assert values(workspace, "good", "price") == [Decimal("10.50"), Decimal("20.00")]
    with workspace.read() as tx:
        assert tx.model.views["goods"].columns == ("name", "code", "price", "kind", "stage")


def test_a_change_of_type_converts_values_and_names_those_it_cannot(workspace: Workspace) -> None:
    write(workspace, 1, note="12,5")
    write(workspace, 2, note="дюжина")
    plan = planned(workspace, lambda by: field_of(by["good"], "note").update(type="decimal", scale=2))
    change = of(plan, "good.note")
    assert change.rows == 2 and change.loss is not None
    assert (change.loss.values, change.loss.examples) == (1, ("дюжина",))
    apply(workspace, SYSTEM, plan.id, accept_loss=True)
    assert values(workspace, "good", "note") == [Decimal("12.50"), None]


def test_undo_is_exact_when_nothing_was_written_since_and_names_the_loss_otherwise(
    workspace: Workspace,
) -> None:
    write(workspace, 1, note="12,50")
    write(workspace, 2, note="дюжина")
    applied(
        workspace, lambda by: field_of(by["good"], "note").update(type="decimal", scale=2), accept_loss=True
    )
    assert plan_undo(workspace, SYSTEM).losses == ()
    write(workspace, 2, note="7.25")
    undo(workspace, SYSTEM)
    assert values(workspace, "good", "note") == ["12,50", "7.25"]


def test_undo_of_a_new_field_asks_for_the_values_written_into_it(workspace: Workspace) -> None:
    applied(workspace, lambda by: by["good"]["fields"].append({"name": "place", "type": "text"}))
    assert plan_undo(workspace, SYSTEM).losses == ()
    write(workspace, 1, place="Полка")
    assert [loss.id for loss in plan_undo(workspace, SYSTEM).losses] == ["field:good.place"]
    refused("KBK1101", lambda: undo(workspace, SYSTEM))
    undo(workspace, SYSTEM, accept=["field:good.place"])
    assert not has_field(workspace, "good", "place")


def test_undo_takes_one_change_after_another_back_and_no_more(workspace: Workspace) -> None:
    first = changed(workspace, lambda by: None)
    applied(workspace, lambda by: by["good"]["fields"].append({"name": "one", "type": "text"}))
    applied(workspace, lambda by: by["good"]["fields"].append({"name": "two", "type": "text"}))
    undo(workspace, SYSTEM)
    assert has_field(workspace, "good", "one") and not has_field(workspace, "good", "two")
    undo(workspace, SYSTEM)
    assert changed(workspace, lambda by: None) == first
    undo(workspace, SYSTEM, accept_loss=True)  # the installation of the shop
    refused("KBK1104", lambda: undo(workspace, SYSTEM, accept_loss=True))


def test_values_written_while_the_copy_runs_are_in_the_new_column(workspace: Workspace) -> None:
    ids = [add(workspace, name=f"Товар {n}", note=str(n)) for n in range(5)]

    def meddle(step: str) -> None:
        if step.startswith("copied"):
            write(workspace, ids[0], note="1000")
            add(workspace, name="Новый", note="77")

    applied(workspace, lambda by: field_of(by["good"], "note").update(type="integer"), step=meddle)
    held = values(workspace, "good", "note")
    assert held[2:7] == [1000, 1, 2, 3, 4] and set(held[7:]) == {77}


def test_a_required_field_counts_empty_records_and_binds_future_writes(workspace: Workspace) -> None:
    plan = planned(workspace, lambda by: field_of(by["good"], "note").update(required=True))
    assert of(plan, "good.note").rows == 2 and plan.losses == ()
    apply(workspace, SYSTEM, plan.id)
    refused("KBK3001", lambda: add(workspace, name="Без заметки"))


def test_a_unique_rule_is_refused_while_records_break_it_and_holds_afterwards(workspace: Workspace) -> None:
    write(workspace, 2, code="a-1")
    plan = planned(workspace, lambda by: field_of(by["good"], "code").update(unique=True))
    assert of(plan, "good.code").rows == 2 and of(plan, "good.code").forbids is not None
    refused("KBK1103", lambda: apply(workspace, SYSTEM, plan.id))
    assert add(workspace, name="Ещё одна", code="A-1")
    write(workspace, 2, code="A-2")
    write(workspace, 3, code="A-3")
    applied(workspace, lambda by: field_of(by["good"], "code").update(unique=True))
    refused("KBK3007", lambda: add(workspace, name="Повтор", code="a-1"))


def test_a_unique_rule_that_breaks_after_the_check_leaves_the_old_rules(workspace: Workspace) -> None:
    def meddle(step: str) -> None:
        if step == "begun":
            write(workspace, 2, code="A-1")

    refused(
        "KBK1103",
        lambda: applied(workspace, lambda by: field_of(by["good"], "code").update(unique=True), step=meddle),
    )
    write(workspace, 1, code="A-1")
    assert add(workspace, name="Третья", code="A-1") == 3


def test_a_new_check_counts_the_records_that_break_it(workspace: Workspace) -> None:
    write(workspace, 1, note="")
    write(workspace, 2, above={"id": 1})
    rules = [{"check": "price < 15"}, {"check": "above.name = 'Нож'"}]
    plan = planned(workspace, lambda by: by["good"].update(constraints=rules))
    assert [c.rows for c in plan.changes if c.kind == "constraint"] == [1, 1]
    apply(workspace, SYSTEM, plan.id)
    refused("KBK3006", lambda: add(workspace, name="Дорогой", price=20))


def stages_without(by: dict[str, Any], name: str) -> None:
    stages = by["good"]["stages"]["pipelines"][0]["stages"]
    stages[:] = [s for s in stages if s["name"] != name]


def test_a_stage_that_goes_away_is_mapped_or_a_loss(workspace: Workspace) -> None:
    write(workspace, 1, stage="offer")
    plan = planned(workspace, lambda by: stages_without(by, "offer"))
    assert [loss.id for loss in plan.losses] == ["stage:good.stage.offer"]
    plan = planned(workspace, lambda by: stages_without(by, "offer"), {"good.stage": {"offer": "sold"}})
    assert plan.losses == () and of(plan, "good.stage.offer", "stage").rows == 1
    apply(workspace, SYSTEM, plan.id)
    assert values(workspace, "good", "stage") == ["sold", "fresh"]
    undo(workspace, SYSTEM)
    assert values(workspace, "good", "stage") == ["offer", "fresh"]


def test_a_choice_that_goes_away_empties_its_values_when_accepted(workspace: Workspace) -> None:
    applied(
        workspace,
        lambda by: field_of(by["good"], "kind")["choices"].pop(0),
        accept=["choice:good.kind.small"],
    )
    assert values(workspace, "good", "kind") == [None, "large"]
    undo(workspace, SYSTEM)
    assert values(workspace, "good", "kind") == ["small", "large"]


def test_a_choice_that_goes_away_leaves_sets_of_choices_or_is_mapped_in_them(workspace: Workspace) -> None:
    field = {"name": "tags", "type": "choices", "choices": [{"name": n} for n in ("vip", "far", "slow")]}
    view = {
        "name": "vips",
        "entity": "good",
        "columns": ["name"],
        "filter": "tags CONTAINS 'vip' OR tags IN ('slow', 'far')",
    }

    def make(by: dict[str, Any]) -> None:
        by["good"]["fields"].append(field)

    applied(workspace, make)
    applied(workspace, lambda by: by["goods"].update(filter=view["filter"]))
    write(workspace, 1, tags=["far", "vip"])
    write(workspace, 2, tags=["slow"])
    assert values(workspace, "good", "tags") == [["vip", "far"], ["slow"]]

    def drop(by: dict[str, Any]) -> None:
        choices = field_of(by["good"], "tags")["choices"]
        choices[:] = [c for c in choices if c["name"] == "slow"]

    assert {loss.id: loss.values for loss in planned(workspace, drop).losses} == {
        "choice:good.tags.vip": 1, "choice:good.tags.far": 1,
    }  # fmt: skip
    plan = planned(workspace, drop, {"good.tags": {"vip": "slow"}})
    assert [loss.id for loss in plan.losses] == ["choice:good.tags.far"]
    apply(workspace, SYSTEM, plan.id, accept=["choice:good.tags.far"])
    assert values(workspace, "good", "tags") == [["slow"], ["slow"]]
    undo(workspace, SYSTEM)
    assert values(workspace, "good", "tags") == [["vip", "far"], ["slow"]]
    with workspace.read() as tx:
        assert "'vip'" in (tx.model.views["goods"].filter_text or "")


def test_a_map_that_names_what_is_not_there_is_refused(workspace: Workspace) -> None:
    mapping = {"good.stage": {"offer": "nowhere"}}
    error = refused("KBK1002", lambda: planned(workspace, lambda by: stages_without(by, "offer"), mapping))
    assert error.errors[0].pointer == "/map/good.stage"


def test_a_dropped_entity_is_a_loss_and_its_name_may_be_given_again_without_the_old_values(
    workspace: Workspace,
) -> None:
    def change(by: dict[str, Any]) -> None:
        by["sale"]["gone"] = True

    add(workspace, "sale", count=5)
    applied(workspace, change, accept=["entity:sale"])
    again = {"name": "sale", "solution": "shop", "fields": [{"name": "count", "type": "integer"}]}
    with workspace.read() as tx:
        posted = {"entities": [*tx.model.document["entities"], again]}
    apply(workspace, SYSTEM, plan_document(workspace, SYSTEM, posted).id)
    assert values(workspace, "sale", "count") == []


def test_a_field_dropped_and_made_again_is_another_field(workspace: Workspace) -> None:
    applied(workspace, lambda by: without(by["good"], "price"), accept_loss=True)
    applied(workspace, lambda by: by["good"]["fields"].append({"name": "price", "type": "text"}))
    assert values(workspace, "good", "price") == [None, None]


def test_a_new_tree_has_its_closure(workspace: Workspace) -> None:
    write(workspace, 2, above={"id": 1})
    applied(workspace, lambda by: by["good"].update(tree="above"))
    with workspace.read() as tx:
        closure = tx.tables.own.closure
        uid = tx.model.entities["good"].uid
        rows = tx.connection.execute(closure.select().where(closure.c.entity == uid))
        assert sorted((r.ancestor, r.descendant) for r in rows) == [(1, 1), (1, 2), (2, 2)]


def test_a_plan_of_a_version_that_moved_is_refused(workspace: Workspace) -> None:
    plan = planned(workspace, lambda by: by["good"]["fields"].append({"name": "one", "type": "text"}))
    applied(workspace, lambda by: by["good"]["fields"].append({"name": "two", "type": "text"}))
    refused("KBK1102", lambda: apply(workspace, SYSTEM, plan.id))


def test_a_plan_that_changes_nothing_makes_no_version(workspace: Workspace) -> None:
    plan = planned(workspace, lambda by: None)
    assert plan.changes == () and apply(workspace, SYSTEM, plan.id) == version(workspace)


def test_who_may_not_configure_is_refused(workspace: Workspace) -> None:
    with workspace.read() as tx:
        seller = Actor(user=1, login="seller", roles=(tx.model.roles["seller"].uid,))
    refused("KBK4002", lambda: plan_document(workspace, seller, {"views": []}))
    plan = planned(workspace, lambda by: by["good"]["fields"].append({"name": "one", "type": "text"}))
    refused("KBK4002", lambda: apply(workspace, seller, plan.id))


def test_another_process_follows_in_its_next_transaction(
    workspace: Workspace, shop_url: str, tmp_path: Path
) -> None:
    other = Workspace.open(settings_for(shop_url, tmp_path))
    try:
        assert not has_field(other, "good", "place")
        applied(workspace, lambda by: by["good"]["fields"].append({"name": "place", "type": "text"}))
        add(other, name="Нож", place="Полка")
        assert values(workspace, "good", "place") == [None, None, "Полка"]
        field = {"name": "weight", "type": "integer"}
        applied(other, lambda by: by["good"]["fields"].append(field))
        write(workspace, 1, weight=7)
        assert values(other, "good", "weight")[0] == 7
    finally:
        other.close()


def test_versions_are_told_in_words_and_any_may_be_restored(workspace: Workspace) -> None:
    before = version(workspace)
    field_type = {"type": "decimal", "scale": 4}

    def retype(by: dict[str, Any]) -> None:
        field_of(by["good"], "price").update(field_type)
        field_of(by["good"], "price").pop("currency")

    applied(workspace, retype)
    applied(workspace, lambda by: without(by["good"], "note"))
    lines = list_versions(workspace, SYSTEM)
    assert [line.kind for line in lines[:3]] == ["change", "change", "install"]
    assert "good.note" in str(lines[0].changes[0])
    apply(workspace, SYSTEM, plan_restore(workspace, SYSTEM, before).id)
    assert values(workspace, "good", "price") == [Decimal("10.50"), Decimal("20.00")]
    refused("KBK2006", lambda: plan_restore(workspace, SYSTEM, 999))


def test_the_database_is_what_the_model_says_after_every_change(workspace: Workspace) -> None:
    applied(workspace, lambda by: field_of(by["good"], "note").update(type="integer"))
    with workspace.read() as tx:
        catalog = read_catalog(tx.connection, tx.tables.schema)
        assert missing_steps(catalog, tx.tables, tx.model.entities.values()) == ()
        left = {each.column for each in leftovers(catalog, tx.tables)}
        uid = tx.model.entities["good"].by_name["note"].uid
        assert left == {f"f_{uid}", f"k_{uid}", f"w_{uid}"}


def test_a_purge_drops_what_nothing_names_and_ends_its_undo(workspace: Workspace) -> None:
    applied(workspace, lambda by: without(by["good"], "price"), accept_loss=True)
    assert len(unreferenced(workspace)) == 1
    purge_unreferenced(workspace, SYSTEM)
    assert unreferenced(workspace) == () and list(check_storage(workspace)) == []
    undo(workspace, SYSTEM)
    assert values(workspace, "good", "price") == [None, None]


def test_a_role_that_goes_is_a_loss_for_who_has_it_and_undo_gives_it_back(workspace: Workspace) -> None:
    user = add(workspace, "user", login="anna", name="Анна", roles=[{"role": {"by": {"name": "seller"}}}])

    def change(by: dict[str, Any]) -> None:
        by["seller"]["gone"] = True

    assert [(loss.id, loss.values) for loss in planned(workspace, change).losses] == [("role:seller", 1)]
    applied(workspace, change, accept_loss=True)
    assert values(workspace, "user_role", "user") == []
    undo(workspace, SYSTEM)
    assert values(workspace, "user_role", "user") == [user]


def test_a_field_that_becomes_computed_is_a_loss_of_its_values(workspace: Workspace) -> None:
    write(workspace, 1, note="Важно")

    def change(by: dict[str, Any]) -> None:
        note = field_of(by["good"], "note")
        note.update(type="formula", formula="name || '!'")

    assert [loss.id for loss in planned(workspace, change).losses] == ["field:good.note"]
    applied(workspace, change, accept_loss=True)
    undo(workspace, SYSTEM)
    assert values(workspace, "good", "note") == ["Важно", None]


def test_a_choice_given_to_a_record_at_the_last_moment_is_not_lost(workspace: Workspace) -> None:
    def meddle(step: str) -> None:
        if step == "switching":
            write(workspace, 1, kind="huge")

    def change(by: dict[str, Any]) -> None:
        field_of(by["good"], "kind")["choices"].pop()

    assert planned(workspace, change).losses == ()
    refused("KBK1102", lambda: applied(workspace, change, step=meddle))
    assert values(workspace, "good", "kind") == ["huge", "large"]


def test_each_break_stands_with_the_change_that_brings_it_about(workspace: Workspace) -> None:
    def change(by: dict[str, Any]) -> None:
        without(by["good"], "price", "code")
        stages_without(by, "offer")

    plan = planned(workspace, change)
    found = {
        c.target: sorted((b.kind, b.pointer.split("/", 3)[3]) for b in c.breaks)
        for c in plan.changes
        if c.breaks
    }
    assert found == {
        "good.price": [("field", "fields/2/formula"), ("view", "columns/2")],
        "good.code": [("title", "title"), ("view", "columns/1")],
        "good.stage.offer": [("role", "grants/0/stages/1")],
    }


def test_nothing_turns_into_a_secret_nor_a_secret_into_anything_else(workspace: Workspace) -> None:
    write(workspace, 1, note="word")
    error = refused(
        "KBK1106", lambda: planned(workspace, lambda by: field_of(by["good"], "note").update(type="secret"))
    )
    assert error.errors[0].pointer == "good.note"
    applied(workspace, lambda by: by["good"]["fields"].append({"name": "pin", "type": "secret"}))
    refused("KBK1106", lambda: planned(workspace, lambda by: field_of(by["good"], "pin").update(type="text")))
    write(workspace, 1, pin="1234")
    loss = of(planned(workspace, lambda by: without(by["good"], "pin")), "good.pin").loss
    assert loss is not None and (loss.values, loss.examples) == (1, ())
