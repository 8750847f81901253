"""kill -9 in the middle of a job: another process goes on with it, nothing is done twice and nothing is forgotten."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterable

import pytest

from core import query
from core.jobs.jobs import read_job
from core.jobs.running import Run, take
from core.records.erasing import begin_erasure, erase_job
from core.records.handover import Order, handover_job, handovers_of, start_handover
from core.storage.check import check_storage
from core.storage.workspace import Workspace
from tests.core.records.conftest import Office
from tests.core.records.erasing.test_erasure import EMAIL, NAME, PHONE, admin, everything, fill
from tests.core.records.erasing.test_erasure import workspace as erasable
from tests.warm import Warm

DYING = "import sys; from tests.core.records.dying import main; main(*sys.argv[1:])"
__all__ = ["erasable"]


def kill_at(warm: Warm, workspace: Workspace, job: int, writes: Iterable[int]) -> None:
    """Processes that work on the job one after the other, each killed when that many writes of it are durable."""
    for left in writes:
        done = warm.run(
            DYING,
            [
                str(workspace.settings.home),
                workspace.settings.database,
                workspace.secret_key.hex(),
                str(job),
                str(left),
            ],
        )
        assert done.status == -signal.SIGKILL, done.err
        with workspace.read() as tx:
            assert read_job(tx, job).state == "running"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_erasure_that_was_killed_goes_on_and_its_act_counts_everything_once(
    erasable: Workspace, warm: Warm
) -> None:
    fill(erasable)
    job = erasable.write(lambda tx: begin_erasure(tx, admin(tx), "contact", 1, "Заявление")).job
    kill_at(warm, erasable, job, (2, 6))
    taken = erasable.write(lambda tx: take(tx, job, "me"))
    result = erase_job(Run(erasable, taken, "me")).result
    left = everything(erasable)
    assert [trace for trace in (NAME, NAME.casefold(), PHONE) if trace.encode() in left] == []
    assert EMAIL.encode() in left  # another record, which the act names
    with erasable.read() as tx:
        acts = query.read(tx, admin(tx), query.Query(entity="erasure", fields=("id", "content"))).items
        assert [act["id"] for act in acts] == [result["act"]]
        cleared = json.loads(acts[0]["content"].text)["cleared"]
        assert (cleared["drafts"], cleared["answers"], cleared["linked"]) == (2, 1, 2)
    assert not list(check_storage(erasable))


@pytest.fixture
def changes() -> dict[str, str | None]:
    return {}


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_handover_that_was_killed_goes_on_and_hands_each_record_once(office: Office, warm: Warm) -> None:
    people = {name: actor.user or 0 for name, actor in office.people.items()}
    deals = [
        office.create("deal", {"name": f"D{n}", "owner": people["marina"]}, by="system").id for n in range(70)
    ]
    order = Order(person=people["marina"], to=(people["igor"], people["anna"]), closing=True)
    job = office.workspace.write(lambda tx: start_handover(tx, office.people["root"], order))
    kill_at(warm, office.workspace, job, (1, 2))
    taken = office.workspace.write(lambda tx: take(tx, job, "me"))
    handover_job(Run(office.workspace, taken, "me"))
    owners = [row["owner"] for row in office.rows("deal").values()]
    assert sorted((owners.count(people["igor"]), owners.count(people["anna"]))) == [35, 35]
    for deal in deals:
        assert [kind for kind, _, _ in office.journal("deal", deal)] == ["created", "updated"]
    with office.workspace.read() as tx:
        [past] = handovers_of(tx, people["marina"])
        assert past.report.handed == 70 and past.report.closed
    assert not list(check_storage(office.workspace))
