"""Imports: columns by name or label, links by title or key, good lines in and bad ones named, resumed exactly."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.records.importing import Options, import_file, load_report, read_table, run_import
from tests.core.records.asserting import refusal


def run(office, entity, text, by="root", **options):
    return import_file(office.workspace, office.people[by], entity, text, Options(**options))


def said(report):
    return [(e.line, e.column, e.code) for e in report.errors]


def test_columns_fit_by_name_and_by_label_in_either_language(office):
    report = run(office, "company", "НАЗВАНИЕ;inn;City\nРомашка;7707083893;Тверь\nЁлка;;\n")
    assert (report.total, report.created, report.refused) == (2, 2, 0)
    assert [(r["name"], r["inn"], r["city"], r["vip"]) for r in office.rows("company").values()] == [
        ("Ромашка", "7707083893", "Тверь", False), ("Ёлка", None, None, False)]  # fmt: skip


def test_codes_keep_their_zeros_and_numbers_follow_the_language(office):
    report = run(
        office,
        "product",
        'code,name,price,weight\n0007,A,"1 234,50","0,125"\n00008,B,10.5,2\n',
        language="ru",
    )
    assert not report.errors
    assert [(r["code"], r["price"], r["weight"]) for r in office.rows("product").values()] == [
        ("0007", Decimal("1234.50"), Decimal("0.125")), ("00008", Decimal("10.50"), Decimal(2))]  # fmt: skip


def test_bad_lines_are_named_and_good_ones_written(office, tmp_path):
    text = 'name,inn,staff,founded\nA,7707083893,5,2020-01-31\n"B\nb",1,x,\nC,7707083893,,\n,1234567890,,\nE,12,,\nF,,1,31.12.2020,more\nG,,2,2021-02-30\nH,,3,\n'
    root, refused = office.people["root"], tmp_path / "refused.csv"
    report = run_import(
        office.workspace, root, "company", text.encode(), Options(language="ru"), errors=refused
    )
    assert (report.total, report.created, report.refused) == (8, 2, 6)
    assert [r["name"] for r in office.rows("company").values()] == ["A", "H"]
    assert {line for line, _, _ in said(report)} == {3, 5, 6, 7, 8, 9}
    assert ("inn", "KBK3007") in {(c, k) for line, c, k in said(report) if line == 5}
    assert office.rows("company")[1]["founded"] == date(2020, 1, 31)
    errors = read_table(refused.read_bytes().decode("utf-8-sig"))
    assert errors.header == ("name", "inn", "staff", "founded", "Причина")
    assert [line.cells[0] for line in errors.lines()] == ["B\nb", "C", "", "E", "F", "G"]


def test_links_are_found_by_title_key_number_or_a_named_field(office):
    a = office.create("company", {"name": "Ромашка", "inn": "7707083893"}).id
    b = office.create("company", {"name": "Twin"}).id
    office.create("company", {"name": "Twin"})
    text = f"name,company\nby title,РОМАШКА\nby key,7707083893\nby id,{b}\ntwice,Twin\nnone,Nobody\nempty,\n"
    report = run(office, "deal", text)
    assert [(r["name"], r["company"]) for r in office.rows("deal").values()] == [
        ("by title", a), ("by key", a), ("by id", b), ("empty", None)]  # fmt: skip
    assert said(report) == [(5, "company", "KBK3005"), (6, "company", "KBK3005")]
    report = run(
        office,
        "deal",
        "name,company.name,owner.login\nnamed,ромашка,marina\ntwin,Twin,marina\nbad,Ромашка,nobody\n",
    )
    deal = next(r for r in office.rows("deal").values() if r["name"] == "named")
    assert (deal["company"], deal["owner"]) == (a, office.people["marina"].user)
    assert {line for line, _, _ in said(report)} == {3, 4}


def test_choices_are_read_by_label_or_name_and_stages_too(office):
    run(office, "deal", "name,source,stage\na,Сайт,won\nb,website,Обращение\nc,call,\nd,nowhere,\n")
    field = office.model.entities["deal"].by_name
    assert [(r["name"], field["source"].choice(r["source"]).name, field["stage"].choice(r["stage"]).name)
            for r in office.rows("deal").values()] == [("a", "site", "won"), ("b", "site", "lead"), ("c", "call", "lead")]  # fmt: skip


def test_columns_that_cannot_be_written_are_passed_over_and_named(office):
    report = run(office, "deal", "id,number,name,expected,items_total,created_at\n7,Д-1,A,5,5,2020-01-01\n")
    assert report.created == 1
    assert [column for column, _ in report.passed_over] == [
        "id",
        "number",
        "expected",
        "items_total",
        "created_at",
    ]
    (row,) = office.rows("deal").values()
    assert (row["name"], row["number"]) != ("A", "Д-1")


def test_a_column_that_fits_no_field_refuses_the_file_with_a_suggestion(office):
    error = refusal(run, office, "company", "name,inm\nA,1\n")
    assert (error.code, [p.pointer for p in error.errors]) == ("KBK5002", ["/mapping/inm"])
    assert "inn" in str(error.errors[0].message)
    assert refusal(run, office, "company", "name,Название\nA,B\n").code == "KBK5002"
    report = run(office, "company", "title,junk\nA,x\n", mapping={"title": "name", "junk": None})
    assert report.created == 1 and [c for c, _ in report.passed_over] == ["junk"]
    assert refusal(run, office, "company", "name\nA\n", mapping={"nome": "name"}).code == "KBK5002"
    assert len(office.rows("company")) == 1


def test_update_and_upsert_find_records_by_the_key(office):
    a = office.create("company", {"name": "A", "inn": "7707083893", "city": "Тверь"}).id
    office.create("company", {"name": "Same", "inn": "1234567890"})
    text = "inn,name,city\n7707083893,B,\n1234567890,Same,\n0000000001,C,Клин\n"
    report = run(office, "company", text, mode="update", key="inn")
    assert (report.updated, report.skipped, report.created, report.refused) == (1, 1, 0, 1)
    assert said(report) == [(4, "inn", "KBK2006")]
    assert (office.stored("company", a)["name"], office.stored("company", a)["city"]) == ("B", None)
    report = run(office, "company", text, mode="upsert", key="inn")
    assert (report.created, report.updated, report.skipped) == (1, 0, 2)
    report = run(office, "company", f"id,name\n{a},By id\n999,X\n", mode="update", key="id")
    assert (report.updated, said(report)) == (1, [(3, "id", "KBK2006")])
    assert refusal(run, office, "company", text, mode="upsert").code == "KBK2009"
    assert refusal(run, office, "company", text, mode="upsert", key="name").code == "KBK2009"
    assert refusal(run, office, "company", "name\nA\n", mode="upsert", key="inn").code == "KBK5002"
    report = run(office, "company", "inn,name\n7707083893,X\n7707083893,Y\n", mode="upsert", key="inn")
    assert [line for line, _, _ in said(report)] == [3]


def test_a_dry_run_says_the_same_and_writes_nothing(office):
    lines = "".join(f"Company {n},{n % 90:010}\n" for n in range(120))
    report = run(office, "company", "name,inn\n" + lines, dry_run=True)
    assert not office.rows("company")
    real = run(office, "company", "name,inn\n" + lines)
    assert (report.created, report.refused) == (real.created, real.refused) == (90, 30)
    assert said(report) == said(real)


SECRET_KEY = {
    "roles/head.yaml": """
        name: head
        label: {ru: Глава, en: Head}
        grants:
          - {entity: company, actions: [read, create, update, import], fields: {all_but: [inn]}}
    """
}


@pytest.mark.parametrize("changes", [SECRET_KEY])
def test_a_key_that_may_not_be_read_is_refused_as_one_that_is_not_there(office):
    asked = [
        refusal(run, office, "company", "name\nA\n", by="anna", mode="upsert", key=key)
        for key in ("inn", "nope")
    ]
    assert {(error.code, str(error.detail).replace("nope", "inn")) for error in asked} == {
        ("KBK2009", "“inn” is not a unique field")
    }


def test_only_who_may_import_imports(office):
    assert refusal(run, office, "company", "name\nA\n", by="marina").status == 403
    assert refusal(run, office, "department", "name\nA\n", by="marina").status == 404
    assert refusal(run, office, "nothing", "name\nA\n").status == 404


IMPORTING = {
    "roles/manager.yaml": """
        name: manager
        grants:
          - {entity: company, actions: [read, create, update], fields: all}
          - {entity: company, actions: [import], rows: "city = 'Omsk'", check: "city = 'Omsk'"}
    """,
}


@pytest.mark.parametrize("changes", [IMPORTING])
def test_the_right_to_import_has_its_rows_and_its_check(office):
    here, there, third = (
        office.create("company", {"name": n, "city": c}).id
        for n, c in (("A", "Omsk"), ("B", "Tver"), ("C", "Omsk"))
    )
    text = f"id,name,city\n{here},A2,Omsk\n{there},B2,Tver\n{third},C3,Tver\n"
    report = run(office, "company", text, by="marina", mode="update", key="id")
    assert {(e.line, e.code) for e in report.errors} == {(3, "KBK4002"), (4, "KBK4002")}
    assert [row["name"] for row in office.rows("company").values()] == ["A2", "B", "C"]
    made = run(office, "company", "name,city\nC,Omsk\nD,Tver\n", by="marina")
    assert (made.created, made.refused) == (1, 1)
    office.update("company", there, {"name": "By hand"}, by="marina")


def test_an_import_goes_on_exactly_where_it_was_broken_off(office):
    text = "name,inn\n" + "".join(f"Company {n},{'x' if n % 10 == 3 else ''}\n" for n in range(400))
    kept: dict[str, Any] = {}

    class Broken(Exception):
        pass

    def checkpoint(tx, report):
        kept["committed"] = kept.get("next")
        kept["next"] = report.saved()
        if report.position > 120 and "broken" not in kept:
            kept["broken"] = True
            raise Broken

    with pytest.raises(Broken):
        import_file(office.workspace, office.people["root"], "company", text, checkpoint=checkpoint)
    before = load_report(kept["committed"])
    assert 0 < before.position < 400
    assert len(office.rows("company")) == before.created
    report = import_file(office.workspace, office.people["root"], "company", text, report=before)
    assert (report.created, report.refused, report.position) == (360, 40, 400)
    assert sorted(r["name"] for r in office.rows("company").values()) == sorted(
        f"Company {n}" for n in range(400) if n % 10 != 3)  # fmt: skip
    assert [e.line for e in report.errors] == [n + 2 for n in range(400) if n % 10 == 3]


def test_progress_is_told_after_every_chunk(office):
    steps = []
    text = "name\n" + "".join(f"C{n}\n" for n in range(300))
    import_file(
        office.workspace,
        office.people["root"],
        "company",
        text,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert steps[-1] == (300, 300)
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})


def test_demonstration_records_are_marked(office):
    from core.records import origins

    run(office, "company", "name\nA\nB\n", origin="demo")
    with office.workspace.read() as tx:
        assert origins(tx, "demo") == {
            office.model.entities["company"].uid: dict.fromkeys(office.rows("company"))
        }
