"""Batches: all or nothing, faults at the item, upsert by a unique field, trees and idempotency beside them."""

from datetime import timedelta

import pytest

from core import records
from core.records.marks import Answer, first_answer, keep_answer
from tests.core.records.asserting import faults, refusal


def test_a_batch_creates_changes_and_deletes_at_once(office):
    a, b, c = (office.create("company", {"name": n}).id for n in "abc")
    saved = office.batch(
        "company", create=[{"name": "x"}, {"name": "y"}], update=[{"id": a, "name": "A"}, {"id": b, "version": 1, "name": "B"}],
        delete=[c],
    )  # fmt: skip
    assert [office.stored("company", s.id)["name"] for s in saved.create] == ["x", "y"]
    assert [(s.id, s.version) for s in saved.update] == [(a, 2), (b, 2)]
    assert [(s.id, s.version) for s in saved.delete] == [(c, 2)]
    assert [r["name"] for r in office.rows("company").values()] == ["A", "B", "x", "y"]


def test_one_fault_refuses_all_and_points_at_its_item(office):
    a = office.create("company", {"name": "a", "inn": "7707083893"}).id
    error = refusal(
        office.batch, "company", create=[{"name": "x"}, {"name": ""}, {"nome": "y"}, 7],
        update=[{"id": a, "staff": -1}, {"name": "b"}], delete=["z"],
    )  # fmt: skip
    assert {("/create/2/nome", "KBK2003"), ("/create/3", "KBK3002"), ("/update/0/staff", "KBK3003"),
            ("/update/1/id", "KBK3002"), ("/delete/0", "KBK3002")} <= faults(error)  # fmt: skip
    error = refusal(office.batch, "company", create=[{"name": "x"}, {"name": None}])
    assert faults(error) == {("/create/1/name", "KBK3001")}
    error = refusal(office.batch, "company", create=[
        {"name": "x", "inn": "7707083893"}, {"name": "y", "inn": "1234567890"}, {"name": "z", "inn": "1234567890"}])  # fmt: skip
    assert faults(error) == {("/create/0/inn", "KBK3007"), ("/create/2/inn", "KBK3007")}
    assert len(office.rows("company")) == 1


def test_upsert_changes_what_is_there_and_creates_the_rest(office):
    a = office.create("company", {"name": "a", "inn": "7707083893"}).id
    saved = office.batch("company", key="inn", upsert=[
        {"inn": "7707083893", "name": "A"}, {"inn": "1234567890", "name": "B"}])  # fmt: skip
    assert [(s.id == a, s.created) for s in saved.upsert] == [(True, False), (False, True)]
    assert refusal(office.batch, "company", upsert=[{"name": "x"}]).code == "KBK2000"
    assert refusal(office.batch, "company", key="name", upsert=[{"name": "x"}]).code == "KBK2003"
    error = refusal(office.batch, "company", key="inn", upsert=[{"name": "x"}, 3])
    assert ("/upsert/0/inn", "KBK3001") in faults(error)


def test_the_same_record_stands_in_a_batch_once(office):
    a = office.create("company", {"name": "a"}).id
    error = refusal(office.batch, "company", update=[{"id": a, "name": "b"}], delete=[a])
    assert faults(error) == {("/delete/0", "KBK3002")}


def test_a_large_batch_keeps_the_order_of_ids_and_numbers(office):
    saved = office.batch("deal", create=[{"name": f"d{n}", "opened_on": "2026-01-01"} for n in range(1200)])
    assert [s.id for s in saved.create] == sorted(s.id for s in saved.create)
    rows = office.rows("deal")
    assert [rows[s.id]["name"] for s in saved.create] == [f"d{n}" for n in range(1200)]
    assert [rows[s.id]["number"] for s in saved.create] == [f"Д-2026-{n:05}" for n in range(1, 1201)]
    error = refusal(office.batch, "deal", create=[{"name": "x"}] * 10_001)
    assert error.status == 413


def test_a_batch_swaps_nothing_past_the_unique_index_but_takes_what_leaves(office):
    a = office.create("company", {"name": "a", "inn": "7707083893"}).id
    b = office.create("company", {"name": "b", "inn": "1234567890"}).id
    office.batch(
        "company",
        delete=[a],
        update=[{"id": b, "inn": "7707083893"}],
        create=[{"name": "c", "inn": "1234567890"}],
    )
    assert sorted(r["inn"] for r in office.rows("company").values()) == ["1234567890", "7707083893"]


def closure(office):
    with office.workspace.read() as tx:
        table = tx.tables.own.closure
        return {(a, d) for _, a, d in tx.connection.execute(table.select())}


def test_a_tree_keeps_its_closure_and_refuses_circles(office):
    top = min(office.rows("department"))
    a = office.create("department", {"name": "a", "parent": top}).id
    b = office.create("department", {"name": "b", "parent": a}).id
    c = office.create("department", {"name": "c", "parent": b}).id
    assert {x for x, d in closure(office) if d == c} == {top, a, b, c}
    error = refusal(office.update, "department", a, {"parent": c})
    assert faults(error) == {("/parent", "KBK3006")}
    assert faults(refusal(office.update, "department", a, {"parent": a})) == {("/parent", "KBK3006")}
    office.update("department", b, {"parent": None})
    assert {x for x, d in closure(office) if d == c} == {b, c}
    assert {x for x, d in closure(office) if d == a} == {top, a}
    kept = closure(office)
    office.workspace.write(lambda tx: records.rebuild_closure(tx, office.model.entities["department"]))
    assert closure(office) == kept


def moves(office, *pairs):
    return office.batch("department", update=[{"id": record, "parent": above} for record, above in pairs])


def test_moves_of_one_batch_are_judged_together(office):
    a, b, c = (office.create("department", {"name": name}).id for name in "abc")
    for circle in ([(a, b), (b, a)], [(a, b), (b, c), (c, a)]):
        error = refusal(moves, office, *circle)
        assert faults(error) == {(f"/update/{n}/parent", "KBK3006") for n in range(len(circle))}
    moves(office, (a, b), (b, c))
    assert {x for x, d in closure(office) if d == a} == {a, b, c}
    moves(office, (c, b), (b, a), (a, None))  # turned over: each step alone would be a circle
    assert {x for x, d in closure(office) if d == c} == {a, b, c}
    kept = closure(office)
    office.workspace.write(lambda tx: records.rebuild_closure(tx, office.model.entities["department"]))
    assert closure(office) == kept
    assert faults(refusal(moves, office, (a, c))) == {("/update/0/parent", "KBK3006")}


def test_a_repeated_request_gets_its_first_answer(office):
    root = office.people["root"]
    answer = Answer(status=201, headers={"etag": "1"}, body="{}")

    def first(tx):
        found = first_answer(tx, root, "key", "hash")
        if found is None:
            keep_answer(tx, root, "key", answer)
        return found

    assert office.workspace.write(first) is None
    assert office.workspace.write(first) == answer
    error = refusal(office.workspace.write, lambda tx: first_answer(tx, root, "key", "other"))
    assert error.code == "KBK2008"
    assert office.workspace.write(lambda tx: first_answer(tx, office.people["anna"], "key", "other")) is None

    def a_day_later(tx):
        tx.now += timedelta(hours=25)
        return first_answer(tx, root, "key", "other")

    assert office.workspace.write(a_day_later) is None


def test_an_aborted_write_keeps_no_answer(office):
    root = office.people["root"]

    def failing(tx):
        assert first_answer(tx, root, "key", "hash") is None
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        office.workspace.write(failing)
    assert office.workspace.write(lambda tx: first_answer(tx, root, "key", "hash")) is None
