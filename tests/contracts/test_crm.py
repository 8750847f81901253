"""The roles of the crm example over HTTP, on both databases: every person sees and changes what the oracle says."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import docx
import pytest
from litestar.testing import TestClient

from core.access.login import set_password
from core.access.passwords import hash_password
from core.access.tokens import create_token
from core.solutions.start import initialize
from core.storage.workspace import Transaction, Workspace
from core.web.app import Application, create_app
from metamodel.model import Entity, Model
from tests.conftest import DIALECTS
from tests.contracts.places import judge, raw_rows
from tests.oracle.evaluator import Row
from tests.oracle.rights import Person, Rights
from tests.sites import settings

PASSWORD = "quiet harbour 7"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


@dataclass
class Crm:
    """The served example, a token for each person, and the oracle of each."""

    client: TestClient[Application]
    workspace: Workspace
    tokens: dict[str, str]
    ids: dict[str, int]

    def call(self, who: str, method: str, path: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {self.tokens[who]}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def get(self, who: str, path: str) -> Any:
        answer = self.call(who, "GET", path)
        assert answer.status_code == 200, (path, answer.text)
        return json.loads(answer.text, parse_float=Decimal)

    def rights(self, who: str) -> Rights:
        with self.workspace.read() as tx:
            user = self.ids[who]
            held = tx.model.entities["user_role"]
            role = tx.model.entities["role"]
            rows = raw_rows(tx)
            records = {r["id"]: r[role.by_name["definition"].uid] for r in rows[role.uid]}
            mine = [
                r for r in rows[held.uid] if r[held.by_name["user"].uid] == user and r["deleted_at"] is None
            ]
            uids = {records[r[held.by_name["role"].uid]] for r in mine}
            return judge(tx, Person(user, tuple(tx.model.role_by_uid[uid] for uid in uids)), rows)


@pytest.fixture(scope="module", params=DIALECTS)
def crm(request, lasting_database, tmp_path_factory) -> Iterator[Crm]:
    """The example with its demonstration data; the head's and managers' people come with it."""
    given = settings(lasting_database(request.param), tmp_path_factory.mktemp("home"))
    initialize(given, solutions=("crm",), demo=True, login="admin", password=PASSWORD).close()
    application = create_app(given)
    workspace = application.site.workspace
    with TestClient(application, base_url="http://testserver.local") as client:

        def people(tx: Transaction) -> dict[str, tuple[int, str]]:
            user = tx.model.entities["user"]
            login = user.by_name["login"].uid
            hashed = hash_password(PASSWORD)
            found = {}
            for row in raw_rows(tx)[user.uid]:
                set_password(tx, row["id"], hashed)
                found[row[login]] = (row["id"], create_token(tx, row["id"], "test"))
            return found

        known = workspace.write(people)
        yield Crm(
            client=client, workspace=workspace, tokens={who: token for who, (_, token) in known.items()},
            ids={who: user for who, (user, _) in known.items()},
        )  # fmt: skip


def untitled(value: Any) -> Any:
    """A value without the titles of what it leads to."""
    if isinstance(value, list):
        return [untitled(each) for each in value]
    return {k: v for k, v in value.items() if k != "title"} if isinstance(value, dict) else value


def live(rights: Rights, entity: Entity) -> list[Row]:
    return [r for r in rights.world.rows[entity.uid] if r["deleted_at"] is None and rights.sees(entity, r)]


@pytest.mark.parametrize(
    "crm", ["sqlite"], indirect=True
)  # reading is proved on both in tests/contracts/test_rights
def test_everybody_reads_what_their_roles_give(crm: Crm) -> None:
    """Lists in pages, counts, cells, single records, history, filters of the views, feed, OpenAPI."""
    for who in ("admin", "anna", "marina"):
        rights = crm.rights(who)
        document = crm.get(who, "/api/openapi.json")
        for entity in rights.model.entities.values():
            path = f"/api/records/{entity.name}"
            described = "get" in document["paths"].get(path, {})
            assert described == rights.exists(entity), (who, entity.name)
            if not rights.exists(entity):
                assert crm.call(who, "GET", path).status_code == 404
                continue
            rows = live(rights, entity)
            items = whole(crm, who, path, size=40)
            assert [item["id"] for item in items] == [r["id"] for r in rows], (who, entity.name)
            assert crm.get(who, f"{path}?count=exact&limit=1")["count"] == len(rows)
            for item, row in zip(items, rows, strict=True):
                cells(rights, entity, row, item)
            one_by_one(crm, who, rights, entity)
            filters(crm, who, rights, entity, rows)


def whole(crm: Crm, who: str, path: str, size: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = crm.get(who, f"{path}?limit={size}{cursor}")
        items += page["items"]
        if page["next"] is None:
            return items
        assert re.fullmatch(r"[A-Za-z0-9\-_.~]+", page["next"])
        cursor = f"&cursor={page['next']}"


def cells(rights: Rights, entity: Entity, row: Row, item: dict[str, Any]) -> None:
    possible = {f.name: f for f in entity.fields if rights.has(entity, f) and f.type.name != "children"}
    hidden = {n for n, f in possible.items() if not rights.reads(entity, row, f)}
    assert set(item.get("_hidden", ())) == hidden
    asked_for = {n for n in ("deleted_at", "position") if n in possible and possible[n].system}
    assert set(item) - {"_hidden"} == set(possible) - hidden - asked_for
    for name in set(item) - {"_hidden"}:
        assert untitled(item[name]) == rights.shown(entity, row, possible[name]), (
            entity.name,
            name,
            row["id"],
        )


def one_by_one(crm: Crm, who: str, rights: Rights, entity: Entity) -> None:
    """A few records of each kind: seen ones are there with their history, others answer as none at all."""
    path = f"/api/records/{entity.name}"
    seen = [r["id"] for r in live(rights, entity)][:3]
    unseen = [r["id"] for r in rights.world.rows[entity.uid] if not rights.sees(entity, r)][:3]
    for record in seen:
        answer = crm.call(who, "GET", f"{path}/{record}")
        assert answer.status_code == 200
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        told = crm.get(who, f"{path}/{record}/history")["items"]
        row = next(r for r in rights.world.rows[entity.uid] if r["id"] == record)
        readable = {f.name for f in entity.fields if rights.reads(entity, row, f)}
        assert {name for item in told for name in item["changes"]} <= readable
    for record in unseen:
        for way in ("", "/history", "?fields=id"):
            assert_same(
                crm.call(who, "GET", f"{path}/{record}{way}"), crm.call(who, "GET", f"{path}/99999999{way}")
            )


def filters(crm: Crm, who: str, rights: Rights, entity: Entity, rows: list[Row]) -> None:
    model: Model = rights.model
    for view in model.views.values():
        if view.entity != entity.uid or view.filter is None:
            continue
        answer = crm.call(
            who, "GET", f"/api/records/{entity.name}?limit=1000&fields=id&filter={quote(view.filter.text)}"
        )
        if answer.status_code == 200:
            expected = [r["id"] for r in rows if rights.seen.holds(view.filter.root, entity, r)]
            assert [item["id"] for item in answer.json()["items"]] == expected, (who, view.name)
        else:
            assert answer.json()["code"] == "KBK2003"


def assert_same(hidden: Any, nothing: Any, *names: tuple[str, str]) -> None:
    """Two refusals that differ in nothing but the name asked for and the request."""
    assert hidden.status_code == nothing.status_code, (hidden.text, nothing.text)
    texts = []
    for answer, side in ((hidden, 0), (nothing, 1)):
        body = answer.json()
        body.pop("request_id")
        text = re.sub(r" \(did you mean [^)]*\)", "", json.dumps(body, ensure_ascii=False))
        for pair in names:
            text = re.sub(rf"(?<!\w){re.escape(pair[side])}(?!\w)", "?", text)
        texts.append(text)
    assert texts[0] == texts[1]


def test_a_name_that_is_hidden_is_a_name_that_is_not_there(crm: Crm) -> None:
    """For each person and each field they may never read, in every place where a field can be named."""
    for who in ("anna", "igor"):
        rights = crm.rights(who)
        for entity in rights.model.entities.values():
            if not rights.exists(entity):
                continue
            for field in entity.fields:
                if rights.reaches(entity, field):
                    continue
                other = "q" * len(field.name)
                for ask in (
                    "?fields={}", "?sort={}", "?sort=-{}", "?filter={} IS NULL", "?fields={}.id", "?filter=COUNT({}) > 0", "/by/{}/x",
                ):  # fmt: skip
                    path = f"/api/records/{entity.name}"
                    asked = [crm.call(who, "GET", path + ask.format(name)) for name in (field.name, other)]
                    assert_same(*asked, (field.name, other))


def person(crm: Crm, role: str) -> str:
    return next(
        who for who in crm.tokens
        if who != "admin" and {r.name for r in crm.rights(who).person.roles} == {role} and live(crm.rights(who), crm.rights(who).model.entities["deal"])
    )  # fmt: skip


def test_a_manager_cannot_reach_past_their_deals(crm: Crm) -> None:
    """Writes to hidden records answer as to none, links to them as to none, masked cells cannot be sent back."""
    who = person(crm, "manager")
    rights = crm.rights(who)
    deal = rights.model.entities["deal"]
    item = rights.model.entities["deal_item"]
    unseen = [r for r in rights.world.rows[deal.uid] if r["deleted_at"] is None and not rights.sees(deal, r)]
    hidden_row = next(r for r in unseen if r["id"] > 9)
    hidden, nothing = hidden_row["id"], 87654321
    own = live(rights, deal)[0]["id"]
    its_item = next(
        (
            r["id"]
            for r in rights.world.rows[item.uid]
            if r["deleted_at"] is None and r[item.by_name["deal"].uid] == hidden
        ),
        None,
    )
    before = state(crm)
    values: list[Any] = [{}, {"name": "x"}, {"nope": 1}, {"amount": "x"}, {"margin": 1}, {"stage": "won"}, {"company": 1},
                         {"items": [{"id": its_item}]}, {"items": [{"id": nothing}]}]  # fmt: skip
    for body in values:
        for headers in ({}, {"if-match": '"1"'}, {"if-match": "*"}):
            both = [
                crm.call(who, "PATCH", f"/api/records/deal/{i}", json=body, headers=headers)
                for i in (hidden, nothing)
            ]
            assert_same(*both, (str(hidden), str(nothing)))
    for method, way, body in (
        ("DELETE", "", None), ("POST", "/restore", None), ("POST", "/move", {"to": "won"}), ("POST", "/move", {"to": "nope"}),
        ("GET", "/history", None), ("GET", "", None),
    ):  # fmt: skip
        both = [crm.call(who, method, f"/api/records/deal/{i}{way}", json=body) for i in (hidden, nothing)]
        assert_same(*both, (str(hidden), str(nothing)))
    for entity, field in (("activity", "about"), ("deal_item", "deal")):
        more: dict[str, Any] = {"subject": "x"} if entity == "activity" else {"product": 1}
        both = [
            crm.call(who, "POST", f"/api/records/{entity}", json={field: i, **more})
            for i in (hidden, nothing)
        ]
        assert both[0].status_code == 422, both[0].text
        assert_same(*both, (str(hidden), str(nothing)))
    for kind, make in (("update", lambda i: {"id": i, "name": "x"}), ("delete", lambda i: i)):
        both = [
            crm.call(who, "POST", "/api/records/deal/batch", json={kind: [make(own), make(i)]})
            for i in (hidden, nothing)
        ]
        assert_same(*both, (str(hidden), str(nothing)))
    if its_item is not None:
        for method, body in (("GET", None), ("PATCH", {"quantity": 2}), ("DELETE", None)):
            both = [
                crm.call(who, method, f"/api/records/deal_item/{i}", json=body) for i in (its_item, nothing)
            ]
            assert_same(*both, (str(its_item), str(nothing)))
        tag = {"if-match": "*"}
        both = [
            crm.call(who, "PATCH", f"/api/records/deal/{own}", json={"items": [{"id": i}]}, headers=tag)
            for i in (its_item, nothing)
        ]
        assert_same(*both, (str(its_item), str(nothing)))
    shown = crm.get(who, f"/api/records/deal/{own}")
    for name in shown.get("_hidden", ()):
        assert crm.call(who, "PATCH", f"/api/records/deal/{own}", json={name: None}).status_code in (403, 422)
    assert state(crm) == before


def test_a_used_company_out_of_reach_is_refused_by_rights_first(crm: Crm) -> None:
    """Whoever may not delete is told so, not where the record is used."""
    who = person(crm, "manager")
    rights = crm.rights(who)
    deal = rights.model.entities["deal"]
    used = next(
        r[deal.by_name["company"].uid] for r in rights.world.rows[deal.uid] if r[deal.by_name["company"].uid]
    )
    answer = crm.call(who, "DELETE", f"/api/records/company/{used}")
    assert (answer.status_code, answer.json()["code"]) == (403, "KBK4002"), answer.text
    assert crm.call("admin", "DELETE", f"/api/records/company/{used}").status_code == 409


def test_what_roles_ask_for_is_never_too_deep_for_a_database(crm: Crm) -> None:
    """Rules that name sets, under rollups, under search and sort: SQLite reads so many levels and no more."""
    for who in ("anna", "marina"):
        for name in ("deal", "company", "lead", "contact", "activity"):
            crm.get(who, f"/api/records/{name}?search=a&count=exact&sort=-created_at")
            crm.get(who, f"/api/records/{name}?filter=SHARED()&search=a")


def test_a_manager_finds_the_deals_and_companies_they_see(crm: Crm) -> None:
    """Words of records in sight, and of hidden ones, find what the oracle finds, however it is sorted."""
    rights = crm.rights("marina")
    for name, title in (("deal", "name"), ("company", "name")):
        entity = rights.model.entities[name]
        seen = live(rights, entity)
        hidden = [r for r in rights.world.rows[entity.uid] if r not in seen and r["deleted_at"] is None]
        written = [str(r[entity.by_name[title].uid]) for r in (*seen[:2], *hidden[:2])]
        words = {word for text in written for word in re.findall(r"\w{4,}", text)[:1]}
        assert words, name
        for word in sorted(words):
            found = [r["id"] for r in seen if rights.finds(entity, r, word)]
            path = f"/api/records/{name}?search={quote(word)}"
            told = crm.get("marina", f"{path}&fields=id&count=exact&limit=1000")
            assert ([i["id"] for i in told["items"]], told["count"]) == (found, len(found)), (name, word)
            sorted_by_name = crm.get("marina", f"{path}&sort=-{title}&limit=1000")["items"]
            assert {i["id"] for i in sorted_by_name} == set(found), (name, word)


def test_a_cursor_is_good_for_its_own_question_only(crm: Crm) -> None:
    who, head = person(crm, "manager"), person(crm, "head")
    path = "/api/records/company?limit=3&sort=name"
    cursor = crm.get(who, path)["next"]
    assert crm.call(who, "GET", f"{path}&cursor={cursor}").status_code == 200
    tampered = [
        cursor[:-1],
        cursor + "A",
        cursor[::-1],
        "A" + cursor[1:],
        cursor[:20] + ("B" if cursor[20] != "B" else "C") + cursor[21:],
    ]
    for each in tampered:
        answer = crm.call(who, "GET", f"{path}&cursor={each}")
        assert (answer.status_code, answer.json()["code"]) == (400, "KBK2004"), each
    for other in (f"/api/records/company?limit=3&sort=-name&cursor={cursor}", f"/api/records/company?limit=3&cursor={cursor}",
                  f"{path}&filter=true&cursor={cursor}", f"/api/records/deal?limit=3&sort=name&cursor={cursor}",
                  f"{path}&deleted=only&cursor={cursor}", f"/api/changes?after={cursor}"):  # fmt: skip
        assert crm.call(who, "GET", other).status_code == 400, other
    assert crm.call(head, "GET", f"{path}&cursor={cursor}").status_code == 400


def state(crm: Crm) -> Any:
    with crm.workspace.read() as tx:
        return tx.model.version, raw_rows(tx)


def sign_in(crm: Crm, who: str) -> None:
    crm.client.cookies.clear()
    token = re.search(r'name="_csrf_token" value="([^"]+)"', crm.client.get("/sign-in").text)
    assert token is not None
    form = {"login": who, "password": PASSWORD, "_csrf_token": token[1]}
    assert crm.client.post("/sign-in", data=form, follow_redirects=False).status_code == 303


def test_pages_show_what_people_wrote_as_text(crm: Crm) -> None:
    """Stored HTML and script stand escaped in lists, cards, forms, history, drop-downs and refusals, under the policy."""
    company = crm.call("admin", "POST", "/api/records/company", json={"name": EVIL, "notes": EVIL}).json()[
        "id"
    ]
    body = {"name": EVIL, "company": company, "notes": EVIL, "lost_reason": EVIL}
    deal = crm.call("admin", "POST", "/api/records/deal", json=body).json()["id"]
    crm.call("admin", "PATCH", f"/api/records/deal/{deal}", json={"name": EVIL + "!"})
    sign_in(crm, "admin")
    shown = 0
    pages = ["/", "/e/deal", "/e/company", f"/e/deal/{deal}", f"/e/deal/{deal}/edit", f"/e/company/{company}", "/e/deal/new",
             f"/e/deal?q={quote(EVIL)}", f"/e/deal?sort={quote(EVIL)}", f"/e/{quote(EVIL, safe='')}", f"/{quote(EVIL, safe='')}",
             f"/e/deal/options/company?q={quote('<script>')}", f"/sign-in?next={quote(EVIL)}", "/api/docs"]  # fmt: skip
    for path in pages:
        answer = crm.client.get(path)
        assert answer.status_code < 500, path
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert "unsafe" not in answer.headers["content-security-policy"]
        if answer.headers["content-type"].startswith("application/json"):
            assert answer.headers["x-content-type-options"] == "nosniff"
            continue
        assert "<script>alert" not in answer.text, path
        assert "<img src=x" not in answer.text, path
        assert "onerror=alert" not in re.sub(r"(&#34;|&quot;|&#39;|&gt;|&lt;)[^<]*", "", answer.text), path
        shown += html.escape(EVIL)[:20] in answer.text
    assert shown >= 5
    page = crm.client.get(f"/e/deal/{deal}/edit").text
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert token is not None
    before = state(crm)
    form = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page))
    form = {name: html.unescape(value) for name, value in form.items()}
    form |= {name: EVIL for name in form if not name.startswith("_")} | {"_do": "save", EVIL: EVIL}
    assert len(form) > 6
    refused = crm.client.post(f"/e/deal/{deal}/edit", data=form)
    assert 400 <= refused.status_code < 500, sorted(form)
    assert "<script>alert" not in refused.text and "<img src=x" not in refused.text
    assert state(crm) == before
    crm.client.cookies.clear()


def test_pages_give_a_manager_only_their_own(crm: Crm) -> None:
    """The pages are other doors to the same rooms: hidden records are not found, nor chosen, nor counted."""
    who = person(crm, "manager")
    rights = crm.rights(who)
    deal = rights.model.entities["deal"]
    name = deal.by_name["name"].uid
    mine = {r[name] for r in live(rights, deal)}
    others = [r for r in rights.world.rows[deal.uid] if r["deleted_at"] is None and not rights.sees(deal, r)]
    sign_in(crm, who)
    page = crm.client.get("/e/deal?limit=1000").text
    texts = html.unescape(page)
    assert all(
        r[name] not in texts for r in others if r[name] not in mine and not any(r[name] in m for m in mine)
    )
    for row in others[:3]:
        for way in ("", "/edit"):
            hidden, nothing = (crm.client.get(f"/e/deal/{i}{way}") for i in (row["id"], 87654321))
            assert hidden.status_code == nothing.status_code == 404
        chosen = html.unescape(crm.client.get(f"/e/activity/options/deal?q={quote(row[name][:30])}").text)
        assert row[name] not in chosen or row[name] in mine
    for page in ("/e/user_role", "/e/role"):
        exists = rights.exists(rights.model.entities[page.removeprefix("/e/")])
        assert (crm.client.get(page).status_code == 200) == exists
    crm.client.cookies.clear()


def test_a_manager_issues_invoice_and_contract_of_their_own_deal(crm: Crm) -> None:
    """Word and PDF, with the child rows and the sum in words; nobody else knows of them; a bare deal has an invoice, too."""
    product = crm.get("marina", "/api/records/product?limit=1")["items"][0]["id"]
    company = crm.get("marina", "/api/records/company?limit=1")["items"][0]["id"]
    rows = [{"product": product, "quantity": 2, "price": "1300.00"}]
    written = crm.call(
        "marina", "POST", "/api/records/deal", json={"name": "Полки", "company": company, "items": rows}
    )
    deal = written.json()["id"]
    assert written.json()["seller"]["title"] == "ООО «СкладТех»", (
        "the default is that of the person's department"
    )
    for name, words in (
        ("invoice", "Две тысячи шестьсот рублей 00 копеек"),
        ("contract", "две тысячи шестьсот рублей"),
    ):
        made = crm.call("marina", "POST", f"/api/documents/{name}", json={"record": deal, "format": "docx"})
        assert made.status_code == 200, made.text
        text = word_text(made.content)
        assert words in text and "2 600,00 ₽" in text and "Стойка 3000×90" in text and "468,85" in text, text
        paper = crm.call("marina", "POST", f"/api/documents/{name}", json={"record": deal, "format": "pdf"})
        assert paper.content.startswith(b"%PDF"), paper.text
        stranger = crm.call("igor", "POST", f"/api/documents/{name}", json={"record": deal, "format": "docx"})
        assert stranger.status_code == 404
    bare = crm.call("marina", "POST", "/api/records/deal", json={"name": "Только название"}).json()["id"]
    asked = {"record": bare, "format": "docx", "preview": True}
    assert crm.call("marina", "POST", "/api/documents/invoice", json=asked).status_code == 200
    assert crm.call("marina", "POST", "/api/documents/contract", json=asked).status_code == 422, (
        "without a company"
    )


def word_text(data: bytes) -> str:
    """All the text of a Word document, spaces plain."""
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells]).replace("\N{NO-BREAK SPACE}", " ")
