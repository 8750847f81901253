"""One link becomes a list of links and back: values go along, what is dropped is counted, undo is exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core import query
from core.query import Query
from core.query.past import past
from core.query.query import Earlier
from core.solutions.apply import apply
from core.solutions.undo import plan_undo, undo
from core.storage.check import check_storage
from core.storage.workspace import Workspace
from tests.core.solutions.samples import SYSTEM, add, applied, field_of, planned, write


def grown(by: dict[str, Any]) -> None:
    by["good"]["fields"] += [
        {"name": "mark", "type": "link", "to": "sale", "inverse": "goods"},
        {"name": "keeper", "type": "user"},
        {"name": "marks", "type": "links", "to": "sale", "inverse": "many_goods"},
    ]


def many(by: dict[str, Any]) -> None:
    field_of(by["good"], "mark").update(type="links")
    field_of(by["good"], "keeper").update(type="users")


def one(by: dict[str, Any]) -> None:
    field_of(by["good"], "marks").update(type="link")


def read(workspace: Workspace, field: str) -> list[Any]:
    """The ids that each good leads to."""
    with workspace.read() as tx:
        items = query.read(tx, SYSTEM, Query(entity="good", fields=(field,), sort=("id",))).items
    led = [item[field] for item in items]
    return [[link.id for link in each] if isinstance(each, list) else each and each.id for each in led]


def told(workspace: Workspace, good: int, field: str) -> list[tuple[Any, Any]]:
    """What the history says of a field, the ids of links."""
    with workspace.read() as tx:
        items = query.history(tx, SYSTEM, "good", good).items

    def ids(value: Any) -> Any:
        return [link.id for link in value] if isinstance(value, list) else getattr(value, "id", value)

    changes = [item["changes"][field] for item in items if field in item["changes"]]
    return [(ids(change["from"]), ids(change["to"])) for change in changes]


@pytest.fixture
def sales(workspace: Workspace) -> list[int]:
    """Three sales; goods 1 and 2 stand in the shop."""
    applied(workspace, grown)
    return [add(workspace, "sale", count=n) for n in range(3)]


def test_one_becomes_many_with_what_is_written_meanwhile_and_undo_takes_both_along(
    workspace: Workspace, sales: list[int]
) -> None:
    a, b, c = sales
    anna = add(workspace, "user", login="anna", name="Анна")
    write(workspace, 1, mark=a, keeper=anna)
    write(workspace, 2, mark=a)
    plan = planned(workspace, many)
    assert plan.losses == () and {n.rows for n in plan.changes if n.kind == "field"} == {1, 2}

    def meddle(step: str) -> None:
        if step.startswith("copied") and read(workspace, "mark")[1] == a:
            write(workspace, 2, mark=b)
            add(workspace, name="late", mark=c)

    apply(workspace, SYSTEM, plan.id, step=meddle)
    assert read(workspace, "mark") == [[a], [b], [c]]
    assert read(workspace, "keeper") == [[anna], [], []]
    assert list(check_storage(workspace)) == []
    assert told(workspace, 2, "mark") == [([a], [b]), ([], [a])]
    write(workspace, 1, mark=[c, a])
    write(workspace, 2, mark=None)
    losses = plan_undo(workspace, SYSTEM).losses
    assert [(loss.id, loss.values) for loss in losses] == [("field:good.mark", 1)]
    undo(workspace, SYSTEM, accept_loss=True)
    assert read(workspace, "mark") == [c, None, c] and read(workspace, "keeper") == [anna, None, None]


def test_many_become_one_where_it_is_one_and_the_rest_is_counted_and_comes_back(
    workspace: Workspace, sales: list[int]
) -> None:
    a, b, c = sales
    write(workspace, 1, marks=[c, a])
    write(workspace, 2, marks=[b])
    plan = planned(workspace, one)
    change = next(n for n in plan.changes if n.target == "good.marks")
    assert change.rows == 2 and change.loss is not None and change.loss.values == 1
    assert "the first one stays" in str(change.effect)
    apply(workspace, SYSTEM, plan.id, accept=[change.loss.id])
    assert read(workspace, "marks") == [c, b]
    assert told(workspace, 1, "marks")[0][0] is None
    write(workspace, 2, marks=a)
    assert plan_undo(workspace, SYSTEM).losses == ()
    undo(workspace, SYSTEM)
    assert read(workspace, "marks") == [[c, a], [a]] and list(check_storage(workspace)) == []


def test_a_list_of_another_entity_is_a_loss_and_one_to_many_may_be_taken_again(
    workspace: Workspace, sales: list[int]
) -> None:
    write(workspace, 1, mark=sales[0])
    loss = planned(workspace, lambda by: field_of(by["good"], "mark").update(type="links", to="good")).losses
    assert [each.values for each in loss] == [1]
    applied(workspace, many)
    undo(workspace, SYSTEM)
    write(workspace, 1, mark=sales[1])
    applied(workspace, many)
    assert read(workspace, "mark") == [[sales[1]], []]


def test_history_is_read_after_every_change_of_type(workspace: Workspace) -> None:
    write(workspace, 1, note="дюжина", kind="large", above=2)

    def retyped(by: dict[str, Any]) -> None:
        field_of(by["good"], "note").update(type="decimal", scale=2)
        field_of(by["good"], "kind").update(type="choices")
        for name in ("choices", "to", "inverse"):
            field_of(by["good"], "above").pop(name, None)
        field_of(by["good"], "above").update(type="text")

    applied(workspace, retyped, accept_loss=True)
    write(workspace, 1, note="7.25", kind=["huge"], above="8")
    assert told(workspace, 1, "note")[:2] == [(None, Decimal("7.25")), (None, Earlier("дюжина"))]
    assert told(workspace, 1, "kind")[:2] == [(("large",), ("huge",)), (("small",), ("large",))]
    assert told(workspace, 1, "above") == [(None, "8"), (None, Earlier(""))]
    with workspace.read() as tx:
        then = past(tx, SYSTEM, "good", 1, version=2).record
    assert then.item["note"] is None and then.item["kind"] == ("large",)
