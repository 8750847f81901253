"""The index stays what the records say: through changes of the configuration, jobs that are cut short, titles that many are found by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import records
from core.access.actor import system_actor
from core.jobs.running import Run, take
from core.query.execute import decided
from core.query.query import Query
from core.query.read import read
from core.records.indexing import following, job
from core.records.indexing.asking import INDEX
from core.records.indexing.checking import check_search
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from tests.core.query.searching.samples import COMPANIES, model_changes, write_sample
from tests.factories import SAMPLE, model

DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(params=DIALECTS)
def workspace(request, lasting_database, tmp_path) -> Iterator[Workspace]:
    """The sample of the search."""
    made = Workspace.create(
        Settings(home=tmp_path, database_url=lasting_database(request.param), time_zone="UTC")
    )
    install_model(made, model(model_changes()))
    write_sample(made)
    yield made
    made.close()


def hits(workspace: Workspace, text: str) -> tuple[str, set[int]]:
    """How a search of deals is found, and what."""
    with workspace.read() as tx:
        asked = Query(entity="deal", fields=("id",), search=text, limit=200)
        decision = decided(tx, system_actor(), asked)
        assert decision is not None
        return decision.how.mode, {item["id"] for item in read(tx, system_actor(), asked).items}


def queued(workspace: Workspace) -> list[int]:
    with workspace.read() as tx:
        jobs = tx.tables.own.job
        found = jobs.c.kind == INDEX, jobs.c.state == "queued"
        return list(tx.connection.execute(jobs.select().with_only_columns(jobs.c.id).where(*found)).scalars())


def begun(workspace: Workspace, number: int, worker: str) -> Run:
    return Run(workspace, workspace.write(lambda tx: take(tx, number, worker)), worker)


def test_another_configuration_makes_the_index_anew_and_texts_are_looked_through_meanwhile(workspace):
    mode, lost = hits(workspace, "василькам")
    assert (mode, bool(lost)) == ("asked", True)
    changed = dict(model_changes())
    changed["entities/deal.yaml"] = str(changed["entities/deal.yaml"]).replace(
        "{name: lost_reason, type: text,", "{name: lost_reason, type: text, search: false,"
    )
    install_model(workspace, model(changed, version=2))
    assert hits(workspace, "василькам") == ("scan", set())
    assert hits(workspace, "стеллаж")[0] == "scan"
    assert list(check_search(workspace)) == [], "what the next worker makes is no fault"
    job.keep_index(workspace)
    (number,) = queued(workspace)
    begun(workspace, number, "none").finish("failed", error=None, code="KBK9000")
    assert len(list(check_search(workspace))) == 1, "unless it cannot"
    job.keep_index(workspace)
    (number,) = queued(workspace)
    job.index_job(begun(workspace, number, "one"))
    assert hits(workspace, "василькам") == ("asked", set())
    assert hits(workspace, "стеллажами")[1]
    assert list(check_search(workspace, whole=True)) == []


def test_a_field_more_that_nobody_filled_needs_no_other_index(workspace):
    changed = dict(model_changes())
    changed["entities/company.yaml"] = SAMPLE["entities/company.yaml"].replace(
        "{name: notes, type: long_text}",
        "{name: notes, type: long_text}\n          - {name: remark, type: text}",
    )
    with workspace.read() as tx:
        before = tx.searched[tx.model.entities["company"].uid].generation
    install_model(workspace, model(changed, version=2))
    with workspace.read() as tx:
        place = tx.searched[tx.model.entities["company"].uid]
        assert (place.generation, place.ready) == (before, True)
    workspace.write(lambda tx: records.update(tx, system_actor(), "company", 1, {"remark": "Заметка"}))
    with workspace.read() as tx:
        asked = Query(entity="company", fields=("id",), search="заметки")
        assert [item["id"] for item in read(tx, system_actor(), asked).items] == [1]


def test_a_job_that_is_cut_short_goes_on_where_it_was(workspace, monkeypatch):
    monkeypatch.setattr(job, "BATCH", 7)
    before = hits(workspace, "поставка")[1]
    job.rebuild(workspace)
    (number,) = queued(workspace)
    run = begun(workspace, number, "one")
    chunks = 0
    kept = run.write

    def dying(action, **more):
        nonlocal chunks
        chunks += 1
        if chunks == 4:
            raise RuntimeError("the process is gone")
        return kept(action, **more)

    monkeypatch.setattr(run, "write", dying)
    with pytest.raises(RuntimeError):
        job.index_job(run)
    assert hits(workspace, "поставка") == ("scan", before)
    job.index_job(begun(workspace, number, "two"))
    assert hits(workspace, "поставка") == ("asked", before)
    assert list(check_search(workspace, whole=True)) == []


def test_what_many_are_found_by_is_renamed_by_a_job(workspace, monkeypatch):
    monkeypatch.setattr(following, "AT_ONCE", 2)
    monkeypatch.setattr(job, "AT_ONCE", 4)
    before = hits(workspace, "яндекс")[1]
    with workspace.read() as tx:
        name = COMPANIES[8]
        company = read(tx, system_actor(), Query(entity="company", fields=("id",), search=name)).items[0][
            "id"
        ]
    workspace.write(lambda tx: records.update(tx, system_actor(), "company", company, {"name": "Северсталь"}))
    (number,) = queued(workspace)
    job.index_job(begun(workspace, number, "one"))
    assert (hits(workspace, "яндекс")[1], hits(workspace, "северсталь")[1]) == (set(), before)


def test_a_missing_row_is_told_and_made_anew(workspace):
    with workspace.read() as tx:
        place = tx.searched[tx.model.entities["deal"].uid]
    gone = min(hits(workspace, "стеллаж")[1])
    workspace.write(lambda tx: tx.connection.execute(place.table.delete().where(place.table.c.id == gone)))
    assert gone not in hits(workspace, "стеллаж")[1]
    (fault,) = check_search(workspace)
    assert str(gone) in str(fault)
    job.rebuild(workspace)
    job.run_index(workspace)
    assert gone in hits(workspace, "стеллаж")[1]
    assert list(check_search(workspace, whole=True)) == []
