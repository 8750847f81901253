"""Jobs: each is done once, by one worker at a time, and is gone on with where it stopped."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from core.errors import KubikError
from core.jobs.jobs import Job, cancel_job, forget_jobs, read_job, start_job
from core.jobs.running import Run, claim
from core.jobs.worker import Handler, Outcome, Worker
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message


def start(workspace: Workspace, kind: str = "count", **more: Any) -> int:
    return workspace.write(lambda tx: start_job(tx, kind, {"to": 5}, by=7, **more))


def look(workspace: Workspace, job: int) -> Job:
    with workspace.read() as tx:
        return read_job(tx, job)


def note(tx: Transaction, key: str) -> None:
    """Something a job writes: it would fail when it were written twice."""
    tx.connection.execute(tx.tables.own.meta.insert().values(key=key, value=""))


def noted(workspace: Workspace) -> list[str]:
    with workspace.read() as tx:
        meta = tx.tables.own.meta
        return sorted(row.key for row in tx.connection.execute(meta.select()) if row.key.startswith("note"))


def counting(run: Run) -> Outcome:
    """Writes a note for each number, one a chunk."""
    run.total = run.job.parameters["to"]
    for number in range(run.saved or 0, run.job.parameters["to"]):
        run.write(lambda tx, n=number: note(tx, f"note {n}"), saved=number + 1, done=number + 1)  # type: ignore[misc]
    return Outcome(result={"counted": run.done})


def worker(workspace: Workspace, handler: Handler = counting) -> Worker:
    return Worker(workspace, {"count": handler}, poll=0.01)


def expire(workspace: Workspace, job: int) -> None:
    """As if its worker had given no sign of life for long."""
    workspace.write(
        lambda tx: tx.connection.execute(
            tx.tables.own.job.update()
            .where(tx.tables.own.job.c.id == job)
            .values(lease=tx.now - timedelta(1))
        )
    )


def test_a_job_goes_from_queued_to_done_with_its_progress_and_result(workspace: Workspace) -> None:
    job = start(workspace)
    assert look(workspace, job).state == "queued"
    assert worker(workspace).run_one()
    found = look(workspace, job)
    assert (found.state, found.done, found.total, found.result) == ("done", 5, 5, {"counted": 5})
    assert found.started_at is not None
    assert found.finished_at is not None
    assert noted(workspace) == [f"note {n}" for n in range(5)]
    assert not worker(workspace).run_one()


def test_a_job_whose_transaction_is_rolled_back_never_was(workspace: Workspace) -> None:
    def action(tx: Transaction) -> None:
        start_job(tx, "count", {}, by=None)
        raise LookupError

    with pytest.raises(LookupError):
        workspace.write(action)
    assert not worker(workspace).run_one()


def test_a_delayed_job_and_a_kind_without_handler_wait(workspace: Workspace) -> None:
    start(workspace, delay=timedelta(hours=1))
    start(workspace, "other")
    assert not worker(workspace).run_one()


def test_many_workers_take_each_job_once(workspace: Workspace) -> None:
    jobs = [start(workspace) for _ in range(20)]
    taken: list[int] = []

    def handler(run: Run) -> Outcome:
        taken.append(run.job.id)
        return Outcome()

    workers = [worker(workspace, handler) for _ in range(4)]
    threads = [threading.Thread(target=lambda w=w: [w.run_one() for _ in range(20)]) for w in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while worker(workspace, handler).run_one():
        pass
    assert sorted(taken) == jobs


def test_after_a_crash_another_goes_on_after_the_last_chunk(workspace: Workspace) -> None:
    job = start(workspace)

    def dies(run: Run) -> Outcome:
        run.write(lambda tx: note(tx, "note 0"), saved=1, done=1)
        run.write(lambda tx: note(tx, "note 1"), saved=2, done=2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        worker(workspace, dies).run_one()
    assert look(workspace, job).state == "running"
    assert not worker(workspace).run_one(), "its lease has not ended yet"
    expire(workspace, job)
    assert worker(workspace).run_one()
    found = look(workspace, job)
    assert (found.state, found.attempts, found.result) == ("done", 2, {"counted": 5})
    assert noted(workspace) == [f"note {n}" for n in range(5)]


def test_who_lost_the_lease_can_write_nothing_more(workspace: Workspace) -> None:
    job = start(workspace)

    def sleepy(run: Run) -> Outcome:
        run.write(lambda tx: note(tx, "note 0"), saved=1, done=1)
        expire(workspace, job)
        assert worker(workspace).run_one(), "another worker does the whole job meanwhile"
        run.write(lambda tx: note(tx, "note of a ghost"), saved=2, done=2)
        return Outcome(result="ghost")

    worker(workspace, sleepy).run_one()
    assert look(workspace, job).result == {"counted": 5}
    assert "note of a ghost" not in noted(workspace)


def test_a_lease_taken_again_by_the_same_worker_is_another_run(workspace: Workspace) -> None:
    job = start(workspace)
    first = claim(workspace, "same", ("count",))
    assert first is not None
    expire(workspace, job)
    assert claim(workspace, "same", ("count",)) is not None
    Run(workspace, first, "same").finish("done", result="of the first")
    assert look(workspace, job).state == "running"


def test_a_job_that_kills_its_worker_each_time_is_given_up(workspace: Workspace) -> None:
    job = start(workspace)
    for _ in range(5):
        assert claim(workspace, "dying", ("count",)) is not None
        expire(workspace, job)
    assert worker(workspace).run_one()
    assert look(workspace, job).state == "failed"


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_chunk(workspace: Workspace) -> None:
    waiting = start(workspace)
    assert workspace.write(lambda tx: cancel_job(tx, waiting)).state == "cancelled"
    running = start(workspace)

    def handler(run: Run) -> Outcome:
        run.write(lambda tx: note(tx, "note 0"), done=1)
        assert workspace.write(lambda tx: cancel_job(tx, running)).state == "running"
        run.write(lambda tx: note(tx, "note 1"), done=2)
        return Outcome()

    worker(workspace, handler).run_one()
    found = look(workspace, running)
    assert (found.state, found.done) == ("cancelled", 1)
    assert noted(workspace) == ["note 0"]
    assert workspace.write(lambda tx: cancel_job(tx, running)).state == "cancelled"


def test_a_refusal_is_told_and_an_unexpected_fault_is_not(workspace: Workspace) -> None:
    def refuses(run: Run) -> Outcome:
        raise KubikError("KBK5001", message("the file is {what}", what="torn"))

    def breaks(run: Run) -> Outcome:
        raise ZeroDivisionError("secret detail")

    told, broken = start(workspace), start(workspace)
    worker(workspace, refuses).run_one()
    worker(workspace, breaks).run_one()
    assert look(workspace, told).error == {
        "code": "KBK5001",
        "text": "the file is {what}",
        "shown": "the file is torn",
    }
    error = look(workspace, broken).error
    assert error is not None
    assert error["code"] == "KBK9000"
    assert "secret" not in str(error)


def test_a_stopped_worker_leaves_its_job_to_the_next(workspace: Workspace) -> None:
    job = start(workspace)
    began = threading.Event()

    def slow(run: Run) -> Outcome:
        began.set()
        while True:
            run.progress(run.done)
            time.sleep(0.01)

    running = worker(workspace, slow)
    running.start()
    assert began.wait(60)
    running.stop()
    assert look(workspace, job).state == "queued"
    assert worker(workspace).run_one()
    assert look(workspace, job).attempts == 1


def test_a_job_is_its_starters_and_kept_for_thirty_days(workspace: Workspace) -> None:
    job = start(workspace)
    worker(workspace).run_one()
    with workspace.read() as tx:
        assert read_job(tx, job, by=7).id == job
        for other in ({"by": 8}, {"by": 7, "job": job + 1}):
            with pytest.raises(KubikError) as caught:
                read_job(tx, **{"job": job, **other})
            assert caught.value.code == "KBK5003"
    assert workspace.write(forget_jobs) == 0
    workspace.write(
        lambda tx: tx.connection.execute(
            tx.tables.own.job.update().values(finished_at=tx.now - timedelta(days=31))
        )
    )
    assert workspace.write(forget_jobs) == 1
