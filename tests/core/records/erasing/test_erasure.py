"""Erasure: nothing of a value is left in the database or beside it, numbers and links stay, an act is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from core import query, records
from core.access.actor import Actor, system_actor
from core.access.login import load_actor
from core.errors import KubikError
from core.jobs.worker import Worker
from core.query.history import history
from core.records.drafts import keep_draft
from core.records.erasing import KIND, begin_erasure, erase_job, outline
from core.records.erasing.scrub import MARK
from core.records.importing import unfinished
from core.records.views import State, keep_preference, preferences, save_view, saved_views
from core.storage.workspace import Transaction, Workspace
from tests import sites
from tests.factories import model

NAME, PHONE, EMAIL = "Пелагея Незабудкина", "+79161234567", "pelageya@example.org"

MODEL: dict[str, str | None] = {
    "entities/contact.yaml": """
        name: contact
        label: {ru: Контакт, en: Contact}
        label_many: {ru: Контакты, en: Contacts}
        fields:
          - {name: name, type: text, required: true, personal: true}
          - {name: email, type: email, personal: true, unique: true}
          - {name: city, type: text}
          - {name: phones, type: children, of: contact_phone, through: contact}
        title: "{name}"
    """,
    "entities/contact_phone.yaml": """
        name: contact_phone
        label: {ru: Телефон, en: Phone}
        fields:
          - {name: contact, type: link, to: contact, required: true}
          - {name: phone, type: phone, required: true, personal: true}
    """,
    "entities/visit.yaml": """
        name: visit
        label: {ru: Визит, en: Visit}
        fields:
          - {name: subject, type: text, required: true}
          - {name: contact, type: link, to: contact, inverse: visits}
          - {name: who, type: text, copy: contact.name}
          - {name: note, type: long_text}
    """,
}


@pytest.fixture
def workspace(database_url: str, tmp_path: Path) -> Iterator[Workspace]:
    sites.install(database_url, tmp_path, model(MODEL))
    opened = Workspace.open(sites.settings(database_url, tmp_path))
    yield opened
    opened.close()


def admin(tx: Transaction) -> Actor:
    return load_actor(tx, 1)


def fill(workspace: Workspace) -> None:
    """A contact with a history, and copies of what it holds wherever people and the system put them."""
    me = system_actor()

    def first(tx: Transaction) -> None:
        values = {"name": NAME, "email": EMAIL, "city": "Тверь", "phones": [{"phone": PHONE}]}
        records.create(tx, me, "contact", values)
        records.create(
            tx, me, "visit", {"subject": "Встреча", "contact": 1, "note": f"Звонила {NAME.upper()}"}
        )
        records.create(tx, me, "visit", {"subject": "Чужое", "note": f"спросить {EMAIL}"})
        about = {"entity": "contact", "id": 1}
        records.create(
            tx, me, "comment", {"about": about, "text": f"{NAME}: звонить на 8 (916) 123-45-67 или {PHONE}"}
        )
        records.set_external(tx, tx.model.entities["contact"].uid, 1, EMAIL)
        keep_draft(tx, admin(tx), "d1", "contact", 1, 1, {"name": NAME})
        keep_draft(tx, admin(tx), "d2", "visit", None, None, {"note": f"про {NAME}", "subject": "ещё"})
        records.first_answer(tx, admin(tx), "key", "hash")
        records.keep_answer(
            tx, admin(tx), "key", records.Answer(status=201, headers={}, body=f'{{"name":"{NAME}"}}')
        )

    workspace.write(first)
    workspace.write(lambda tx: records.update(tx, me, "contact", 1, {"name": NAME + " младшая"}))
    workspace.write(lambda tx: records.update(tx, me, "contact", 1, {"name": NAME}))
    workspace.write(
        lambda tx: records.update(tx, me, "visit", 1, {"note": f"Ждёт {NAME}", "subject": "Встреча 2"})
    )


def erase(workspace: Workspace) -> dict[str, Any]:
    job = workspace.write(
        lambda tx: begin_erasure(tx, admin(tx), "contact", 1, "Заявление от 20.11.2026")
    ).job
    assert Worker(workspace, {KIND: erase_job}).run_one()
    with workspace.read() as tx:
        table = tx.tables.own.job
        row = tx.connection.execute(
            sa.select(table.c.state, table.c.result, table.c.error).where(table.c.id == job)
        ).one()
    assert row.state == "done", row.error
    result: dict[str, Any] = row.result
    return result


def everything(workspace: Workspace) -> bytes:
    """Every byte that is kept: of SQLite the files themselves, of PostgreSQL all rows of all tables as a dump has them."""
    if workspace.database.file is not None:
        found = (p for p in workspace.settings.home.rglob("*") if p.is_file())
        raw = b"".join(p.read_bytes() for p in found)
        return raw + b"".join(p.read_bytes() for p in workspace.database.file.parent.glob("*") if p.is_file())
    lines: list[str] = []
    with workspace.read() as tx:
        for name in sa.inspect(tx.connection).get_table_names(schema=workspace.database.schema):
            place = sa.table(name, schema=workspace.database.schema)
            statement: sa.Select[Any] = sa.select(sa.literal_column("*")).select_from(place)
            lines += [repr(tuple(row)) for row in tx.connection.execute(statement)]
    return "\n".join(lines).encode()


def test_no_byte_of_an_erased_value_is_left_while_numbers_links_and_an_act_stay(workspace: Workspace) -> None:
    fill(workspace)
    traces = [NAME, NAME.upper(), NAME.casefold(), "Незабудкина", "незабудкина", PHONE, "79161234567"]
    assert all(trace.encode() in everything(workspace) for trace in (NAME, PHONE, EMAIL))
    result = erase(workspace)
    left = everything(workspace)
    assert [trace for trace in traces if trace.encode() in left] == []
    with workspace.read() as tx:
        me = admin(tx)
        contact, _ = query.record(tx, me, "contact", 1, ("name", "email", "city", "version"))
        assert (contact["email"], contact["city"]) == (None, "Тверь")
        assert contact["name"] == "Erased"
        visit, _ = query.record(tx, me, "visit", 1, ("contact", "who", "note", "subject"))
        assert visit["contact"].id == 1 and visit["subject"] == "Встреча 2"
        assert visit["who"] is None and visit["note"] == "Ждёт ███"
        act, _ = query.record(tx, me, "erasure", result["act"])
        assert (
            act["ground"] == "Заявление от 20.11.2026" and act["done_by"].id == 1 and len(act["hash"]) == 64
        )
        assert "visit: 2" in act["act"].casefold() or "2" in act["act"]
        kinds = [item["kind"] for item in history(tx, me, "contact", 1).items]
        assert kinds == ["erased", "updated", "updated", "created"]
        feed = [item["change"] for item in query.changes(tx, me, None, ["contact"]).items]
        assert feed[-1] == "erased"
    assert (
        EMAIL.encode() in left
    )  # another record, which nobody linked: named in the act, for people to decide


def test_files_of_imports_and_exports_and_saved_views_lose_an_erased_value(
    workspace: Workspace, tmp_path: Path
) -> None:
    fill(workspace)
    home = workspace.settings.home
    imports, exports = home / "imports", home / "exports"
    imports.mkdir(parents=True, exist_ok=True)
    exports.mkdir(parents=True, exist_ok=True)
    sent = {name: tmp_path / name for name in ("named.csv", "numbers.xlsx", "others.csv")}
    sent["named.csv"].write_text(f"Имя;Город\n{NAME};Тверь\n", encoding="cp1251")
    workbook(sent["numbers.xlsx"], [["Телефон"], [int(PHONE[1:])]])
    sent["others.csv"].write_text("Имя\nОльга\n", encoding="utf-8")
    with workspace.read() as tx:
        me = admin(tx)
    waiting = {name: unfinished.begin(workspace, me, path, name, "contact") for name, path in sent.items()}
    workbook(imports / "errors-7.xlsx", [["Имя", "Причина"], [NAME, "занято"]])
    workbook(exports / "8.xlsx", [["Имя"], [NAME]])
    (exports / "9.csv").write_text("Имя\nОльга\n", encoding="utf-8")
    state = State(columns=("name",), filter=f"name = '{NAME}'")
    workspace.write(lambda tx: save_view(tx, me, "contact", f"Как {NAME}", "list", state))
    workspace.write(lambda tx: keep_preference(tx, me, "last", {"q": NAME}))
    erase(workspace)
    left = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    assert {path for path in left if path.startswith("exports/")} == {"exports/9.csv"}
    assert "imports/errors-7.xlsx" not in left
    assert [made.name for made in unfinished.mine(workspace, me)] == [waiting["others.csv"].name]
    with workspace.read() as tx:
        (view,) = saved_views(tx, me, tx.model.entities["contact"])
        assert NAME not in view.label and NAME not in (view.state.filter or "") and not view.gone
        assert preferences(tx, me, ["last"]) == {"last": {"q": MARK}}


def workbook(path: Path, lines: list[list[object]]) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in lines:
        sheet.append(line)
    book.save(path)


def test_an_erasure_wants_an_administrator_a_ground_and_something_marked(workspace: Workspace) -> None:
    fill(workspace)

    def ask(login: int, entity: str, ground: str) -> str:
        try:
            workspace.write(lambda tx: begin_erasure(tx, load_actor(tx, login), entity, 1, ground))
        except KubikError as error:
            return error.code
        return ""

    assert ask(2, "contact", "a request") == "KBK4002"
    assert ask(1, "contact", " ") == "KBK3001"
    assert ask(1, "city", "a request") == "KBK2006"
    assert ask(1, "contact", "a request") == ""
    with workspace.read() as tx:
        seen = outline(tx, tx.model.entities["contact"], 1)
        assert [(e.name, n) for e, _, n in seen.fields] == [
            ("contact", 1),
            ("contact_phone", 1),
            ("visit", 1),
        ]
    with pytest.raises(KubikError) as refused:
        workspace.write(lambda tx: records.create(tx, admin(tx), "erasure", {"ground": "mine"}))
    assert refused.value.code == "KBK3014"
