"""Moves between stages: on every path the same, as an evaluator of the written table alone says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import yaml

from core import records
from core.access.actor import Actor
from core.query.query import Query
from core.query.read import read
from core.query.stage_times import stage_times
from core.records.moves import roles_below, targets
from core.records.moving import try_move
from metamodel.labels import Label
from metamodel.model import Grant, Role
from tests import factories
from tests.core.records.asserting import faults, refusal

STAGES = """
field: state
pipelines:
  - name: sale
    stages:
      - {name: new, norm: P2D}
      - {name: offer, required: [price, buyer], norm: PT4H}
      - {name: won, kind: won, required: [parts]}
      - {name: lost, kind: lost, required: reason}
    moves:
      - {from: new, to: offer}
      - {from: offer, to: won, roles: manager, when: "price < 1000", message: {ru: Дорого, en: Too dear}}
      - {from: offer, to: won, roles: head}
      - {from: [new, offer], to: lost}
      - {from: lost, to: service.work, roles: head}
  - name: service
    stages: [{name: open}, {name: work}, {name: won, kind: won}]
  - name: guarded
    stages: [{name: first}, {name: second}]
    moves: [{to: second}]
"""
ORDER = f"""
name: order
label: Order
fields:
  - {{name: name, type: text, required: true}}
  - {{name: price, type: money, currency: RUB}}
  - {{name: buyer, type: link, to: company, on_delete: clear}}
  - {{name: reason, type: text}}
  - {{name: parts, type: children, of: order_part, through: order}}
