"""What follows a changed definition of stages: plans, remedies, renames, uses, and the records that are there."""

from __future__ import annotations

import copy
from typing import Any

import sqlalchemy as sa

from core.records import update
from core.solutions.apply import apply
from core.solutions.renames import follow_renames
from core.solutions.settle import settle
from core.solutions.targets import read_document, with_posted
from core.solutions.undo import plan_restore, undo
from core.solutions.uses import where_used
from core.storage.catalog import read_catalog
from core.storage.moments import bring_since
from core.storage.workspace import Workspace
from metamodel.model import Model
from metamodel.resolve import resolve
from tests.core.solutions.samples import SYSTEM, add, applied, has_field, planned, values, without, write
from tests.factories import SAMPLE, model

DEAL = SAMPLE["entities/deal.yaml"].replace(
    "- {name: won, kind: won}", "- {name: won, kind: won, required: [company, amount]}"
)
OLD = model({"entities/deal.yaml": DEAL})


def with_moves() -> Model:
    document = copy.deepcopy(dict(OLD.document))
    deal = next(e for e in document["entities"] if e["name"] == "deal")
    deal["stages"]["pipelines"][0]["moves"] = [
        {"from": ["lead"], "to": ["offer", "lost"]},
        {"from": ["offer"], "to": ["won"], "roles": ["head"], "when": "amount > 10"},
        {"from": ["offer"], "to": ["lost"], "roles": ["manager", "head"]},
    ]
    return resolve(read_document(document), 2)


TABLE = with_moves()


def changed(change: Any) -> Any:
    document = copy.deepcopy(dict(TABLE.document))
    change({kind: {i["name"]: i for i in items} for kind, items in document.items()}, document)
    return with_posted(read_document(TABLE.document), document)


def pipeline(document: Any) -> dict[str, Any]:
    found: dict[str, Any] = next(e for e in document["entities"] if e["name"] == "deal")["stages"][
        "pipelines"
    ][0]
    return found


def test_a_rename_reaches_requirements_moves_and_their_conditions() -> None:
    def change(by: Any, _: Any) -> None:
        next(f for f in by["entities"]["deal"]["fields"] if f["name"] == "amount")["name"] = "total"
        next(s for s in pipeline(_)["stages"] if s["name"] == "offer")["name"] = "proposal"
        by["roles"]["head"]["name"] = "chief"

    now = follow_renames(TABLE, changed(change)).to_json()
    assert next(s for s in pipeline(now)["stages"] if s["name"] == "won")["required"] == ["company", "total"]
    moves = pipeline(now)["moves"]
    assert moves[0]["to"] == ["proposal", "lost"]
    assert (moves[1]["from"], moves[1]["roles"], moves[1]["when"]) == (["proposal"], ["chief"], "total > 10")
    assert moves[2]["roles"] == ["manager", "chief"]


def test_what_goes_away_never_lets_more_happen() -> None:
    def change(by: Any, document: Any) -> None:
        document["roles"] = [role for role in document["roles"] if role["name"] != "head"]
        by["roles"]["manager"].pop("parent")
        fields = by["entities"]["deal"]["fields"]
        fields[:] = [f for f in fields if f["name"] != "amount"]

    document, now, breaks = settle(TABLE.document, changed(change), 3, {})
    stages = now.entities["deal"].stages
    assert stages is not None
    lead, offer, won, lost = (stages.named(name) for name in ("lead", "offer", "won", "lost"))
    assert lead and offer and won and lost
    assert {(m.sources, m.targets) for m in stages.moves} == {
        (frozenset([lead.uid]), frozenset([offer.uid, lost.uid])),
        (frozenset([offer.uid]), frozenset([lost.uid])),
    }, "the move for the role that went is gone, not open to everybody"
    assert [now.entities["deal"].by_uid[uid].name for uid in won.required] == ["company"]
    assert {(b.kind, b.target) for b in breaks} >= {("stage", "deal.won"), ("pipeline", "deal.sales")}
    assert pipeline(document.to_json())["moves"][-1]["roles"] == ["manager"]


def test_the_last_move_that_goes_leaves_an_empty_table_and_no_free_one() -> None:
    def change(by: Any, document: Any) -> None:
        pipeline(document)["moves"] = [{"from": ["offer"], "to": ["won"], "roles": ["head"]}]
        document["roles"] = [role for role in document["roles"] if role["name"] != "head"]
        by["roles"]["manager"].pop("parent")

    _, now, _ = settle(TABLE.document, changed(change), 3, {})
    stages = now.entities["deal"].stages
    assert stages is not None and stages.pipelines[0].moves == ()


