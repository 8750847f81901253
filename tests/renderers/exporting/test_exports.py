"""Exports over HTTP: what stands in the file, under whose rights, and what is written down about it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from openpyxl import load_workbook

from core.query.exporting import reading
from core.web.background import make_worker
from renderers.exporting.formats import xlsx_file
from tests.sites import Site


def rows_of(answer: Any, delimiter: str = ",") -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), delimiter=delimiter))


def make(site: Site, entity: str, who: str = "admin", **values: Any) -> int:
    answer = site.post(f"/api/records/{entity}", values, who)
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["id"]
    return found


def test_rows_cells_and_order_are_those_of_the_question_in_every_format(site: Site, monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "ROWS", 2)
    company = make(site, "company", name="Ромашка; «Б»")
    for number, name in enumerate(("Racks", '=HYPERLINK("x")', "+7 tons", "'=odd", "two\u2003parts")):
        values: dict[str, Any] = {
            "amount": f"{number}.10",
            "company": company,
            "closes_on": f"2027-01-0{number + 1}",
        }
        make(site, "deal", name=name, opened_on="2026-11-21", probability="0.255", **values)
    asked = "fields=name,company,amount,closes_on,probability,company.city&sort=-amount&filter=amount>0.10"
    found = rows_of(site.get(f"/api/export/deal?format=csv&{asked}"))
    assert [row["name"] for row in found] == ["two\u2003parts", "''=odd", "'+7 tons", '\'=HYPERLINK("x")']
    assert found[0] == {
        "name": "two\u2003parts", "company": "Ромашка; «Б»", "amount": "4.10", "closes_on": "2027-01-05",
        "probability": "25.5%", "company → city": "",
    }  # fmt: skip
    russian = rows_of(site.get(f"/api/export/deal?language=ru&labels=true&{asked}"), ";")
    assert russian[0]["Название"] == "two\u2003parts"
    assert list(russian[0].values())[1:5] == ["Ромашка; «Б»", "4,10", "05.01.2027", "25,5%"]
    listed = site.get("/api/records/deal?sort=-amount&limit=1000").json()["items"]
    whole = site.get("/api/export/deal?format=json&sort=-amount")
    assert whole.json() == listed and whole.text.count("\n") == len(listed) + 2
    sheet = load_workbook(io.BytesIO(site.get(f"/api/export/deal?format=xlsx&{asked}").content))["Deals"]
    cells = list(sheet.values)
    assert cells[0] == ("name", "company", "amount", "closes_on", "probability", "company → city")
    assert [row[0] for row in cells[1:]] == ["two\u2003parts", "''=odd", "+7 tons", '=HYPERLINK("x")']
    assert (cells[1][2], str(cells[1][3]), cells[1][4]) == (4.1, "2027-01-05 00:00:00", 0.255)
    assert all(cell.data_type == "s" for cell in sheet["A"]) and sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F5"
    monkeypatch.setattr(xlsx_file, "SHEET_ROWS", 3)
    book = load_workbook(io.BytesIO(site.get(f"/api/export/deal?format=xlsx&{asked}").content))
    assert {each.title: [row[0].value for row in each.rows] for each in book} == {
        "Deals": ["name", *(row[0] for row in cells[1:3])], "Deals 2": ["name", *(row[0] for row in cells[3:5])],
    }  # fmt: skip


def test_the_grants_of_export_decide_about_rows_and_cells(site: Site) -> None:
    mine = {
        name: make(site, "deal", "mark", name=name, closes_on="2099-05-01")
        for name in ("open", "won", "lost")
    }
    make(site, "deal", "nina", name="of another", amount=5)
    for name in ("won", "lost"):
        site.patch(f"/api/records/deal/{mine[name]}", {"stage": name, "lost_reason": "price"})
    make(site, "deal_item", deal=mine["lost"], product=make(site, "product", code="A", name="A"), quantity=3)
    found = json.loads(site.get("/api/export/deal?format=json&sort=name", "mark").text)
    assert [row["name"] for row in found] == ["open", "won"]
    assert all("amount" not in row and "items_total" in row for row in found)
    assert [row.get("closes_on") for row in found] == [None, "2099-05-01"]
    table = rows_of(site.get("/api/export/deal?sort=name&fields=name,closes_on", "mark"))
    assert [row["closes_on"] for row in table] == ["***", "2099-05-01"]
    kept = rows_of(
        site.get(
            "/api/export/deal?sort=name&fields=name,amount&lenient=true&filter=closes_on+IS+NOT+NULL", "mark"
        )
    )
    assert [list(row) for row in kept] == [["name"], ["name"]]
    for path, status, code in (
        ("deal?fields=name,amount", 422, "KBK2003"), ("deal?fields=name,nothing", 422, "KBK2003"),
        ("company", 403, "KBK4002"), ("role", 404, "KBK2006"), ("nobody", 404, "KBK2006"),
        ("deal?format=pdf", 400, "KBK2009"), ("deal?filter=amount+%3E", 400, "KBK2002"), ("deal?fields=items", 422, "KBK2003"),
    ):  # fmt: skip
        answer = site.get(f"/api/export/{path}", "mark")
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
    assert site.get("/api/export/deal", None).status_code == 401
    assert rows_of(site.get("/api/export/deal_item", "mark")) == []


def test_who_exported_what_is_written_down(site: Site) -> None:
    make(site, "deal", "mark", name="Racks")
    assert site.get("/api/export/deal?fields=name", "mark").status_code == 200
    with site.workspace.read() as tx:
        table = tx.tables.own.security
        found = [
            (row.kind, row.detail)
            for row in tx.connection.execute(table.select().where(table.c.kind == "exported"))
        ]
    assert found == [("exported", "deal, 1, csv")]


def test_a_large_export_is_a_job_whose_file_is_for_its_starter_alone(site: Site) -> None:
    from core.access.login import load_actor
    from core.query.exporting.job import start_export
    from core.query.exporting.writing import Manner
    from core.query.query import Query

    make(site, "deal", "mark", name="Racks")
    people = {u["login"]: u["id"] for u in site.get("/api/records/user?fields=id,login").json()["items"]}
    with site.workspace.read() as tx:
        mark = load_actor(tx, people["mark"])
    query = Query(entity="deal", fields=("name", "company"), sort=("id",))
    job = site.workspace.write(lambda tx: start_export(tx, mark, query, "csv", Manner(labels=True), 1))
    assert site.get(f"/api/jobs/{job}/file", "mark").status_code == 404
    make_worker(site.workspace).run_one()
    told = site.get(f"/api/jobs/{job}", "mark").json()
    assert (told["state"], told["result"]["rows"], told["result"]["format"]) == ("done", 1, "csv")
    answer = site.get(f"/api/jobs/{job}/file", "mark")
    assert (
        answer.text == "Name,Company\r\nRacks,\r\n" and "attachment" in answer.headers["content-disposition"]
    )
    for other in ("nina", "admin"):
        assert site.get(f"/api/jobs/{job}/file", other).status_code == 404
