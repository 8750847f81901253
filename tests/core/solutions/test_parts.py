"""Parts of a solution are switched: planned, undone, kept by updates; data, API and rights stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.access.actor import system_actor
from core.errors import KubikError
from core.settings import Settings
from core.solutions import packages
from core.solutions.apply import apply
from core.solutions.source import read_solution
from core.solutions.start import find_solution, initialize
from core.solutions.undo import plan_undo
from core.storage.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return initialize(
        Settings(home=tmp_path / "home"), ("crm",), demo=False, login="admin", password="quiet harbour"
    )


def switch(workspace: Workspace, part: str, on: bool) -> list[str]:
    plan = packages.plan_part(workspace, system_actor(), "crm", part, on)
    apply(workspace, system_actor(), plan.id)
    return [f"{c.kind} {c.target}" for c in plan.changes]


def shown(workspace: Workspace) -> tuple[set[str], set[str]]:
    """The entities and the actions that are on screens."""
    with workspace.read() as tx:
        menus = [item for menu in tx.model.menus.values() for group in menu.items for item in group.items]
        entities = {tx.model.entity_by_uid[item.entity].name for item in menus if item.entity}
        return entities, {a.name for a in tx.model.actions.values() if not a.off}


def test_a_part_leaves_the_screens_and_comes_back(workspace: Workspace) -> None:
    assert "lead" in shown(workspace)[0]
    assert switch(workspace, "leads", False) == ["solution crm.leads", "menu main"]
    entities, actions = shown(workspace)
    assert "lead" not in entities and actions == {"activity_done", "bill"}
    with workspace.read() as tx:
        deal = tx.model.entities["deal"]
        assert deal.by_name["lead"].off and not deal.by_name["items"].off
        assert tx.model.entities["lead"].off and tx.model.entities["lead_phone"].off
    packages.install(workspace, system_actor(), read_solution(find_solution("crm")))
    assert "lead" not in shown(workspace)[0]  # an update keeps what was switched here
    apply(workspace, system_actor(), plan_undo(workspace, system_actor()).id)
    assert "lead" in shown(workspace)[0]
    workspace.close()


def test_switching_back_leaves_no_trace_in_an_export(workspace: Workspace) -> None:
    before = packages.solution_files(workspace, system_actor(), "crm")
    switch(workspace, "products", False)
    assert (
        "switched: {products: false}"
        in packages.solution_files(workspace, system_actor(), "crm")["solution.yaml"]
    )
    switch(workspace, "products", True)
    assert packages.solution_files(workspace, system_actor(), "crm") == before
    with pytest.raises(KubikError) as refused:
        switch(workspace, "product", False)
    assert refused.value.code == "KBK1105"
    workspace.close()
