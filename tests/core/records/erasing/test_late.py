"""What is copied from a record while it is being erased, into places that were looked through already, goes with the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import query, records
from core.access.actor import system_actor
from core.errors import KubikError
from core.jobs.jobs import start_job
from core.jobs.running import Run, take
from core.jobs.worker import Worker
from core.query import Query
from core.query.exporting.job import export_job, start_export
from core.query.exporting.reading import begin_export
from core.query.exporting.writing import Manner
from core.records.comments import add_comment
from core.records.drafts import drafts_of, keep_draft
from core.records.erasing import KIND, begin_erasure, erase_job, job
from core.records.erasing.scrub import MARK
from core.records.importing import unfinished
from core.records.views import State, keep_preference, save_view
from core.storage.workspace import Transaction, Workspace
from tests.core.records.erasing.test_erasure import NAME, PHONE, admin, everything, workbook

Copy = Callable[[Transaction], object]


def erase_with(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[], object],
    ground: str = "asked for",
) -> None:
    """An erasure in whose middle something happens: every place was looked through, the record is as it was."""
    before = job._look_elsewhere

    def look(run: Run, erasing: job._Erasing) -> None:
        before(run, erasing)
        meanwhile()

    monkeypatch.setattr(job, "_look_elsewhere", look)
    workspace.write(lambda tx: begin_erasure(tx, admin(tx), "contact", 1, ground))
    assert Worker(workspace, {KIND: erase_job}).run_one()
    with workspace.read() as tx:
        own = tx.tables.own.job
        assert set(tx.connection.execute(sa.select(own.c.state).where(own.c.kind == KIND)).scalars()) == {
            "done"
        }


def left(workspace: Workspace) -> list[str]:
    found = everything(workspace)
    return [each for each in (NAME, NAME.upper(), PHONE, PHONE[1:]) if each.encode() in found]


def a_draft(tx: Transaction) -> None:
    keep_draft(tx, admin(tx), "late", "contact", 1, 3, {"email": NAME})
    keep_draft(tx, admin(tx), "other", "visit", None, None, {"note": f"про {NAME}"})


def an_answer(tx: Transaction) -> None:
    records.first_answer(tx, admin(tx), "late", "hash")
    kept = records.Answer(status=200, headers={}, body=f'{{"name":"{NAME}"}}')
    records.keep_answer(tx, admin(tx), "late", kept)


def a_view(tx: Transaction) -> None:
    save_view(
        tx, admin(tx), "contact", f"Как {NAME}", "list", State(columns=("name",), filter=f"name = '{NAME}'")
    )


def a_comment(tx: Transaction) -> None:
    add_comment(tx, admin(tx), "contact", 1, f"{NAME}: {PHONE}")


def a_text_of_a_linked_record(tx: Transaction) -> None:
    records.update(tx, system_actor(), "visit", 1, {"note": f"Снова {NAME}"})


def a_comment_and_another_text(tx: Transaction) -> None:
    for text in (NAME, "Снова"):
        records.update(tx, system_actor(), "comment", 1, {"text": text})


def a_linked_record(tx: Transaction) -> None:
    records.create(tx, system_actor(), "visit", {"subject": NAME, "contact": 1})


def a_job(tx: Transaction) -> None:
    start_job(tx, "unheard of", {"note": NAME}, by=1)


def a_preference(tx: Transaction) -> None:
    keep_preference(tx, admin(tx), "late", {"q": NAME})


COPIES = [
    a_draft, an_answer, a_view, a_comment, a_text_of_a_linked_record, a_comment_and_another_text,
    a_linked_record, a_job, a_preference,
]  # fmt: skip


@pytest.mark.parametrize("copy", COPIES, ids=lambda each: each.__name__)
def test_what_is_copied_into_a_place_that_was_looked_through_goes_too(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch, copy: Copy
) -> None:
    erase_with(copied, monkeypatch, lambda: copied.write(copy))
    assert left(copied) == []


def test_files_of_tables_that_come_meanwhile_go_too_and_those_without_a_value_stay(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = copied.settings.home

    def meanwhile() -> None:
        (home / "exports").mkdir(exist_ok=True)
        workbook(home / "exports" / "8.xlsx", [["Имя"], [NAME]])
        (home / "exports" / "9.csv").write_text("Имя\nОльга\n", encoding="utf-8")
        (tmp_path / "sent.csv").write_text(f"Имя\n{NAME}\n", encoding="utf-8")
        with copied.read() as tx:
            me = admin(tx)
        unfinished.begin(copied, me, tmp_path / "sent.csv", "sent.csv", "contact")

    erase_with(copied, monkeypatch, meanwhile)
    assert [each.name for each in (home / "exports").iterdir()] == ["9.csv"]
    assert unfinished.folders(copied) == []


def test_an_export_amid_which_something_is_erased_is_made_anew(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erase() -> None:
        copied.write(lambda tx: begin_erasure(tx, admin(tx), "contact", 1, "asked for"))
        assert Worker(copied, {KIND: erase_job}).run_one()

    begun: list[int] = []

    def begin(*given: object) -> object:
        begun.append(1)
        if len(begun) == 1:
            erase()
        return begin_export(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("core.query.exporting.job.begin_export", begin)
    monkeypatch.setattr(job, "compact", lambda _: True)  # it would wait for the export, which reads
    query = Query(entity="contact", fields=("name", "city"))
    number = copied.write(lambda tx: start_export(tx, admin(tx), query, "csv", Manner(), 1))
    taken = copied.write(lambda tx: take(tx, number, "me"))
    result = export_job(Run(copied, taken, "me")).result
    (made,) = (copied.settings.home / "exports").iterdir()
    written = made.read_text(encoding="utf-8-sig")
    assert len(begun) == 2 and result["rows"] == 1
    assert "Тверь" in written and NAME not in written


def test_a_form_that_was_opened_before_an_erasure_is_not_kept_as_a_draft_any_more(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_with(copied, monkeypatch, lambda: None)
    with pytest.raises(KubikError) as refused:
        copied.write(lambda tx: keep_draft(tx, admin(tx), "late", "contact", 1, 3, {"name": NAME}))
    assert refused.value.code == "KBK3009"
    with copied.read() as tx:
        contact = tx.tables[tx.model.entities["contact"].uid].table
        version = tx.connection.execute(sa.select(contact.c.version).where(contact.c.id == 1)).scalar_one()
    copied.write(lambda tx: keep_draft(tx, admin(tx), "new", "contact", 1, version, {"city": "Псков"}))
    with copied.read() as tx:
        assert "new" in {each.key for each in drafts_of(tx, admin(tx))}
    assert left(copied) == []


def test_a_ground_that_names_the_person_is_kept_without_the_name(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_with(copied, monkeypatch, lambda: None, ground=f"{NAME} просит")
    assert left(copied) == []
    with copied.read() as tx:
        (act,) = query.read(tx, admin(tx), Query(entity="erasure", fields=("ground",))).items
    assert act["ground"] == f"{MARK} просит"
