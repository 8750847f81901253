"""Saved reports: kept by uids, shared with roles, opened without what is gone or hidden, told so."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from core import records
from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.query.pivot.pivot import pivot
from core.records.reports import (
    ReportState,
    defined_reports,
    delete_report,
    open_report,
    rename_report,
    save_report,
    save_report_state,
    saved_report,
    saved_reports,
    share_report,
)
from core.records.views import saved_views
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from metamodel.model import Model
from metamodel.reports import ReportChart
from tests import factories

REPORT = """
    name: by_margin
    label: By margin
    entity: deal
    rows: [stage, "closes_on:month"]
    columns: [{field: margin, by: 100}]
    values: [sum(margin), sum(amount), activities.result]
    filter: "margin > 0"
    chart: {kind: stacked, value: 1}
""".replace("activities.result", "{aggregate: count, field: activities}")
STATE = ReportState(
    rows=("company.city", "closes_on:month"), columns=("stage",),
    values=("count", "sum(items.quantity)", "count(activities)"), filter="company.vip AND stage = 'won'",
    chart=ReportChart(kind="bar", value=2),
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("home")
    made = Workspace.create(Settings(home=home, database_url=f"sqlite:///{home}/a.db", time_zone="UTC"))
    install_model(made, factories.model({"reports/by_margin.yaml": REPORT}))
    made.write(records.sync_roles)
    yield made
    made.close()


def the_model(workspace: Workspace) -> Model:
    with workspace.read() as tx:
        return tx.model


def person(model: Model, user: int, *roles: str) -> Actor:
    return Actor(user=user, login=f"u{user}", roles=tuple(model.roles[name].uid for name in roles))


def test_a_saved_report_follows_renames_is_shared_and_opens_without_what_is_gone(
    workspace: Workspace,
) -> None:
    model = the_model(workspace)
    anna, boris, other = person(model, 1, "head"), person(model, 2, "manager"), person(model, 3)
    uid = workspace.write(lambda tx: save_report(tx, anna, "deal", " Won  by city ", STATE))
    with workspace.read() as tx:
        found = saved_report(tx, anna, uid)
        assert found.label == "Won by city" and found.state == STATE and found.mine and found.wrong == ()
        assert saved_views(tx, anna, tx.model.entities["deal"]) == ()
        assert saved_reports(tx, boris) == () and saved_reports(tx, other) == ()
        with pytest.raises(KubikError) as hidden:
            saved_report(tx, boris, uid)
        assert hidden.value.code == "KBK2006"
        deal = model.entities["deal"]
        company = model.entities["company"]
        renamed = replace(
            deal,
            fields=tuple(
                replace(f, name="firm") if f.name == "company" else f
                for f in deal.fields
                if f.name != "items"
            ),
        )
        activity = model.entities["activity"]
        moved = replace(
            activity,
            fields=tuple(replace(f, inverse="tasks") if f.name == "deal" else f for f in activity.fields),
        )
        tx.model = replace(
            model, entities={**model.entities, "deal": renamed, "activity": moved, "company": company}
        )
        now = saved_report(tx, anna, uid)
        assert now.state.rows == ("firm.city", "closes_on:month")
        assert (
            now.state.values == ("count", "count(tasks)") and now.state.filter == "firm.vip AND stage = 'won'"
        )
        assert now.state.chart == ReportChart(kind="bar", value=1) and len(now.wrong) == 1

    everybody = (model.roles["manager"].uid, model.roles["head"].uid)
    workspace.write(lambda tx: share_report(tx, anna, uid, everybody[1:]))
    with pytest.raises(KubikError):
        workspace.write(lambda tx: share_report(tx, boris, uid, everybody))
    workspace.write(lambda tx: share_report(tx, anna, uid, everybody))
    with workspace.read() as tx:
        shared = saved_report(tx, boris, uid)
        assert not shared.mine and [r.uid for r in saved_reports(tx, boris)] == [uid]
        assert shared.opened(tx.model, grants_of(tx.model, boris)).wrong == ()
    for change in (
        lambda tx: rename_report(tx, boris, uid, "mine"), lambda tx: save_report_state(tx, boris, uid, STATE),
        lambda tx: delete_report(tx, boris, uid),
    ):  # fmt: skip
        with pytest.raises(KubikError) as refused:
            workspace.write(change)
        assert refused.value.code == "KBK4002"
    workspace.write(lambda tx: delete_report(tx, anna, uid))
    with workspace.read() as tx:
        assert saved_reports(tx, anna) == ()


def test_nothing_is_saved_that_its_owner_may_not_ask_for(workspace: Workspace) -> None:
    nobody = person(the_model(workspace), 4, "manager")
    for state in (
        ReportState(rows=("nothing",)), ReportState(values=("sum(name)",)), ReportState(filter="nothing = 1"),
        ReportState(chart=ReportChart(kind="bar", value=1)), ReportState(rows=("stage:month",)),
        ReportState(values=()),
    ):  # fmt: skip
        with pytest.raises(KubikError):
            workspace.write(partial(save_report, actor=nobody, entity="deal", label="A", state=state))
    with pytest.raises(KubikError) as unknown:
        workspace.write(
            lambda tx: save_report(tx, person(the_model(workspace), 5), "deal", "A", ReportState())
        )
    assert unknown.value.code == "KBK2006"


def test_a_defined_report_opens_without_what_its_reader_may_not_see(workspace: Workspace) -> None:
    model = the_model(workspace)
    with workspace.read() as tx:
        anna, boris = person(model, 1, "head"), person(model, 2, "manager")
        (report,) = defined_reports(model, anna)
        whole = open_report(model, grants_of(model, anna), report)
        assert whole.wrong == () and whole.state.columns == ("margin:100",)
        assert whole.state.values == ("sum(margin)", "sum(amount)", "count(activities)")
        assert defined_reports(model, person(model, 3)) == () and len(defined_reports(model, boris)) == 1
        hidden = frozenset({model.entities["deal"].by_name["margin"].uid})
        narrow = replace(
            model.roles["manager"],
            grants=tuple(
                replace(g, fields=g.fields and g.fields - hidden) for g in model.roles["manager"].grants
            ),
        )
        less = replace(model, roles={**model.roles, "manager": narrow})
        opened = open_report(less, grants_of(less, boris), report)
        assert opened.state.columns == () and opened.state.filter is None
        assert opened.state.values == ("sum(amount)", "count(activities)")
        assert opened.state.chart == ReportChart(kind="stacked", value=0) and len(opened.wrong) == 3
        assert pivot(tx, boris, opened.state.query("deal")).grand_total == [None, 0]
