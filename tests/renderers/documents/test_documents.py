"""Documents over HTTP and on pages: issued, listed, opened again, made of many; neither button nor file without a right."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from core import records
from core.access.actor import system_actor
from core.web.background import make_worker
from tests import paperwork
from tests.conftest import Databases
from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site, running, today

YEAR = today().year
INVOICE = "/api/documents/invoice"


@pytest.fixture(scope="module")
def site(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url, home = lasting_database("sqlite"), tmp_path_factory.mktemp("home")
    with running(url, home, paperwork.fill(url, home)) as made:
        yield made


def words(content: bytes) -> str:
    """What stands in a Word file."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        return re.sub("<[^>]+>", "", whole.read("word/document.xml").decode())


def test_a_document_is_answered_as_its_file_and_found_with_its_record(site: Site) -> None:
    looked = site.post(INVOICE, {"record": 1, "format": "docx", "preview": True}, "mark")
    assert f"С-{YEAR}-____" in words(looked.content)
    made = site.post(INVOICE, {"record": 1, "format": "docx", "date": f"{YEAR}-03-01"}, "mark")
    assert made.status_code == 200, made.text
    assert f"Счёт № С-{YEAR}-0001" in words(made.content)
    assert "ООО «Ёлка»" in words(made.content)
    disposition = made.headers["content-disposition"]
    assert disposition.isascii() and "filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82" in disposition
    item = site.get(made.headers["location"], "mark").json()
    assert (item["number"], item["date"], item["document"]) == (f"С-{YEAR}-0001", f"{YEAR}-03-01", "invoice")
    assert site.get(item["files"][0]["url"], "helen").content == made.content
    site.workspace.write(lambda tx: records.update(tx, system_actor(), "company", 1, {"name": "ООО «Пихта»"}))
    pdf = site.get(
        item["files"][1]["url"], "helen"
    )  # the same document, made now from what it was issued with
    assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert [each["size"] for each in site.get(made.headers["location"], "mark").json()["files"]] == [
        len(made.content),
        len(pdf.content),
    ]
    assert site.get(item["files"][1]["url"], "mark").content == pdf.content
    site.workspace.write(lambda tx: records.update(tx, system_actor(), "company", 1, {"name": "ООО «Ёлка»"}))
    assert [each["id"] for each in site.get("/api/records/deal/1/documents", "mark").json()["items"]] == [
        item["id"]
    ]
    (line,) = (
        i for i in site.get("/api/records/deal/1/history", "mark").json()["items"] if i["kind"] == "issued"
    )
    assert line["document"]["number"] == item["number"]
    for path in (made.headers["location"], item["files"][0]["url"], "/api/records/deal/1/documents"):
        assert site.get(path, "nina").status_code == 404
    changes = site.get("/api/changes?entity=deal", "mark").json()["items"]
    assert {each["change"] for each in changes} <= {"created", "updated"}


