"""kill -9 at every step of an apply: the old or the new version whole, nothing acknowledged lost, apply runs again."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.solutions.apply import apply
from core.storage.catalog import read_catalog
from core.storage.check import check_storage
from core.storage.indexes import PREFIX
from core.storage.workspace import Workspace
from tests.core.solutions.samples import (
    SYSTEM,
    add,
    field_of,
    has_field,
    planned,
    values,
    version,
    write,
)
from tests.warm import Warm

CHILD = """
import os, signal, sys
from pathlib import Path
from core.solutions.apply import apply
from core.storage.workspace import Workspace
from tests.core.solutions.samples import SYSTEM, settings_for

url, home, plan, stop = sys.argv[1:]
workspace = Workspace.open(settings_for(url, Path(home)))
count = 0

def step(name):
    global count
    print(name, flush=True)
    if name.startswith(stop) or str(count) == stop:
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1

apply(workspace, SYSTEM, plan, accept_loss=True, step=step)
"""


def change(by: dict[str, Any]) -> None:
    """Everything at once: another type, a unique rule, a stage that goes away, a new field, a new entity, a tree."""
    field_of(by["good"], "note").update(type="integer")
    field_of(by["good"], "code").update(unique=True)
    stages = by["good"]["stages"]["pipelines"][0]["stages"]
    stages[:] = [s for s in stages if s["name"] != "offer"]
    by["good"]["fields"].append({"name": "weight", "type": "decimal", "indexed": True})
    by["good"]["tree"] = "above"
    by["sale"]["fields"].append({"name": "place", "type": "link", "to": "good"})


KilledAt = Callable[[str, int | str], tuple[bool, list[str]]]


@pytest.fixture
def killed_at(warm: Warm, shop_url: str, tmp_path: Path) -> KilledAt:
    """Whether a process that applies a plan was killed at a step (a number or a name), and the steps it made."""

    def killed(plan: str, stop: int | str) -> tuple[bool, list[str]]:
        done = warm.run(CHILD, [shop_url, str(tmp_path), plan, str(stop)])
        assert done.status in (0, -signal.SIGKILL), done.err
        return done.status != 0, done.out.split("\n")[:-1]

    return killed


def assert_whole(workspace: Workspace, old: int) -> None:
    """The version in force is one of the two, and the database is all that it says, bound by no other rule."""
    assert list(check_storage(workspace)) == []
    with workspace.read() as tx:
        if tx.model.version == old:
            assert "weight" not in tx.model.entities["good"].by_name
        else:
            assert tx.model.version == old + 1 and "weight" in tx.model.entities["good"].by_name
    if version(workspace) == old:
        assert values(workspace, "good", "note")[0] == "15"
        assert values(workspace, "good", "stage")[0] == "offer"
    else:
        assert values(workspace, "good", "note")[0] == 15
        assert values(workspace, "good", "stage")[0] == "fresh"


def test_a_process_killed_at_any_step_leaves_a_whole_version_and_apply_goes_on(
    killed_at: KilledAt, workspace: Workspace
) -> None:
    write(workspace, 1, note="15", stage="offer")
    write(workspace, 2, note="16")
    old = version(workspace)
    plan = planned(workspace, change).id
    stop, steps, written = 0, [], 2
    while True:
        killed, made = killed_at(plan, stop)
        steps += made
        assert_whole(workspace, old)
        if not killed or version(workspace) != old:
            break
        add(workspace, name=f"Во время {written}", code=f"B-{written}", note=str(100 + written))
        written += 1
        # What is durable is not made again, so each process is stopped at its first new step; those inside the switch
        # are rolled back and begin again.
        stop = stop + 1 if made[-1].startswith("switch") else 1
    assert version(workspace) == old + 1
    assert {"switching", "switch indexes", "switch views", "switch stored"} <= set(steps)
    notes = values(workspace, "good", "note")
    assert len(notes) == written and notes[:2] == [15, 16] and None not in notes
    assert apply(workspace, SYSTEM, plan) == old + 1


@pytest.mark.parametrize("stop", ["begun", "columns", "copied", "index", "switching", "switch stored"])
def test_after_a_kill_another_plan_may_be_made_and_applied_instead(
    stop: str, killed_at: KilledAt, workspace: Workspace
) -> None:
    write(workspace, 1, note="15")

    def retype(by: dict[str, Any]) -> None:
        field_of(by["good"], "note").update(type="integer", indexed=True)

    first = planned(workspace, retype)
    killed, made = killed_at(first.id, stop)
    assert killed and made[-1].startswith(stop)
    write(workspace, 1, note="16")
    second = planned(workspace, retype)
    apply(workspace, SYSTEM, second.id)
    assert values(workspace, "good", "note") == [16, None]


def test_a_rule_of_a_plan_that_was_killed_binds_nobody_once_another_change_is_applied(
    killed_at: KilledAt, workspace: Workspace
) -> None:
    plan = planned(workspace, lambda by: field_of(by["good"], "code").update(unique=True))
    killed, _ = killed_at(plan.id, "switching")
    assert killed
    other = planned(workspace, lambda by: by["good"]["fields"].append({"name": "place", "type": "text"}))
    apply(workspace, SYSTEM, other.id)
    add(workspace, name="Вторая", code="A-1")
    assert has_field(workspace, "good", "place")
    with workspace.read() as tx:
        found = read_catalog(tx.connection, tx.tables.schema).indexes
        assert all(index.whole for name, index in found.items() if name.startswith(PREFIX))
