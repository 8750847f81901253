"""Templates over HTTP and on their screen: sent, refused with what was meant, mended in one press, tried, switched on."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests import paperwork
from tests.conftest import Databases
from tests.renderers.surfing import Form, Surfer, sign_in
from tests.sites import Installed, Site, made_once, running
from tests.word import word, words_in

FAULTY = word(
    "Договор",
    "{{ deal.con¦pany.inn }} и {{ name }}",
    table=[["{% for i in items %}"], ["{{ i.amount|money }}"], ["{% endfor %}"]],
)


@pytest.fixture(scope="module")
def installed(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return made_once(lasting_database, tmp_path_factory, paperwork.fill)


@pytest.fixture(scope="module")
def site(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url, tokens = installed("sqlite")
    with running(url, tmp_path_factory.mktemp("home"), tokens) as made:
        yield made


def sent(site: Site, data: bytes, name: str = "contract.docx", who: str = "admin", **more: str) -> Any:
    return site.call("POST", "/api/templates", who, files={"file": (name, data)}, data=more)


def test_a_file_is_sent_named_by_its_sha256_in_a_model_and_got_back(site: Site) -> None:
    good = word("{{ name }} {{ company.inn }}")
    answer = sent(site, good, entity="deal")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["reads"] == ["company.inn", "name"] and made["format"] == "docx"
    back = site.get(f"/api/templates/{made['sha256']}")
    assert back.content == good and "attachment" in back.headers["content-disposition"]
    refused = sent(site, FAULTY, entity="deal")
    assert refused.status_code == 422 and refused.json()["code"] == "KBK5009"
    faults = refused.json()["faults"]
    assert [(f["kind"], f["place"]["words"]) for f in faults] == [
        ("unknown", "text, paragraph 2"), ("place", "text, table 1, row 1"),
    ]  # fmt: skip
    assert faults[0]["repair"] == {"0": "{{ deal.company.inn }}"} and faults[0]["hint"]
    for name, data, words in (
        ("a.xlsx", b"PK", "not made in this version"), ("a.docm", b"PK", "macros"), ("a.pdf", b"%PDF", "Word document"),
        ("a.docx", b"\xd0\xcf\x11\xe0", "password"),
    ):  # fmt: skip
        answer = sent(site, data, name)
        assert (answer.status_code, answer.json()["code"]) == (422, "KBK5008") and words in answer.text
    assert sent(site, good, who="mark").status_code == 403
    assert site.get(f"/api/templates/{made['sha256']}", "mark").status_code == 403
    definition = {
        "name": "memo",
        "label": "Memo",
        "entity": "deal",
        "templates": [{"file": "memo.docx", "sha256": made["sha256"]}],
    }
    change = [{"op": "add", "kind": "document", "definition": definition}]
    plan = site.post("/api/model/plan", {"changes": change}).json()
    assert [c["effect"] for c in plan["changes"]][1:] == ["a new document memo (Memo)"]
    unknown = [
        {**change[0], "definition": {**definition, "templates": [{"file": "memo.docx", "sha256": "a" * 64}]}}
    ]
    assert site.post("/api/model/plan", {"changes": unknown}).json()["errors"][0]["code"] == "KBK1002"
    known = next(d for d in site.get("/api/model").json()["documents"] if d["name"] == "invoice")
    assert {t["file"] for t in known["templates"]} == {"invoice.docx", "invoice.html"} and known["templates"][
        0
    ]["sha256"]


def pressed(surfer: Surfer, page: Any, path: str, do: str, **more: str) -> Any:
    pairs = [
        p
        for p in Form(page.text.replace('class="template-form"', 'id="form"')).pairs
        if p[0] not in ("file", *more)
    ]
    return surfer.post(path, [*pairs, *more.items(), ("do", do)])


def test_the_screen_tells_faults_mends_them_shows_the_result_and_switches_on(site: Site) -> None:
    admin = sign_in(site, "admin")
    listed = admin.get("/templates")
    assert (
        listed.status_code == 200
        and "invoice.docx" in listed.text
        and 'href="/templates/letter"' in listed.text
    )
    page = admin.get("/templates/new/deal")
    page = pressed(admin, page, "/templates/new/deal", "starter", label_en="Passport", label_ru="Паспорт")
    assert page.status_code == 200 and "no mistakes" in page.text and "{{ doc.number }}" in page.text
    assert "Поставка" in page.text.partition('id="result-title"')[2]  # the newest deal, rendered
    shown = re.search(r"/templates/look/deal/\d+/[0-9a-f]{64}", page.text)
    assert shown is not None
    made = admin.get(shown[0])
    assert made.content.startswith(b"PK") and any("Поставка" in text for text in words_in(made.content))

    token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert token is not None
    pairs = [
        p
        for p in Form(page.text.replace('class="template-form"', 'id="form"')).pairs
        if p[0] not in ("file", "_csrf_token")
    ]
    cookies = "; ".join(f"{name}={value}" for name, value in admin.jar.items())
    data: dict[str, Any] = {"_csrf_token": token[1], "do": "file", **dict(pairs)}
    page = site.client.post(
        "/templates/new/deal",
        data=data,
        files={"file": ("Договор.docx", FAULTY)},
        headers={"cookie": cookies},
    )
    assert page.status_code == 200 and "2 mistakes" in page.text and "Change to company" in page.text
    assert "Passport" in page.text  # what was typed stays
    refused = pressed(admin, page, "/templates/new/deal", "apply")
    assert refused.status_code == 422 and "text, paragraph 2" in refused.text
    page = pressed(admin, page, "/templates/new/deal", "repair:1")
    page = pressed(admin, page, "/templates/new/deal", "repair:1")
    assert "no mistakes" in page.text and "7707083893" in page.text
    plan = pressed(
        admin,
        page,
        "/templates/new/deal",
        "apply",
        number="П-{seq:03}",
        stages="offer",
        who="some",
        roles="manager",
    )
    assert "a new document passport (Passport)" in plan.text
    chosen = re.search(r'name="plan" value="([0-9a-f]+)"', plan.text)
    assert chosen is not None
    assert (
        admin.post("/templates/apply-plan", [("plan", chosen[1])]).headers["location"] == "/templates?done=1"
    )
    known = next(d for d in site.get("/api/model").json()["documents"] if d["name"] == "passport")
    assert (known["number"], known["stages"], known["roles"]) == (
        {"format": "П-{seq:03}"},
        ["offer"],
        ["manager"],
    )
    with zipfile.ZipFile(
        io.BytesIO(site.get(f"/api/templates/{known['templates'][0]['sha256']}").content)
    ) as archive:
        assert "word/document.xml" in archive.namelist()

    page = admin.get("/templates/passport")
    assert 'value="П-{seq:03}"' in page.text and "Договор.docx" in page.text
    wrong = pressed(admin, page, "/templates/passport", "apply", when="amout > 1")
    assert wrong.status_code == 422 and "amount" in wrong.text
    gone = pressed(admin, page, "/templates/passport", "delete")
    assert "the document passport (Passport) goes away" in gone.text
    chosen = re.search(r'name="plan" value="([0-9a-f]+)"', gone.text)
    assert (
        chosen is not None and admin.post("/templates/apply-plan", [("plan", chosen[1])]).status_code == 303
    )
    assert admin.get("/templates/passport").status_code == 404
    assert admin.post("/templates/take-back", []).status_code == 303
    assert admin.get("/templates/passport").status_code == admin.get("/templates/invoice").status_code == 200
    html = pressed(admin, admin.get("/templates/invoice"), "/templates/invoice", "show:html")
    assert 'class="line-number"' in html.text and "Open the PDF" in html.text
    mark = sign_in(site, "mark")
    assert {
        mark.get(path).status_code for path in ("/templates", "/templates/invoice", "/templates/new/deal")
    } == {403}
    assert 'href="/templates"' not in mark.get("/e/deal").text
