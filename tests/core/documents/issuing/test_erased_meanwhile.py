"""A document that is kept while an erasure is under way (PostgreSQL): neither of both overlooks the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core import records
from core.access.actor import system_actor
from core.access.login import load_actor
from core.automation import Documents, Ran
from core.documents.issuing import issue as issuing
from core.documents.issuing.order import Beside
from core.documents.issuing.printing import Unmade, attempt, finish
from core.documents.keeping.checking import check_documents
from core.documents.keeping.making import file_of
from core.documents.rendering import Renderers
from core.jobs.running import Run, take
from core.jobs.worker import Worker
from core.query.issued import Issued
from core.records.erasing import KIND, begin_erasure, erase_job, job
from core.records.erasing.act import write_act
from core.storage.templates import keep_template
from core.storage.workspace import Transaction, Workspace
from tests import paperwork
from tests.conftest import Databases
from tests.core.documents.issuing.pretended import MARK, Pretended
from tests.core.documents.issuing.test_issue import consecutive, issued, numbers
from tests.factories import SAMPLE, model
from tests.meanwhile import Meanwhile
from tests.sites import install, settings

INN = "7707083893"


@pytest.fixture
def workspace(fresh_database: Databases, tmp_path: Path) -> Iterator[Workspace]:
    """A company whose tax number is personal data, and a deal with it."""
    url = fresh_database("postgresql")
    company = str(SAMPLE["entities/company.yaml"]).replace("{name: inn,", "{name: inn, personal: true,")
    install(url, tmp_path, model({**paperwork.changes(), "entities/company.yaml": company}))
    made = Workspace.open(settings(url, tmp_path))

    def fill(tx: Transaction) -> None:
        for content in paperwork.TEMPLATES:
            keep_template(tx, content)
        records.create(tx, system_actor(), "company", {"name": "ООО «Ёлка»", "inn": INN})
        records.create(tx, system_actor(), "deal", {"name": "Поставка", "company": 1, "owner": MARK})
        begin_erasure(tx, load_actor(tx, 1), "company", 1, "asked for")

    made.write(fill)
    yield made
    made.close()


@pytest.fixture
def erasure(workspace: Workspace) -> Meanwhile[bool]:
    return Meanwhile(workspace, Worker(workspace, {KIND: erase_job}).run_one)


def by_button(workspace: Workspace, before_commit: Callable[[], None]) -> None:
    issued(workspace, beside=Beside(kept=lambda tx, actor, issued: before_commit()))


def by_action(workspace: Workspace, before_commit: Callable[[], None]) -> None:
    def whole(tx: Transaction, documents: Documents) -> Ran:
        ran = records.run_action(tx, load_actor(tx, MARK), "deal", 1, "bill", {}, documents=documents)
        if ran.issued:
            before_commit()
        return ran

    with pytest.raises(Unmade) as unmade:
        attempt(workspace, whole)
    finish(workspace, whole, unmade.value.drafts)


@pytest.mark.parametrize("times", [0, issuing.OPTIMISTIC], ids=["within", "before"])
@pytest.mark.parametrize("way", [by_button, by_action])
def test_an_erasure_waits_for_a_document_that_is_being_kept_and_empties_it(
    workspace: Workspace, pretended: Pretended, erasure: Meanwhile[bool], monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Workspace, Callable[[], None]], None], times: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(issuing, "OPTIMISTIC", times)
    way(workspace, erasure.begin)
    assert erasure.result()
    assert kept(workspace) == [(None, 0)] and numbers(workspace) == consecutive(1)
    assert list(check_documents(workspace)) == []


def test_a_document_that_comes_to_an_erasure_is_made_of_what_that_leaves(
    workspace: Workspace, pretended: Pretended, erasure: Meanwhile[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer: Meanwhile[Issued] = Meanwhile(workspace, lambda: issued(workspace))

    def write(*given: Any) -> int:
        act = write_act(*given)
        issuer.begin()
        return act

    monkeypatch.setattr(job, "write_act", write)
    erasure.begin()
    assert erasure.result() and issuer.result().number == consecutive(1)[0]
    ((data, files),) = kept(workspace)
    assert data is not None and INN not in str(data) and files == 1
    assert pretended.calls == 2


def test_a_format_that_is_being_made_goes_with_its_document(
    workspace: Workspace, pretended: Pretended, erasure: Meanwhile[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT") and "document_file" in statement:
            erasure.begin()

    made = issued(workspace)
    monkeypatch.setattr(Renderers, "render", lambda *_, **__: INN.encode())
    sa.event.listen(workspace.database.engine, "after_cursor_execute", begin)
    try:
        file_of(workspace, made, "docx")
    finally:
        sa.event.remove(workspace.database.engine, "after_cursor_execute", begin)
    assert erasure.result()
    assert kept(workspace) == [(None, 0)]


def test_contents_that_an_erasure_died_before_removing_are_removed_by_who_goes_on(
    workspace: Workspace, pretended: Pretended, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        """In place of a signal."""

    def die(workspace: Workspace, hashes: Sequence[str]) -> None:
        if hashes:
            raise Died

    def go_on() -> None:
        with workspace.read() as tx:
            table = tx.tables.own.job
            number = tx.connection.execute(sa.select(table.c.id).where(table.c.kind == KIND)).scalar_one()
        erase_job(Run(workspace, workspace.write(lambda tx: take(tx, number, "me")), "me"))

    issued(workspace)
    assert list(workspace.files.all())
    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(job, "clear_files", die)
        go_on()
    go_on()
    assert kept(workspace) == [(None, 0)] and not list(workspace.files.all())


def kept(workspace: Workspace) -> list[tuple[Any, int]]:
    """Of each document what it was made from, and the number of its files."""
    with workspace.read() as tx:
        own = tx.tables.own
        document, file = own.document, own.document_file
        count = (
            sa.select(sa.func.count())
            .select_from(file)
            .where(file.c.document == document.c.id)
            .scalar_subquery()
        )
        rows = tx.connection.execute(sa.select(document.c.data, count).order_by(document.c.id))
        return [(data, count) for data, count in rows]
