"""One table into several linked entities: what is found, made, split, refused, marked, dated, and taken back whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core import records
from core.access.actor import Actor
from core.errors import KubikError
from core.jobs.jobs import read_job
from core.records.importing.formats import open_source
from core.records.importing.job import run_import
from core.records.importing.keeping import errors_path
from core.records.importing.preview import preview
from core.records.importing.recipe import Recipe, read_recipe
from core.records.importing.recognise.found import recognise
from core.records.importing.suggest import suggest
from core.records.marks import origins
from core.records.takeback import run_take_back
from core.storage.workspace import Transaction
from tests import factories
from tests.core.records.conftest import Office
from tests.core.records.takeback.test_takeback import picture

CHANGES: dict[str, str | None] = {
    "entities/call.yaml": """
        name: call
        label: Call
        fields:
          - {name: phone, type: phone, required: true}
          - {name: company, type: link, to: company, inverse: calls}
    """,
    "roles/manager.yaml": factories.SAMPLE["roles/manager.yaml"].rstrip()
    + """
          - {entity: company, actions: [import], fields: all}
          - {entity: deal, actions: [import], rows: "owner = me", check: "owner = me"}
    """,
}

FILE = (
    "Клиент;ИНН;Телефоны;Менеджер;Сделка;Сумма\r\n"
    'ООО Ромашка;7707083893;"8 (495) 123-45-67, 89161112233";Marina;Стеллажи;"1 200,50"\r\n'
    "ООО Ромашка;7707083893;;Igor;Краны;300\r\n"
    "Ёлка;7707083894;;Ivan;Ели;1\r\n"
    "Acme;7707083895;;Marina;Плохая;много\r\n"
    "Beta;12;;Marina;Иная;2\r\n"
)

RECIPE: dict[str, Any] = {
    "targets": [
        {"entity": "company", "mode": "upsert", "keys": ["inn"],
         "fields": [{"column": "Клиент", "field": "name"}, {"column": "ИНН", "field": "inn"}]},
        {"entity": "call", "each": "Телефоны", "split": ",", "fields": [{"column": "Телефоны", "field": "phone"}],
         "links": [{"field": "company", "target": "company"}]},
        {"entity": "deal", "links": [{"field": "company", "target": "company"}], "defaults": [{"field": "source", "value": "call"}],
         "fields": [{"column": "Сделка", "field": "name"}, {"column": "Сумма", "field": "amount"},
                    {"column": "Менеджер", "field": "owner", "match": "words"}]},
    ],
    "language": "ru",
}  # fmt: skip


@pytest.fixture
def changes() -> dict[str, str | None]:
    return CHANGES


def run(office: Office, tmp_path: Path, text: str, recipe: dict[str, Any], by: str = "root") -> Any:
    file = tmp_path / "table.csv"
    file.write_bytes(text.encode("cp1251"))
    return run_import(
        office.workspace, office.people[by], "", file, name="table.csv", recipe=read_recipe(recipe)
    )


def test_a_table_becomes_linked_records_and_goes_as_if_it_had_never_been(
    office: Office, tmp_path: Path
) -> None:
    acme = office.create("company", {"name": "Was Acme", "inn": "7707083893", "city": "Omsk"})
    for name in ("Ivan Petrov", "Ivan Sidorov"):
        office.create("user", {"login": name.lower().replace(" ", "."), "name": name})
    before = picture(office)
    report = run(office, tmp_path, FILE, RECIPE)
    assert (report.total, report.created, report.refused) == (5, 2, 3)
    assert report.made == {"company": [0, 1, 0], "call": [2, 0, 0], "deal": [2, 0, 0]}
    assert [(e.line, e.column, e.code) for e in report.errors] == [
        (4, "Менеджер", "KBK3005"), (5, "Сумма", "KBK3002"), (6, "ИНН", "KBK3003"),
    ]  # fmt: skip
    assert "Ivan Petrov" in str(report.errors[0].message.parameters)
    deals = {row["name"]: row for row in office.rows("deal").values()}
    assert {(n, str(d["amount"]), d["company"]) for n, d in deals.items()} == {
        ("Стеллажи", "1200.50", acme.id), ("Краны", "300.00", acme.id),
    }  # fmt: skip
    assert deals["Краны"]["owner"] == office.people["igor"].user
    assert sorted(row["phone"] for row in office.rows("call").values()) == ["+74951234567", "+79161112233"]
    assert office.stored("company", acme.id)["name"] == "ООО Ромашка"
    with office.workspace.read() as tx:
        job = read_job(tx, report.job)
        again = suggest(tx, office.people["root"], facts(tmp_path), recognised(tmp_path).hints)
        journal = tx.tables.own.journal
        assert {
            row.job for row in tx.connection.execute(journal.select().where(journal.c.kind == "created"))
        } >= {job.id}
    assert again is not None and again.like == job.id and len(again.recipe.targets) == 3
    errors = errors_path(office.workspace, job)
    assert errors is not None
    lines = errors.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Клиент;ИНН;Телефоны;Менеджер;Сделка;Сумма;") and len(lines) == 4
    done = run_take_back(office.workspace, office.people["root"], report.job)
    assert (done.left, done.removed, done.returned) == ((), 4, 1)
    assert picture(office) == before


def recognised(tmp_path: Path) -> Any:
    source = open_source(tmp_path / "table.csv", "table.csv")
    try:
        return recognise(source)
    finally:
        source.close()


def facts(tmp_path: Path) -> Any:
    return recognised(tmp_path).columns


def test_a_preview_says_what_each_row_would_make_and_leaves_nothing(office: Office, tmp_path: Path) -> None:
    office.create("company", {"name": "Was", "inn": "7707083893"})
    before = picture(office, versions=True)
    (tmp_path / "table.csv").write_bytes(FILE.encode("cp1251"))
    found = recognised(tmp_path)
    rows = preview(
        office.workspace, office.people["root"], found.rows, read_recipe(RECIPE), list(found.rows.lines())
    )
    first = rows[0]
    assert [(r.target, r.what) for r in first.records] == [
        ("company", "updated"), ("call", "created"), ("call", "created"), ("deal", "created"),
    ]  # fmt: skip
    assert first.records[0].earlier == {"name": "Was"} and first.records[0].values["name"] == "ООО Ромашка"
    assert [column for column, _ in rows[3].problems] == ["Сумма"]
    assert picture(office, versions=True) == before


def test_nothing_is_written_or_told_beyond_rights(office: Office, tmp_path: Path) -> None:
    hidden = office.create("deal", {"name": "Hidden", "owner": office.people["igor"].user})
    updating = {"targets": [{"entity": "deal", "mode": "update", "keys": ["id"], "fields": [
        {"column": "id", "field": "id"}, {"column": "name", "field": "name"}]}]}  # fmt: skip
    report = run(office, tmp_path, f"id;name\n{hidden.id};X\n9999;Y\n", updating, by="marina")
    assert [(e.line, e.code, str(e.message).replace(str(hidden.id), "9999")) for e in report.errors] == [
        (2, "KBK2006", str(report.errors[1].message)), (3, "KBK2006", str(report.errors[1].message)),
    ]  # fmt: skip
    stamped = {"stamps": True, "targets": [{"entity": "company", "fields": [
        {"column": "name", "field": "name"}, {"column": "made", "field": "created_at"}]}]}  # fmt: skip
    with pytest.raises(KubikError) as refused:
        run(office, tmp_path, "name;made\nA;01.02.2020\n", stamped, by="marina")
    assert refused.value.code == "KBK4002"
    for target, pointer in (
        ({"entity": "user", "fields": []}, None),
        ({"entity": "deal", "fields": [{"column": "name", "field": "no_such"}]}, "/targets/0/fields/0"),
        ({"entity": "nothing", "fields": []}, "/targets/0/entity"),
    ):
        with pytest.raises(KubikError) as wrong:
            run(office, tmp_path, "name\nA\n", {"targets": [target]}, by="marina")
        assert (
            wrong.value.code == "KBK4002"
            if pointer is None
            else [p.pointer for p in wrong.value.errors] == [pointer]
        )


def test_incomplete_rows_are_marked_and_dates_of_making_kept(office: Office, tmp_path: Path) -> None:
    recipe = {"stamps": True, "incomplete": True, "targets": [{"entity": "company", "fields": [
        {"column": "name", "field": "name"}, {"column": "inn", "field": "inn"}, {"column": "made", "field": "created_at"}]}]}  # fmt: skip
    report = run(office, tmp_path, "name;inn;made\nA;;01.02.2020\n;7707083893;\n", recipe)
    assert (report.created, report.incomplete) == (2, 1)
    first, second = office.rows("company").values()
    assert (first["created_at"].year, second["name"]) == (2020, None)
    name = office.model.entities["company"].by_name["name"].uid
    with office.workspace.read() as tx:
        assert origins(tx, "incomplete") == {office.model.entities["company"].uid: {second["id"]: name}}

    def by_hand(tx: Transaction, actor: Actor) -> None:
        records.update(tx, actor, "company", second["id"], {"city": "Omsk"})

    with pytest.raises(KubikError):  # who changes it completes it
        office.workspace.write(lambda tx: by_hand(tx, office.people["root"]))


def test_the_recipe_as_json_is_itself_again() -> None:
    recipe = read_recipe(RECIPE)
    assert read_recipe(recipe.written()) == recipe and isinstance(recipe, Recipe)


def test_an_import_is_taken_back_by_who_began_it_or_who_may_everything(
    office: Office, tmp_path: Path
) -> None:
    plain = {"targets": [{"entity": "company", "fields": [{"column": "name", "field": "name"}]}]}
    report = run(office, tmp_path, "name\nA\nB\n", plain, by="marina")
    with pytest.raises(KubikError) as refused:
        run_take_back(office.workspace, office.people["igor"], report.job)
    assert refused.value.code == "KBK5003"
    for by, removed, left in (("marina", 0, 2), ("root", 2, 0)):  # she may not delete companies
        done = run_take_back(office.workspace, office.people[by], report.job)
        assert (done.removed, done.left_count) == (removed, left)
