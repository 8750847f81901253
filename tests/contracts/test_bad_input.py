"""Whatever is sent: answered as the contract says, nothing changed, nothing executed, nothing of the inside shown."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import DIALECTS
from tests.contracts.places import raw_rows
from tests.oracle.searching import finds
from tests.sites import PASSWORD, Site, install, running

ROOT = Path(__file__).parents[2]
INSIDE = re.compile(
    r"Traceback|File \"|sqlite3|psycopg|sqlalchemy|\bSELECT \b|\bINSERT INTO\b|\bFROM e_|\be_[a-z0-9]{8,}|\bf_[a-z0-9]{8,}|\.py\b|"
    + re.escape(str(ROOT)),
)
EVIL = (
    "'; DROP TABLE kubik_head; --", "' OR '1'='1", "\"; DELETE FROM kubik_journal; --", "1); SELECT pg_sleep(3); --",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{ 7*7 }}", "${7*7}", "%s%n%(id)s", "../../etc/passwd",
    "\\x00", "\u202eевил", "' UNION SELECT hash FROM kubik_token --", "a" * 900, "😀" * 50, "`id`", "$(id)", "%27",
)  # fmt: skip


@pytest.fixture(scope="module", params=DIALECTS)
def site(request, lasting_database, tmp_path_factory) -> Iterator[Site]:
    """One served installation for all: what is refused leaves no trace in it."""
    url, home = lasting_database(request.param), tmp_path_factory.mktemp("home")
    tokens = install(url, home)
    with running(url, home, tokens) as found:
        yield found


def state(site: Site) -> Any:
    with site.workspace.read() as tx:
        return tx.model.version, raw_rows(tx)


@contextmanager
def unchanged(site: Site) -> Iterator[None]:
    """What is stored and configured is afterwards as it was."""
    before = state(site)
    yield
    assert state(site) == before


def safe(answer: Any) -> Any:
    """An answer that shows nothing of the inside; a problem has its members, and no fault of ours."""
    assert answer.status_code < 500, answer.text
    assert "content-security-policy" in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status_code >= 400 and answer.headers["content-type"].startswith("application/problem+json"):
        body = answer.json()
        assert {"type", "title", "status", "detail", "code", "errors", "request_id"} <= set(body)
        assert body["status"] == answer.status_code
        assert re.fullmatch(r"KBK\d{4}", body["code"])
        assert all({"pointer", "code", "message"} <= set(each) for each in body["errors"])
    return answer


def bare(answer: Any, quoted: str = "") -> Any:
    """A refusal that shows nothing of the inside, apart from what it ``quoted`` of what was sent."""
    assert 400 <= safe(answer).status_code < 500, answer.text
    shown = answer.text
    for text in (quoted, html.escape(quoted), json.dumps(quoted, ensure_ascii=False)[1:-1]):
        shown = shown.replace(text, "") if text else shown
    assert not INSIDE.search(html.unescape(shown).replace(quoted or "\0", "")), answer.text
    return answer


BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"{", 400),
    "single quotes": (b"{'name': 1}", 400),
    "a list": (b"[]", 400),
    "a text": (b'"x"', 400),
    "null": (b"null", 400),
    "broken UTF-8": (b'{"name": "\xff\xfe"}', 400),
    "overlong UTF-8": (b'{"name": "\xc0\xaf"}', 400),
    "half a character": (b'{"name": "\\ud800"}', 400),
    "NaN": (b'{"name": "x", "staff": NaN}', 400),
    "a member twice": (b'{"name": "x", "staff": 1, "staff": 2}', 400),
    "Infinity": (b'{"name": "x", "staff": Infinity}', 400),
    "trailing": (b'{"name": "x"} {}', 400),
    "deep": (b'{"name": ' + b"[" * 100 + b"]" * 100 + b"}", 400),
    "very deep": (b"[" * 200_000, 400),
    "very deep and whole": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
    "a byte order mark in UTF-16": ('{"name": "x"}'.encode("utf-16"), 400),
    "control characters": (b'{"name": "a\x01"}', 400),
    "10 MB": (b'{"name": "' + b"x" * 10_000_000 + b'"}', 413),
    "10 MB of names": (b"{" + b",".join(b'"a%d":1' % n for n in range(900_000)) + b"}", 413),
    "NUL": (b'{"name": "a\\u0000b"}', 422),
    "NUL in a name": (b'{"na\\u0000me": 1}', 422),
    "unknown field": (b'{"name": "x", "nope": 1}', 422),
    "unknown field like SQL": (b'{"name": "x", "id; DROP TABLE": 1}', 422),
    "empty name of a field": (b'{"name": "x", "": 1}', 422),
    "number for text": (b'{"name": 5}', 422),
    "list for text": (b'{"name": ["x"]}', 422),
    "object for text": (b'{"name": {"$ne": null}}', 422),
    "text for integer": (b'{"name": "x", "staff": "many"}', 422),
    "half for integer": (b'{"name": "x", "staff": 1.5}', 422),
    "true for integer": (b'{"name": "x", "staff": true}', 422),
    "below the least": (b'{"name": "x", "staff": -1}', 422),
    "beyond 64 bits": (b'{"name": "x", "staff": 99999999999999999999}', 422),
    "far beyond": (b'{"name": "x", "staff": ' + b"9" * 5000 + b"}", 400),
    "1e400": (b'{"name": "x", "staff": 1e400}', 422),
    "1e999999999": (b'{"name": "x", "discount": 1e999999999}', 422),
    "1e-999999999": (b'{"name": "x", "discount": 1e-999999999}', 422),
    "a long fraction": (b'{"name": "x", "discount": 0.' + b"1" * 5000 + b"}", 422),
    "out of range": (b'{"name": "x", "discount": 1.01}', 422),
    "text for boolean": (b'{"name": "x", "vip": "perhaps"}', 422),
    "a date that is none": (b'{"name": "x", "founded": "2026-02-30"}', 422),
    "a date out of time": (b'{"name": "x", "founded": "99999-01-01"}', 422),
    "a link beyond 64 bits": (b'{"name": "x", "owner": 99999999999999999999}', 422),
    "a negative link": (b'{"name": "x", "owner": -1}', 422),
    "a link to nobody": (b'{"name": "x", "owner": 4000000000}', 422),
    "a link by nothing": (b'{"name": "x", "owner": {"by": {}}}', 422),
    "a link by two": (b'{"name": "x", "owner": {"by": {"login": "a", "name": "b"}}}', 422),
    "a link by SQL": (b'{"name": "x", "owner": {"by": {"login\' OR 1=1 --": "a"}}}', 422),
    "too long": (b'{"name": "x", "inn": "' + b"7" * 5000 + b'"}', 422),
    "against the format": (b'{"name": "x", "inn": "abc"}', 422),
    "computed": (b'{"name": "x", "deal_count": 5}', 422),
    "the system's": (b'{"name": "x", "id": 5}', 422),
    "version": (b'{"name": "x", "version": 5}', 422),
    "deleted_at": (b'{"name": "x", "deleted_at": null}', 422),
    "created_by": (b'{"name": "x", "created_by": 1}', 422),
    "nothing required": (b"{}", 422),
    "required null": (b'{"name": null}', 422),
    "required empty": (b'{"name": ""}', 422),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body(site: Site, what: str) -> None:
    body, status = BODIES[what]
    with unchanged(site):
        answer = bare(
            site.call(
                "POST", "/api/records/company", content=body, headers={"content-type": "application/json"}
            )
        )
    assert answer.status_code == status, answer.text
    if status == 400:
        assert answer.json()["code"] == "KBK2001"
    if status == 422 and answer.json()["code"] != "KBK2001":
        assert all(each["pointer"].startswith("/") for each in answer.json()["errors"]), answer.text


def test_bodies_of_other_calls(site: Site) -> None:
    """Batch, move, by key, plan, apply: each refuses what is not of its form."""
    deal = site.post("/api/records/deal", {"name": "D"}).json()["id"]
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/api/records/company/batch", {"create": {}}), ("POST", "/api/records/company/batch", {"create": [1]}),
        ("POST", "/api/records/company/batch", {"creates": []}), ("POST", "/api/records/company/batch", {"upsert": [{}]}),
        ("POST", "/api/records/company/batch", {"upsert": [{"inn": None}], "key": "inn"}),
        ("POST", "/api/records/company/batch", {"upsert": [{"name": "x"}], "key": "name"}),
        ("POST", "/api/records/company/batch", {"upsert": [{"name": "x"}], "key": ["inn"]}),
        ("POST", "/api/records/company/batch", {"delete": ["x"]}), ("POST", "/api/records/company/batch", {"delete": [2**70]}),
        ("POST", "/api/records/company/batch", {"update": [{"id": "1"}]}),
        ("POST", "/api/records/company/batch", {"create": [{"name": str(n)} for n in range(10_001)]}),
        ("POST", "/api/records/company/batch", {"create": [{"name": "a"}, {"name": None}]}),
        ("POST", "/api/records/company/batch", []), ("POST", f"/api/records/deal/{deal}/move", {}),
        ("POST", f"/api/records/deal/{deal}/move", {"to": 5}), ("POST", f"/api/records/deal/{deal}/move", {"to": "x"}),
        ("POST", f"/api/records/deal/{deal}/move", {"to": "won", "values": []}),
        ("POST", f"/api/records/deal/{deal}/move", {"to": "won", "more": 1}),
        ("POST", "/api/records/company/1/move", {"to": "won"}),
        ("PATCH", f"/api/records/deal/{deal}", {"items": [{"product": 1}]}), ("PATCH", f"/api/records/deal/{deal}", {"items": {}}),
        ("PATCH", f"/api/records/deal/{deal}", {"items": [1]}), ("PATCH", f"/api/records/deal/{deal}", {"items": [{"id": 10**30}]}),
        ("PUT", "/api/records/company/by/inn/7707083893", {"name": 5}), ("PUT", "/api/records/company/by/name/x", {"name": "x"}),
        ("PUT", "/api/records/company/by/nope/x", {"name": "x"}), ("PUT", "/api/records/company/by/inn/abc", {"name": "x"}),
        ("PUT", "/api/records/company/by/inn/7707083893", {"name": "x", "inn": "7707083894"}),
        ("POST", "/api/model/plan", []), ("POST", "/api/model/plan", {"entities": 5}), ("POST", "/api/model/plan", {"changes": {}}),
        ("POST", "/api/model/plan", {"nonsense": []}), ("POST", "/api/model/apply", {}), ("POST", "/api/model/apply", {"plan": "x"}),
        ("POST", "/api/model/apply", {"plan": 10**30}), ("POST", "/api/model/apply", {"plan": {"a": 1}}),
        ("POST", "/api/model/versions/0/restore", {}), ("POST", "/api/model/versions/99999999999999999999/restore", {}),
        ("POST", "/api/imports", {}),
    ]  # fmt: skip
    with unchanged(site):
        for method, path, body in calls:
            bare(site.call(method, path, json=body))


@pytest.mark.parametrize("text", EVIL)
def test_a_text_in_every_place(site: Site, text: str) -> None:
    """Kept and given back as it is where a text may stand; found or refused, never executed, anywhere else."""
    made = safe(site.post("/api/records/company", {"name": text, "notes": text}))
    assert made.status_code == 201, made.text
    assert made.json()["name"] == text
    record = made.json()["id"]
    encoded = quote(text, safe="")
    with unchanged(site):
        quoted = text.replace("'", "''")
        found = safe(site.get(f"/api/records/company?filter={quote(f'''notes = '{quoted}' ''', safe='')}"))
        if len(text) < 1000:
            assert [item["id"] for item in found.json()["items"]] == [record]
            found = safe(site.get(f"/api/records/company?search={encoded}"))
            told = {item["id"] for item in found.json()["items"]}
            with site.workspace.read() as tx:
                company = tx.model.entities["company"]
                uids = [company.by_name[name].uid for name in ("name", "notes")]
                names = {row["id"]: [row[uid] or "" for uid in uids] for row in raw_rows(tx)[company.uid]}
            assert told == {id for id, each in names.items() if finds(text, each, generous=False)}
            assert (record in told) == any(map(str.isalnum, text))
        for place in ("filter", "sort", "fields", "cursor", "limit", "count", "deleted", "nope"):
            bare(site.get(f"/api/records/company?{place}={encoded}"), text)
        for path in (
            f"/api/records/{encoded}", f"/api/records/company/{encoded}", f"/api/records/company/by/{encoded}/x",
            f"/api/records/company/by/inn/{encoded}", f"/api/records/company/by/ext/{encoded}", f"/api/{encoded}",
            f"/api/changes?after={encoded}", f"/api/changes?entity={encoded}", f"/api/records/company/{record}/{encoded}",
            f"/api/records/company/{record}/history?cursor={encoded}", f"/api/model/uses/{encoded}/x",
            f"/api/model/uses/entity/{encoded}", f"/api/jobs/{encoded}",
        ):  # fmt: skip
            bare(site.get(path), text)
        if text.isascii() and text.isprintable():
            for header in ("if-match", "idempotency-key", "authorization", "content-type"):
                patch = f"/api/records/company/{record}"
                bare(site.call("PATCH", patch, json={"nope": 1}, headers={header: text}), text)
            safe(
                site.get(
                    "/api/records/company?limit=1",
                    headers={"accept-language": text, "cookie": f"kubik_language={text}"},
                )
            )
        bare(site.post("/api/records/company", {text: 1, "name": "x"}), text)
        wrong = {"name": "x", "vip": text, "staff": text, "founded": text, "owner": text}
        bare(site.post("/api/records/company", wrong), text)


PATHS: dict[str, tuple[str, str, int]] = {
    "unknown parameter": ("GET", "/api/records/company?offset=5", 400),
    "a parameter twice": ("GET", "/api/records/company?limit=5&limit=6", 400),
    "broken UTF-8 in a parameter": ("GET", "/api/records/company?filter=%ff%fe", 400),
    "NUL in a parameter": ("GET", "/api/records/company?search=a%00b", 400),
    "half an escape": ("GET", "/api/records/company?search=%zz", 200),
    "limit zero": ("GET", "/api/records/company?limit=0", 400),
    "limit beyond": ("GET", "/api/records/company?limit=1001", 400),
    "limit negative": ("GET", "/api/records/company?limit=-1", 400),
    "limit in other digits": ("GET", "/api/records/company?limit=%D9%A5", 400),
    "limit huge": ("GET", "/api/records/company?limit=" + "9" * 500, 400),
    "count of a kind": ("GET", "/api/records/company?count=about", 400),
    "an empty field": ("GET", "/api/records/company?fields=name,,inn", 400),
    "a broken filter": ("GET", "/api/records/company?filter=name%20%3D", 400),
    "a filter of another type": ("GET", "/api/records/company?filter=name%20%3D%205", 422),
    "a filter that is no condition": ("GET", "/api/records/company?filter=name", 422),
    "a deep filter": ("GET", "/api/records/company?filter=" + "(" * 3000 + "vip" + ")" * 3000, 400),
    "a long filter": ("GET", "/api/records/company?filter=" + "%20OR%20".join(["vip"] * 3000), 400),
    "a huge number in a filter": ("GET", "/api/records/company?filter=staff%20%3E%20" + "9" * 400, 422),
    "unknown function": ("GET", "/api/records/company?filter=pg_sleep(3)", 422),
    "unknown field in a filter": ("GET", "/api/records/company?filter=nope%20%3D%201", 422),
    "unknown sort": ("GET", "/api/records/company?sort=nope", 422),
    "sort by twice minus": ("GET", "/api/records/company?sort=--name", 422),
    "a garbage cursor": ("GET", "/api/records/company?cursor=abc", 400),
    "a long path of links": ("GET", "/api/records/company?fields=owner" + ".department" * 20, 422),
    "unknown entity": ("GET", "/api/records/nope", 404),
    "an entity in capitals": ("GET", "/api/records/Company", 404),
    "an id beyond 64 bits": ("GET", "/api/records/company/9223372036854775808", 404),
    "the last id": ("GET", "/api/records/company/9223372036854775807", 404),
    "id zero": ("GET", "/api/records/company/0", 404),
    "a negative id": ("GET", "/api/records/company/-1", 404),
    "an id in other digits": ("GET", "/api/records/company/%D9%A1", 404),
    "an id with a sign": ("GET", "/api/records/company/+1", 404),
    "broken UTF-8 in a path": ("GET", "/api/records/%ff", 404),
    "NUL in a path": ("GET", "/api/records/company%00", 404),
    "a path up": ("GET", "/api/records/../../etc/passwd", 404),
    "an escaped path up": ("GET", "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404),
    "delete of a list": ("DELETE", "/api/records/company", 405),
    "put of a record": ("PUT", "/api/records/company/1", 405),
    "an own method": ("FROB", "/api/records/company", 405),
    "trace": ("TRACE", "/api/records/company", 405),
    "post to a record": ("POST", "/api/records/company/1", 405),
    "history by post": ("POST", "/api/records/company/1/history", 405),
    "a call that is not": ("GET", "/api/nothing", 404),
    "the root": ("GET", "/api", 404),
}


@pytest.mark.parametrize("what", PATHS)
def test_an_address(site: Site, what: str) -> None:
    method, path, status = PATHS[what]
    with unchanged(site):
        answer = safe(site.call(method, path))
    assert answer.status_code == status, answer.text
    assert not INSIDE.search(answer.text)
    if status == 405:
        assert answer.headers["allow"]


def test_who_is_nobody_gets_nothing(site: Site) -> None:
    """Missing, garbage, foreign and revoked tokens; a session without the token of its forms."""
    token = site.tokens["admin"]
    headers: tuple[dict[str, str], ...] = (
        {}, {"authorization": "Bearer"}, {"authorization": "Bearer x"}, {"authorization": f"Basic {token}"}, {"authorization": token},
        {"authorization": f"Bearer {token}x"}, {"authorization": f"Bearer {token[:-1]}"}, {"authorization": f"Bearer {token} {token}"},
        {"authorization": "Bearer " + "x" * 5000}, {"cookie": "kubik_session=x"}, {"cookie": "kubik_session=" + token},
        {"authorization": "Bearer ' OR 1=1 --"}, {"cookie": "kubik_session=%00; ;;=;\"\""},
    )  # fmt: skip
    with unchanged(site):
        for each in headers:
            for method, path in (("GET", "/api/records/company"), ("POST", "/api/records/company"), ("GET", "/api/model"),
                                 ("GET", "/api/openapi.json"), ("GET", "/api/events"), ("GET", "/api/changes"), ("GET", "/metrics")):  # fmt: skip
                more = {"json": {"name": "x"}} if method == "POST" else {}
                answer = bare(site.call(method, path, None, headers=each, **more))
                assert answer.status_code == 401, (each, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert token not in answer.text


def test_a_session_changes_nothing_without_the_token_of_its_forms(site: Site) -> None:
    site.client.cookies.clear()
    page = site.client.get("/sign-in")
    csrf = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
    assert csrf is not None
    refused = site.client.post("/sign-in", data={"login": "admin", "password": PASSWORD})
    assert refused.status_code == 403
    form = {"login": "admin", "password": PASSWORD, "_csrf_token": csrf[1]}
    signed = site.client.post("/sign-in", data=form, follow_redirects=False)
    assert signed.status_code == 303
    assert "httponly" in signed.headers["set-cookie"].lower()
    with unchanged(site):
        for headers in ({}, {"x-csrf-token": "x"}, {"x-csrf-token": csrf[1]}):
            answer = site.client.post("/api/records/company", json={"name": "x"}, headers=headers)
            assert bare(answer).status_code == 403
            assert answer.json()["code"] == "KBK4003"
        for path in ("/e/company/new", "/sign-out", "/language", "/theme"):
            assert 400 <= site.client.post(path, data={"name": "x"}, follow_redirects=False).status_code < 500
    assert site.client.get("/api/records/company").status_code == 200
    site.client.cookies.clear()


@pytest.mark.parametrize("login", [*EVIL, "\0", "a\0b"])
def test_a_login_of_any_kind_is_only_refused(site: Site, login: str) -> None:
    csrf = re.search(r'name="_csrf_token" value="([^"]+)"', site.client.get("/sign-in").text)
    assert csrf is not None
    with unchanged(site):
        form = {"login": login, "password": login, "_csrf_token": csrf[1], "next": login}
        answer = site.client.post("/sign-in", data=form, follow_redirects=False)
    assert bare(answer, login).status_code in (400, 422, 429)
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


def test_conditions(site: Site) -> None:
    """`If-Match`: stale is 412 always, garbage 400, `*` is any version."""
    made = site.post("/api/records/company", {"name": "A"})
    path, tag = made.headers["location"], made.headers["etag"]
    assert tag == '"1"'
    with unchanged(site):
        for stale in ('"0"', '"2"', '"99999999999999999999"', 'W/"1"', '"x"', '"2", "3"', '""'):
            for body in ({"name": "B"}, {}, {"nope": 1}, {"staff": "x"}, {"deal_count": 1}):
                answer = bare(site.patch(path, body, headers={"if-match": stale}))
                assert answer.status_code == 412, (stale, body, answer.text)
                assert answer.json()["code"] == "KBK3009"
            assert bare(site.call("DELETE", path, headers={"if-match": stale})).status_code == 412
        for garbage in ("1", "x", '"1', "*, *"):
            assert bare(site.patch(path, {"name": "B"}, headers={"if-match": garbage})).status_code == 400
        assert (
            bare(
                site.patch("/api/records/company/999", {"name": "B"}, headers={"if-match": '"1"'})
            ).status_code
            == 404
        )
    assert site.patch(path, {"name": "B"}, headers={"if-match": "*"}).headers["etag"] == '"2"'
    assert site.patch(path, {"name": "C"}, headers={"if-match": '"7", "2"'}).headers["etag"] == '"3"'


def test_an_idempotency_key_is_for_one_request(site: Site) -> None:
    key = {"idempotency-key": "k-1"}
    first = site.post("/api/records/company", {"name": "A"}, headers=key)
    with unchanged(site):
        again = site.post("/api/records/company", {"name": "A"}, headers=key)
        assert (again.status_code, again.text, again.headers["location"]) == (
            201,
            first.text,
            first.headers["location"],
        )
        for path, body in (("/api/records/company", {"name": "B"}), ("/api/records/product", {"name": "A"})):
            other = bare(site.post(path, body, headers=key))
            assert (other.status_code, other.json()["code"]) == (422, "KBK2008")
        for garbage in ("", "x" * 256):
            assert (
                bare(
                    site.post("/api/records/company", {"name": "C"}, headers={"idempotency-key": garbage})
                ).status_code
                == 400
            )
        refused = bare(site.post("/api/records/company", {"nope": 1}, headers={"idempotency-key": "k-2"}))
        assert refused.status_code == 422
    assert (
        site.post("/api/records/company", {"name": "A"}, headers={"idempotency-key": "k-2"}).status_code
        == 201
    )
    assert (
        site.post("/api/records/company", {"name": "A"}, "helen", headers=key).json()["id"]
        != first.json()["id"]
    )


FIELD = {"name": "name", "type": "text"}
DEFINITIONS: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "a circle of formulas": (
        [{"name": "thing", "fields": [
            {"name": "a", "type": "formula", "formula": "b + 1"}, {"name": "b", "type": "formula", "formula": "a + 1"}]}],
        False,
    ),
    "a circle of children": (
        [{"name": "one", "fields": [{"name": "up", "type": "link", "to": "two"}, {"name": "kids", "type": "children", "of": "two", "through": "up"}]},
         {"name": "two", "fields": [{"name": "up", "type": "link", "to": "one"}, {"name": "kids", "type": "children", "of": "one", "through": "up"}]}],
        False,
    ),
    "an entity twice": ([{"name": "thing", "fields": [FIELD]}, {"name": "thing", "fields": [FIELD]}], False),
    "a field twice": ([{"name": "thing", "fields": [FIELD, FIELD]}], False),
    "a taken entity": ([{"name": "company", "fields": [FIELD]}], False),
    "an entity of the system's name": ([{"name": "user", "fields": [FIELD]}], False),
    "a Cyrillic name": ([{"name": "сделка", "fields": [FIELD]}], False),
    "a Cyrillic field": ([{"name": "thing", "fields": [{"name": "имя", "type": "text"}]}], False),
    "a name like SQL": ([{"name": "thing; drop table x", "fields": [FIELD]}], False),
    "a field like SQL": ([{"name": "thing", "fields": [{"name": 'a" text; drop table x', "type": "text"}]}], False),
    "the system's field": ([{"name": "thing", "fields": [{"name": "id", "type": "integer"}]}], False),
    "a word of expressions": ([{"name": "thing", "fields": [{"name": "null", "type": "text"}]}], False),
    "an unknown type": ([{"name": "thing", "fields": [{"name": "a", "type": "blob"}]}], False),
    "an unknown key": ([{"name": "thing", "fields": [FIELD], "sql": "select 1"}], False),
    "a link to nothing": ([{"name": "thing", "fields": [{"name": "a", "type": "link", "to": "nothing"}]}], False),
    "an expression like SQL": ([{"name": "thing", "fields": [{"name": "a", "type": "formula", "formula": "(SELECT 1)"}]}], False),
    "a pattern that never ends": ([{"name": "thing", "fields": [{"name": "a", "type": "text", "format": "(a+)+(?=b)\\1"}]}], False),
    "order": ([{"name": "order", "fields": [FIELD]}], True),
    "select": ([{"name": "select", "fields": [FIELD]}], True),
    "fields order, select and user": (
        [{"name": "thing", "fields": [FIELD, *({"name": n, "type": "text"} for n in ("order", "select", "user", "group", "table"))]}], True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", DEFINITIONS)
def test_a_definition(site: Site, what: str) -> None:
    """What cannot be is refused with its place; a word of SQL is a name like any other."""
    entities, good = DEFINITIONS[what]
    model = site.get("/api/model").json()
    model.pop("version")
    model["entities"] += [
        {"solution": "sales", "label": {"ru": "Вещь", "en": "Thing"}, **each} for each in entities
    ]
    if not good:
        with unchanged(site):
            answer = safe(site.post("/api/model/plan", model))
            assert answer.status_code in (409, 422), answer.text
            assert answer.json()["errors"], answer.text
            assert not re.search(r"Traceback|sqlite3|psycopg|sqlalchemy", answer.text)
        return
    plan = safe(site.post("/api/model/plan", model))
    assert plan.status_code == 200, plan.text
    assert safe(site.post("/api/model/apply", {"plan": plan.json()["plan"]})).status_code == 200
    name = entities[0]["name"]
    values = {f["name"]: "x" for f in entities[0]["fields"]}
    made = site.post(f"/api/records/{name}", values)
    assert made.status_code == 201, made.text
    for field in values:
        found = site.get(
            f"/api/records/{name}?filter={field}%20%3D%20'x'&sort=-{field}&fields={field}&search=x"
        )
        assert [item[field] for item in found.json()["items"]] == ["x"], found.text


def test_only_json_is_answered_to_programs(site: Site) -> None:
    """Whatever a client accepts or sends, an API error is a problem document."""
    for headers in (
        {"accept": "text/html"},
        {"accept": "*/*;q=0"},
        {"content-type": "text/plain"},
        {"content-type": "multipart/form-data"},
    ):
        answer = safe(site.call("POST", "/api/records/company", content=b"<x/>", headers=headers))
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        json.loads(answer.text)
