"""An import that was stopped goes on where it stands, once, for who began it; taken back it does not."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import KubikError
from core.jobs.jobs import cancel_job, read_job
from core.jobs.running import Run
from core.jobs.sizes import Sizes
from core.records.importing import importer
from core.records.importing.going_on import go_on
from core.records.importing.job import start_import
from core.records.importing.keeping import errors_path
from core.records.takeback import start_take_back
from core.web.background import make_worker
from tests.core.records.conftest import Office


def work(office: Office) -> None:
    worker = make_worker(office.workspace)
    while worker.run_one():
        pass


def test_a_stopped_import_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    root = office.people["root"]
    rows = [f"Company {n},{'bad' if n % 10 == 7 else ''}" for n in range(60)]
    data = ("name,inn\n" + "\n".join(rows)).encode()
    monkeypatch.setattr(importer, "SIZES", Sizes(fewest=25, first=25, most=25))
    keep = Run.keep

    def stopping(run: Run, tx: Any, saved: Any, *, done: int, total: int | None = None) -> None:
        keep(run, tx, saved, done=done, total=total)
        if done == 25:
            cancel_job(tx, run.job.id)

    with monkeypatch.context() as once:
        once.setattr(Run, "keep", stopping)
        job = start_import(office.workspace, root, "company", data)
        work(office)
    with office.workspace.read() as tx:
        stopped = read_job(tx, job)
    assert (stopped.state, stopped.result["created"], stopped.result["refused"]) == ("cancelled", 23, 2)
    with pytest.raises(KubikError) as refusal:
        office.workspace.write(lambda tx: go_on(tx, office.people["marina"], job))
    assert refusal.value.code == "KBK2006"
    office.workspace.write(lambda tx: go_on(tx, root, job))
    work(office)
    with office.workspace.read() as tx:
        done = read_job(tx, job)
    assert (done.state, done.result["created"], done.result["refused"]) == ("done", 54, 6)
    assert len(office.rows("company")) == 54
    errors = errors_path(office.workspace, done)
    assert errors is not None and len(errors.read_text(encoding="utf-8-sig").splitlines()) == 7
    with pytest.raises(KubikError) as again:
        office.workspace.write(lambda tx: go_on(tx, root, job))
    assert again.value.code == "KBK5003"

    with monkeypatch.context() as once:
        once.setattr(Run, "keep", stopping)
        other = start_import(office.workspace, root, "company", data.replace(b"Company", b"Firm"))
        work(office)
    office.workspace.write(lambda tx: start_take_back(tx, root, other, "untouched"))
    work(office)
    with pytest.raises(KubikError) as back:
        office.workspace.write(lambda tx: go_on(tx, root, other))
    assert back.value.code == "KBK5003" and len(office.rows("company")) == 54