def test_where_used_tells_stages_and_moves() -> None:
    assert {(u.kind, u.target) for u in where_used(TABLE, "field", "deal.amount")} >= {
        ("stage", "deal.stage.won"),
        ("pipeline", "deal.stage.sales"),
    }
    assert ("pipeline", "deal.stage.sales") in {(u.kind, u.target) for u in where_used(TABLE, "role", "head")}
    assert ("pipeline", "deal.stage.sales") in {
        (u.kind, u.target) for u in where_used(TABLE, "stage", "deal.stage.offer")
    }


def test_a_plan_counts_the_records_that_lack_what_a_stage_asks_for(workspace: Workspace) -> None:
    add(workspace, name="A", stage="offer")
    add(workspace, name="B", stage="offer", note="there")

    def change(by: Any) -> None:
        stages = by["good"]["stages"]["pipelines"][0]
        stages["stages"][1]["required"] = ["note"]
        stages["moves"] = [{"from": "fresh", "to": "sold"}]

    told = {(c.kind, c.target): c for c in planned(workspace, change).changes}
    assert told["stage", "good.stage.offer"].rows == 1
    assert told["pipeline", "good.life"].rows == 2
    assert "offer" in str(told["pipeline", "good.life"].effect)


def test_stages_that_a_configuration_brings_put_every_record_into_the_first_and_go_with_it(
    workspace: Workspace,
) -> None:
    ids = [add(workspace, "sale", count=n) for n in (1, 2)]

    def change(by: Any) -> None:
        by["sale"]["stages"] = {
            "field": "step",
            "pipelines": [{"name": "p", "stages": [{"name": "a"}, {"name": "b"}]}],
        }

    brought = applied(workspace, change)
    assert values(workspace, "sale", "step") == ["a", "a"]
    since = values(workspace, "sale", "step_since")
    assert None not in since
    workspace.write(lambda tx: update(tx, SYSTEM, "sale", ids[0], {"step": "b"}))
    undo(workspace, SYSTEM, accept_loss=True)
    assert not has_field(workspace, "sale", "step") and not has_field(workspace, "sale", "step_since")
    add(workspace, "sale", count=3)
    apply(workspace, SYSTEM, plan_restore(workspace, SYSTEM, brought).id, accept_loss=True)
    assert values(workspace, "sale", "step") == ["b", "a", "a"], (
        "what was there came back, who came since begins"
    )
    assert None not in values(workspace, "sale", "step_since")


def test_an_older_installation_gets_the_moments_from_its_journal(workspace: Workspace) -> None:
    moved = add(workspace, name="A")
    still = add(workspace, name="B")
    write(workspace, moved, stage="offer")
    with workspace.read() as tx:
        good = tx.model.entities["good"]
        assert good.stages is not None
        column = tx.tables[good.uid].columns[good.stages.since].value.name
        table = tx.tables[good.uid].table
        journal = tx.tables.own.journal
        rows = (
            sa.select(journal.c.record, journal.c.at)
            .where(journal.c.entity == good.uid)
            .order_by(journal.c.seq)
        )
        wanted = dict(tuple(row) for row in tx.connection.execute(rows))
    with workspace.database.plain.begin() as connection:
        connection.execute(sa.update(table).values({column: None}))
        for _ in range(2):  # a step may be repeated
            bring_since(connection, workspace.own)
        assert column in read_catalog(connection, table.schema).tables[table.name]
    with workspace.read() as tx:
        since = tx.tables[good.uid].columns[good.stages.since].value
        found = dict(tuple(row) for row in tx.connection.execute(sa.select(table.c.id, since)))
    assert {id: found[id] for id in (moved, still)} == {id: wanted[id] for id in (moved, still)}


def test_dropping_the_stages_drops_what_is_kept_beside_them(workspace: Workspace) -> None:
    def change(by: Any) -> None:
        by["good"].pop("stages")
        by["seller"]["grants"].pop(0)
        by["goods"]["columns"].remove("stage")
        without(by["good"])

    applied(workspace, change, accept_loss=True)
    assert not any(has_field(workspace, "good", name) for name in ("stage", "stage_since", "stage_due"))