def test_the_same_key_gets_the_same_file_and_takes_no_other_number(site: Site) -> None:
    body, key = {"record": 2, "format": "docx"}, {"Idempotency-Key": "one"}
    first, again = (site.post(INVOICE, body, "mark", headers=key) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert first.content == again.content
    assert site.post(INVOICE, {"record": 3}, "mark", headers=key).json()["code"] == "KBK2008"


@pytest.mark.parametrize(("document", "body", "status", "words_"), [
    ("invoice", {"record": 1, "format": "xlsx"}, 400, "not made in the format “xlsx” yet"),
    ("invoice", {"record": 1, "format": "rtf"}, 400, "no format “rtf”"),
    ("letter", {"record": 1, "format": "docx"}, 400, "no Word template"),
    ("invoice", {"record": 4}, 404, ""),
    ("invoice", {"record": 999}, 404, ""),
    ("nothing", {"record": 1}, 404, "there is no document"),
    ("act", {"record": 1}, 422, "made at the stages: Won"),
    ("invoice", {"record": 1, "records": [1]}, 400, "Exactly one"),
    ("invoice", {"record": 1, "date": "soon"}, 400, "A date is expected"),
    ("invoice", {"filter": "nothing > 1"}, 422, "KBK2003"),
])  # fmt: skip
def test_what_cannot_be_made_is_refused_with_the_reason_one_may_know(
    site: Site, document: str, body: dict[str, Any], status: int, words_: str
) -> None:
    refused = site.post(f"/api/documents/{document}", body, "mark")
    assert refused.status_code == status, refused.text
    assert words_ in refused.text


def test_many_are_made_by_a_job_whose_zip_is_its_starters(site: Site) -> None:
    job = site.post(INVOICE, {"records": [1, 2, 3, 4], "format": "docx"}, "mark")
    assert job.status_code == 202
    act = site.post("/api/documents/act", {"filter": "name LIKE '%'"}, "mark").json()["id"]
    worker = make_worker(site.workspace)
    while worker.run_one():
        pass
    told = site.get(job.headers["location"], "mark").json()
    assert (told["state"], told["done"], told["result"]["made"]) == ("done", 3, 3)
    whole = site.get(f"{job.headers['location']}/file", "mark")
    with zipfile.ZipFile(io.BytesIO(whole.content)) as files:
        assert len(set(files.namelist())) == 3
        assert all(
            re.fullmatch(rf"Счёт С-{YEAR}-\d{{4}} ООО «Ёлка»\.docx", name) for name in files.namelist()
        )
    for who in ("nina", "admin"):
        assert site.get(f"{job.headers['location']}/file", who).status_code == 404
    failed = site.get(f"/api/jobs/{act}", "mark").json()["result"]
    assert (failed["made"], failed["failed"]) == (0, 3)
    assert failed["errors"][0]["code"] == "KBK3017"


def test_a_description_names_the_documents_of_its_caller(site: Site) -> None:
    paths = site.get("/api/openapi.json", "mark").json()["paths"]
    assert {
        "/api/documents/invoice",
        "/api/documents/act",
        "/api/records/deal/{id}/documents",
    } <= paths.keys()
    assert "/api/documents/{template}" not in paths
    assert {each["name"] for each in site.get("/api/model", "mark").json()["documents"]} == {
        "act",
        "invoice",
        "letter",
    }


def test_a_manager_issues_from_the_card_without_scripts_and_finds_it_there(site: Site) -> None:
    mark = sign_in(site, "mark")
    card = mark.get("/e/deal/3")
    assert 'href="/e/deal/3/documents/invoice"' in card.text
    assert 'href="/e/deal/3/documents/act"' not in card.text  # not at this stage
    asked = mark.get("/e/deal/3/documents/invoice")
    assert f"С-{YEAR}-" in asked.text and 'name="format" value="pdf"' in asked.text
    shown = mark.post("/e/deal/3/documents/invoice", [("format", "docx"), ("_step", "preview")])
    assert shown.headers["location"] == "/files/preview/invoice/3/docx"
    assert "____" in words(mark.get("/files/preview/invoice/3/docx").content)
    nothing = mark.post("/e/deal/3/documents/invoice", [("date", f"{YEAR}-05-05")])
    assert nothing.status_code == 400 and "Choose a format" in nothing.text
    pressed = [("format", "docx"), ("date", f"{YEAR}-05-05"), ("_key", "pressed twice")]
    sent, again = (mark.post("/e/deal/3/documents/invoice", pressed) for _ in range(2))
    assert again.headers["location"] == sent.headers["location"]
    assert sent.headers["location"] == "/e/deal/3?panel=documents#rail"
    told = re.search(r'class="toast" data-seconds.*?</div>', mark.get("/e/deal/3?panel=documents").text, re.S)
    assert told and f"С-{YEAR}-" in told[0] and "download" in told[0]
    assert 'class="toast" data-seconds' not in mark.get("/e/deal/3?panel=documents").text
    panel = mark.get("/e/deal/3?panel=documents").text
    (href,) = set(re.findall(r"/files/issued/\d+/docx\?download", panel)) - known_files(mark)
    file = mark.get(href)
    assert file.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert "sandbox" in file.headers["content-security-policy"]
    other = href.partition("docx")[0]
    assert mark.get(f"{other}pdf").content.startswith(b"%PDF")  # made now, as nobody has asked for it yet
    assert mark.get(f"{other}xlsx").status_code == 404
    page = mark.get(f"/documents/{href.split('/')[3]}")
    assert page.status_code == 200 and "Mark" in page.text
    nina = sign_in(site, "nina")
    assert nina.get("/e/deal/3").status_code == 404
    assert {nina.get(way).status_code for way in (href, f"/documents/{href.split('/')[3]}")} == {404}
    site.workspace.write(lambda tx: records.delete(tx, system_actor(), "deal", 3))
    assert {mark.get(way).status_code for way in (href, f"/documents/{href.split('/')[3]}")} == {404}
    site.workspace.write(lambda tx: records.restore(tx, system_actor(), "deal", 3))
    assert mark.get(href).status_code == 200


def test_an_action_answers_the_document_it_issued_and_the_page_leads_to_it(site: Site) -> None:
    key = {"Idempotency-Key": "billed"}
    made, again = (site.post("/api/records/deal/2/run/bill", {}, "mark", headers=key) for _ in range(2))
    assert made.status_code == 200, made.text
    assert again.json() == made.json()
    told = made.json()
    (document,) = told["documents"]
    assert (told["record"]["stage"], document["document"], document["record"]) == ("offer", "invoice", 2)
    listed = site.get("/api/records/deal/2/documents", "mark").json()["items"]
    assert listed[0] == document and document["number"].startswith(f"С-{YEAR}-")
    assert site.get(document["files"][-1]["url"], "mark").content.startswith(b"%PDF")
    refused = site.post("/api/records/deal/1/run/close", {}, "mark")  # its template breaks
    assert (refused.status_code, refused.json()["code"]) == (422, "KBK5010")
    assert "Nothing was done: “Act” could not be made" in refused.json()["detail"]
    assert site.get("/api/records/deal/1", "mark").json()["stage"] == "lead"
    mark = sign_in(site, "mark")
    shown = mark.post("/e/deal/1/run/close", [])
    assert shown.status_code == 422 and "Nothing was done" in shown.text and "act.html" in shown.text
    led = mark.post("/e/deal/1/run/bill", [])
    assert led.headers["location"] == "/e/deal/1?panel=documents#rail"
    toast = re.search(
        r'class="toast" data-seconds.*?</div>', mark.get("/e/deal/1?panel=documents").text, re.S
    )
    assert toast and f"С-{YEAR}-" in toast[0] and "/files/issued/" in toast[0]
    bar = mark.get("/e/deal").text
    assert "/e/deal/3/run/bill" in bar and "run:bill" not in bar  # on a row, not of many at once


def known_files(mark: Surfer) -> set[str]:
    """Those that were issued before, by the API."""
    listed = mark.site.get("/api/records/deal/3/documents", "mark").json()["items"][1:]
    return {f"/files/issued/{each['id']}/docx?download" for each in listed}


def test_documents_of_what_is_chosen_in_a_list(site: Site) -> None:
    mark = sign_in(site, "mark")
    assert 'formaction="/e/deal/documents"' in mark.get("/e/deal").text
    asked = mark.get("/e/deal/documents?ids=1,2")
    assert "Records: 2" in asked.text
    pressed = [("ids", "1,2"), ("state", ""), ("type", "invoice"), ("format", "docx"), ("_key", "twice, too")]
    sent, again = (mark.post("/e/deal/documents", pressed) for _ in range(2))
    here = sent.headers["location"]
    assert again.headers["location"] == here
    assert "It begins in a moment" in mark.get(here).text
    worker = make_worker(site.workspace)
    while worker.run_one():
        pass
    assert "Issued: 2" in mark.get(here).text
    assert sign_in(site, "nina").get(here).status_code == 404


def test_a_template_that_breaks_is_told_with_its_place_and_takes_no_number(site: Site) -> None:
    site.workspace.write(lambda tx: records.update(tx, system_actor(), "deal", 4, {"stage": "won"}))
    refused = site.post("/api/documents/act", {"record": 4, "format": "pdf"}, "nina")
    assert refused.status_code == 422, refused.text
    assert "act.html" in refused.text
    with site.workspace.read() as tx:
        assert [
            s
            for s in tx.connection.execute(tx.tables.own.number.select())
            if s.series == tx.model.documents["act"].uid
        ] == []
