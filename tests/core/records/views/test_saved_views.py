"""Saved views: whose they are, who sees which, what is kept of them through renames; preferences are one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.errors import KubikError
from core.records import views
from core.records.reports import ReportState, save_report
from core.records.views import Shade, State
from core.records.views.lasting import named_path, named_text
from core.records.views.state import lasting, today
from metamodel.expression.types import BOOLEAN
from tests import factories
from tests.core.records.asserting import refusal

MINE = State(
    columns=("name", "company.city", "amount"), filter="stage = 'offer' AND owner = me", sort=("-amount", "name"),
    group=("stage", "-closes_on:quarter"), totals=("amount", "closes_on:max"),
    shades=(
        Shade(color="red", column="closes_on", when="closes_on < today()"),
        Shade(color="amber", column="amount", value="amount", start="0", end="1000"),
    ),
)  # fmt: skip


def call(office: Any, who: str, what: Any, *given: Any) -> Any:
    return office.workspace.write(lambda tx: what(tx, office.people[who], *given))


def seen(office: Any, who: str) -> dict[str, views.SavedView]:
    with office.workspace.read() as tx:
        found = views.saved_views(tx, office.people[who], office.model.entities["deal"])
        return {view.uid: view for view in found}


def test_a_view_is_read_as_it_was_saved_by_its_owner_and_nobody_else(office):
    uid = call(office, "marina", views.save_view, "deal", "  My   offers ", "list", MINE)
    (view,) = seen(office, "marina").values()
    assert (view.label, view.state, view.mine, view.gone) == ("My offers", MINE, True, frozenset())
    for other in ("igor", "anna", "root"):
        assert seen(office, other) == {}
        attempts: tuple[tuple[Any, ...], ...] = (
            (views.rename_view, "deal", uid, "x"), (views.delete_view, "deal", uid), (views.save_state, "deal", uid, MINE),
            (views.share_view, "deal", uid, []),
        )  # fmt: skip
        for refused in attempts:
            assert refusal(call, office, other, *refused).code == "KBK2006", "as one that does not exist"


def test_a_view_is_shared_with_roles_held_or_below_and_stays_its_owners(office):
    roles = {name: role.uid for name, role in office.model.roles.items()}
    mine = call(office, "marina", views.save_view, "deal", "Of managers", "list", MINE)
    assert refusal(call, office, "marina", views.share_view, "deal", mine, [roles["head"]]).code == "KBK4002"
    call(office, "marina", views.share_view, "deal", mine, [roles["manager"]])
    assert [v.mine for v in seen(office, "igor").values()] == [False]
    assert seen(office, "anna") == {}
    assert refusal(call, office, "igor", views.rename_view, "deal", mine, "x").code == "KBK4002"
    assert refusal(call, office, "igor", views.delete_view, "deal", mine).code == "KBK4002"
    hers = call(office, "anna", views.save_view, "deal", "Of all", "list", MINE)
    call(office, "anna", views.share_view, "deal", hers, [roles["manager"], roles["head"]])
    assert set(seen(office, "igor")) == {mine, hers}
    call(office, "anna", views.share_view, "deal", hers, [])
    assert set(seen(office, "igor")) == {mine}


NO_MARGIN = {
    "roles/manager.yaml": "\n".join(
        line for line in factories.SAMPLE["roles/manager.yaml"].splitlines() if "[show]" not in line
    )
}


@pytest.mark.parametrize("changes", [NO_MARGIN])
@pytest.mark.parametrize(
    "state",
    [
        replace(MINE, columns=("name", "margin"), filter=None),
        replace(MINE, filter="margin > 1"),
        replace(MINE, sort=("margin",)),
        replace(MINE, group=("nothing",)),
        replace(MINE, shades=(Shade(color="red", when="margin > 1"),)),
        replace(MINE, shades=(Shade(color="red", column="amount", value="amount", start="x", end="1"),)),
        replace(MINE, columns=()),
        replace(MINE, filter="amount >"),
    ],
)
def test_what_its_owner_may_not_use_is_not_saved(office, state):
    with pytest.raises(KubikError) as found:
        call(office, "igor", views.save_view, "deal", "x", "list", state)
    assert found.value.status in (400, 422)


def test_renames_are_followed_and_what_is_gone_is_told(office):
    entity = office.model.entities["deal"]
    kept = lasting(office.model, entity, MINE)
    assert today(office.model, entity, kept) == (MINE, frozenset())
    fields = tuple(
        replace(f, name={"amount": "price", "stage": "step"}.get(f.name, f.name)) for f in entity.fields
    )
    renamed = replace(entity, name="offer", fields=fields)
    others = {name: each for name, each in office.model.entities.items() if name != "deal"}
    state, gone = today(replace(office.model, entities={**others, "offer": renamed}), renamed, kept)
    assert (state.filter, state.sort, state.group, gone) == (
        "step = 'offer' AND owner = me", ("-price", "name"), ("step", "-closes_on:quarter"), frozenset(),
    )  # fmt: skip
    assert named_path(entity, office.model, "gone.gone") is None
    assert named_text(entity, office.model, "u_gone = 1", BOOLEAN) is None
    state, gone = today(
        office.model, entity, {**kept, "columns": ["gone", *kept["columns"]], "filter": "u_gone = 1"}
    )
    assert gone == {"columns", "filter"}
    assert (state.columns, state.filter) == (MINE.columns, None)


def test_views_are_arranged_and_counted(office):
    uids = [call(office, "igor", views.save_view, "deal", f"V{n}", "list", MINE) for n in range(3)]
    call(office, "igor", views.arrange_views, "deal", [uids[2], "nothing", uids[0]])
    assert list(seen(office, "igor")) == [uids[2], uids[0], uids[1]]
    call(office, "igor", views.delete_view, "deal", uids[2])
    assert list(seen(office, "igor")) == [uids[0], uids[1]]


def test_reports_do_not_count_among_views(office, monkeypatch):
    monkeypatch.setattr("core.records.views.service.MOST", 1)
    call(office, "anna", save_report, "deal", "Sums", ReportState())
    call(office, "anna", views.save_view, "deal", "Mine", "list", MINE)
    another = refusal(call, office, "anna", views.save_view, "deal", "One more", "list", MINE)
    assert another.code == "KBK2000"


def test_preferences_are_ones_own(office):
    call(office, "igor", views.keep_preference, "list:x", {"widths": {"name": 200}})
    call(office, "igor", views.keep_preference, "list:x", {"widths": {"name": 300}})
    with office.workspace.read() as tx:
        assert views.preferences(tx, office.people["igor"], ["list:x", "none"]) == {
            "list:x": {"widths": {"name": 300}}
        }
        assert views.preferences(tx, office.people["marina"], ["list:x"]) == {}
    call(office, "igor", views.keep_preference, "list:x", None)
    with office.workspace.read() as tx:
        assert views.preferences(tx, office.people["igor"], ["list:x"]) == {}
    assert refusal(call, office, "igor", views.keep_preference, "k", "x" * 9000).status in (400, 422)