stages: {yaml.safe_load(STAGES)}
"""
PART = "{name: order_part, fields: [{name: order, type: link, to: order}, {name: name, type: text}]}"


def role(name: str, parent: str | None = None) -> str:
    grants = [
        {"entity": entity, "actions": ["read", "create", "update", "move", "delete"], "fields": "all"}
        for entity in ("order", "company")
    ]
    return yaml.safe_dump({"name": name, "grants": grants} | ({"parent": parent} if parent else {}))


@pytest.fixture
def changes() -> dict[str, str | None]:
    order = yaml.safe_load(ORDER.partition("stages:")[0]) | {"stages": yaml.safe_load(STAGES)}
    return {
        "entities/order.yaml": yaml.safe_dump(order, allow_unicode=True),
        "entities/order_part.yaml": PART,
        "roles/head.yaml": role("head"),
        "roles/manager.yaml": role("manager", "head"),
        "roles/clerk.yaml": role("clerk", "manager"),
    }


WRITTEN = yaml.safe_load(STAGES)["pipelines"]
ABOVE = {"clerk": ["clerk"], "manager": ["manager", "clerk"], "head": ["head", "manager", "clerk"]}
WHERE = [(p["name"], s["name"]) for p in WRITTEN for s in p["stages"]]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowed(source: tuple[str, str], target: tuple[str, str], who: str, price: int) -> bool:
    """The oracle: the table of moves as its text says it, read with nothing of the product."""
    own = {p["name"]: p for p in WRITTEN}

    def same(written: str, pipeline: str, at: tuple[str, str]) -> bool:
        named = tuple(written.split(".")) if "." in written else (pipeline, written)
        return named == at

    listed = []
    for pipeline in WRITTEN:
        for move in pipeline.get("moves", []):
            sources = _list(move["from"]) if "from" in move else [s["name"] for s in pipeline["stages"]]
            if any(same(s, pipeline["name"], source) for s in sources) and any(
                same(t, pipeline["name"], target) for t in _list(move["to"])
            ):
                listed.append(move)
    if listed:
        may = [
            m for m in listed if who == "root" or "roles" not in m or set(_list(m["roles"])) & set(ABOVE[who])
        ]
        return any("when" not in m or price < 1000 for m in may)
    if "moves" in own[source[0]]:
        return False
    elsewhere = target[0] != source[0] and "moves" in own[target[0]]
    return not elsewhere or target[1] == own[target[0]]["stages"][0]["name"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_move_of_every_role_is_what_the_table_says(office, dialect):
    office.hire("clara", "clerk")
    buyer = office.create("company", {"name": "Buyer"}).id
    people = {"root": "root", "head": "anna", "manager": "marina", "clerk": "clara"}
    values = {"name": "A", "buyer": buyer, "reason": "no", "parts": [{"name": "p"}]}
    entity = office.model.entities["order"]
    made = {
        (source, price): office.create(
            "order", {**values, "price": price, "state": ".".join(source)}, by="system"
        ).id
        for source, price in product(WHERE, (10, 5000))
    }

    def ask(tx: Any) -> int:
        checked = 0
        for (who, login), (source, price), target in product(people.items(), made, WHERE):
            if source == target:
                continue
            wanted, to = allowed(source, target, who, price), ".".join(target)
            refused = try_move(tx, office.people[login], "order", made[source, price], to)
            told = refused and refused.code
            assert (told is None) == wanted, (who, price, source, target, told)
            assert told in (None, "KBK3011", "KBK4002")
            if price == 10:
                stage = entity.stages.named(".".join(source))
                possible = targets(office.model, office.people[login], entity, stage.uid)
                assert (entity.stages.named(to) in possible) == wanted
            checked += 1
        return checked

    assert office.workspace.write(ask) == 4 * 2 * 9 * 8


def test_what_a_stage_requires_is_told_at_once_on_every_path_and_holds_afterwards(office):
    made = office.create("order", {"name": "A"}).id
    asked = {("/price", "KBK3001"), ("/buyer", "KBK3001")}
    move = lambda to, **more: office.workspace.write(  # noqa: E731
        lambda tx: records.move(tx, office.people["anna"], "order", made, to, **more)
    )
    assert faults(refusal(move, "offer")) == asked
    assert faults(refusal(office.update, "order", made, {"state": "offer"}, by="anna")) == asked
    error = refusal(office.batch, "order", "anna", update=[{"id": made, "state": "offer"}])
    assert faults(error) == {(f"/update/0{pointer}", code) for pointer, code in asked}
    assert faults(refusal(office.create, "order", {"name": "B", "state": "offer"})) == asked
    buyer = office.create("company", {"name": "Buyer"}).id
    assert move("offer", values={"price": 10, "buyer": {"id": buyer}}).version == 2
    for gone in ({"price": None}, {"buyer": None}):
        assert {p for p, _ in faults(refusal(office.update, "order", made, gone))} == {f"/{next(iter(gone))}"}
    assert refusal(office.delete, "company", buyer).code == "KBK3008"
    assert faults(refusal(move, "won")) == {("/parts", "KBK3001")}
    part = office.create("order_part", {"order": made, "name": "p"}).id
    move("won")
    assert refusal(office.delete, "order_part", part).code == "KBK3001"
    assert faults(refusal(office.update, "order", made, {"parts": []}, if_version=4)) == {
        ("/parts", "KBK3001")
    }


def test_a_bare_name_is_the_stage_of_the_records_own_pipeline(office):
    entity = office.model.entities["order"]
    first, service = (entity.stages.named(name).uid for name in ("sale.won", "service.won"))
    made = office.create("order", {"name": "A", "state": "open"}, by="marina").id
    assert office.update("order", made, {"state": "won"}).version == 2
    assert office.stored("order", made)["state"] == service != first
    other = office.create("order", {"name": "B"}).id
    assert office.stored("order", other)["state"] == entity.stages.first.uid
    assert faults(refusal(office.update, "order", other, {"state": "sale.won"})) >= {("/state", "KBK3011")}


def long_ago(tx, entity, record):
    """A record that came to its stage on another day than today."""
    place = tx.tables[entity.uid]
    since = place.columns[entity.by_name["state_since"].uid].value
    past = {since.name: datetime(2020, 1, 1, tzinfo=UTC)}
    tx.connection.execute(place.table.update().where(place.table.c.id == record).values(past))


def test_since_and_due_follow_every_change_of_stage_and_nothing_else(office):
    made = office.create("order", {"name": "A", "price": 5}).id
    assert office.stored("order", made)["state_since"] == office.stored("order", made)["created_at"]
    office.workspace.write(lambda tx: long_ago(tx, office.model.entities["order"], made))
    began = office.stored("order", made)
    refused = refusal(office.update, "order", made, {"state_since": "2020-01-01T00:00:00Z"})
    assert faults(refused) == {("/state_since", "KBK3004")}
    office.update("order", made, {"name": "B"})
    assert office.stored("order", made)["state_since"] == began["state_since"]
    office.update("order", made, {"state": "lost", "reason": "x"}, by="marina")
    moved = office.stored("order", made)
    assert moved["state_since"] == moved["updated_at"] > began["state_since"]
    open_ = office.create("order", {"name": "C"}).id
    with office.workspace.read() as tx:
        ask = lambda rule: [  # noqa: E731
            i["id"] for i in read(tx, office.people["anna"], Query(entity="order", filter=rule)).items
        ]
        item = read(tx, office.people["anna"], Query(entity="order", ids=(open_,))).items[0]
        assert item["state_due"] - item["state_since"] == timedelta(days=2)
        assert ask("state_due < now()") == [] and ask("state_due < now() + P3D") == [open_]
        times = stage_times(tx, office.people["anna"], office.model.entities["order"], made)
        assert [(t.stage.name, t.visits, t.now) for t in times] == [("new", 1, False), ("lost", 1, True)]


def test_how_long_it_stood_where_is_told_to_who_may_read_the_stage_and_since_when(office):
    made = office.create("order", {"name": "A"}, by="marina").id
    entity = office.model.entities["order"]
    every = frozenset(field.uid for field in entity.fields)
    for hidden in (entity.stages.field, entity.stages.since, None):
        grant = Grant(entity=entity.uid, actions=frozenset(("read",)), fields=every - {hidden})
        role = Role(uid="reads", name="reads", solution="test", label=Label(), grants=(grant,))
        with office.workspace.read() as tx:
            altered = replace(tx, model=replace(tx.model, roles={**tx.model.roles, "reads": role}))
            actor = Actor(user=office.people["anna"].user, login="anna", roles=("reads",))
            times = stage_times(altered, actor, entity, made)
            assert [each.stage.name for each in times] == ([] if hidden else ["new"])


def test_what_came_with_a_solution_stood_in_its_first_stage_since_when_that_says(office):
    made = office.create("order", {"name": "A"}, by="marina").id
    entity = office.model.entities["order"]

    def put_back(tx: Any) -> None:
        place = tx.tables[entity.uid]
        since = place.columns[entity.stages.since].value
        tx.connection.execute(place.table.update().values({since.name: tx.now - timedelta(days=3)}))

    def spent() -> list[tuple[str, int]]:
        with office.workspace.read() as tx:
            times = stage_times(tx, office.people["anna"], entity, made)
            return [(t.stage.name, t.spent.days) for t in times]

    office.workspace.write(put_back)
    assert spent() == [("new", 3)]
    office.update("order", made, {"state": "lost", "reason": "x"}, by="marina")
    assert spent() == [("new", 3), ("lost", 0)]
    office.workspace.write(lambda tx: records.take_back(tx, office.people["marina"], "order", made))
    assert spent() == [("new", 3), ("lost", 0)]
    office.update("order", made, {"state": "lost", "reason": "x"}, by="marina")
    assert spent() == [("new", 3), ("lost", 0)]


def test_a_move_is_taken_back_with_what_it_changed_by_who_made_it_once(office):
    made = office.create("order", {"name": "A"}, by="marina").id
    since = office.stored("order", made)["state_since"]
    back = lambda who: office.workspace.write(  # noqa: E731
        lambda tx: records.take_back(tx, office.people[who], "order", made)
    )
    assert refusal(back, "marina").code == "KBK3018"
    office.update("order", made, {"state": "lost", "reason": "dear", "name": "B"}, by="marina")
    office.update("order", made, {"name": "C"}, by="anna")
    assert refusal(back, "anna").code == "KBK3018"
    back("marina")
    row = office.stored("order", made)
    assert (row["state"], row["reason"], row["name"]) == (
        office.model.entities["order"].stages.first.uid,
        None,
        "C",
    )
    assert row["state_since"] == since
    assert refusal(back, "marina").code == "KBK3018"
    office.update("order", made, {"state": "lost", "reason": "x"}, by="marina")
    office.update("order", made, {"state": "service.work"}, by="anna")
    assert refusal(back, "marina").code == "KBK3018"


def test_moves_are_open_to_roles_that_stand_above_at_any_depth():
    made = factories.model({"roles/clerk.yaml": "{name: clerk, parent: manager, grants: []}"})
    uids = {role.name: role.uid for role in made.roles.values()}

    def below(name):
        return roles_below(made, Actor(user=1, login="x", roles=(uids[name],)))

    assert below("head") == {uids["head"], uids["manager"], uids["clerk"]}
    assert below("manager") == {uids["manager"], uids["clerk"]} and below("clerk") == {uids["clerk"]}
    assert below("administrator") is None, "every role"
