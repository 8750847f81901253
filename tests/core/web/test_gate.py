"""Signing in and out, protected forms, headers of every answer, errors for browsers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.web.security import CONTENT_SECURITY_POLICY
from tests.sites import PASSWORD, Site, running


def token_of(page: Any) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def sign_in(site: Site, login: str = "mark", password: str = PASSWORD, **more: str) -> Any:
    page = site.client.get("/sign-in")
    form = {"login": login, "password": password, "_csrf_token": token_of(page), **more}
    return site.client.post("/sign-in", data=form, follow_redirects=False)


def test_a_person_signs_in_and_out(site: Site) -> None:
    page = site.client.get("/sign-in?next=/e/deal")
    assert page.status_code == 200 and "Kubik" in page.text
    answer = sign_in(site, next="/e/deal")
    assert answer.status_code == 303 and answer.headers["location"] == "/e/deal"
    cookie = answer.headers["set-cookie"]
    assert "kubik_session=" in cookie and "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie
    assert site.client.get("/api/records/deal").status_code == 200
    session = site.client.cookies["kubik_session"]
    csrf = site.application.site.seals.csrf(session)
    ended = site.client.post("/sign-out", data={"_csrf_token": csrf}, follow_redirects=False)
    assert ended.status_code == 303 and ended.headers["location"] == "/sign-in"
    assert ended.headers["clear-site-data"] == '"cache", "storage"'
    site.client.cookies.set("kubik_session", session)
    assert site.client.get("/api/records/deal").status_code == 401


def test_a_wrong_password_is_refused_in_the_form_and_too_many_are_stopped(site: Site) -> None:
    for _ in range(10):
        answer = sign_in(site, password="wrong")
        assert answer.status_code == 422
        assert 'value="mark"' in answer.text and "wrong" not in answer.text
    answer = sign_in(site)
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0


def test_unknown_and_known_logins_are_refused_alike(site: Site) -> None:
    texts = [
        re.sub(r"mark|nobody|value=\"[^\"]*\"", "", sign_in(site, login, "wrong").text)
        for login in ("mark", "nobody")
    ]
    assert re.sub(r"[0-9a-f]{16}", "", texts[0]) == re.sub(r"[0-9a-f]{16}", "", texts[1])


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    for data in ({}, {"_csrf_token": "x"}, {"_csrf_token": "ё"}):
        answer = site.client.post(
            "/sign-in", data={"login": "mark", "password": PASSWORD, **data}, follow_redirects=False
        )
        assert answer.status_code == 403 and "text/html" in answer.headers["content-type"]
    token = token_of(site.client.get("/sign-in"))
    site.client.cookies.clear()
    answer = site.client.post("/sign-in", data={"login": "mark", "password": PASSWORD, "_csrf_token": token})
    assert answer.status_code == 403


def test_the_api_in_a_browser_needs_the_token_of_the_page(site: Site) -> None:
    sign_in(site)
    body = {"name": "From a page"}
    refused = site.client.post("/api/records/deal", json=body)
    assert refused.status_code == 403 and refused.json()["code"] == "KBK4003"
    csrf = site.application.site.seals.csrf(site.client.cookies["kubik_session"])
    assert site.client.post("/api/records/deal", json=body, headers={"x-csrf-token": csrf}).status_code == 201


def test_a_stale_form_of_htmx_gets_a_fresh_token(site: Site) -> None:
    sign_in(site)
    answer = site.client.post("/theme", data={"theme": "dark"}, headers={"hx-request": "true"})
    assert answer.status_code == 403
    fresh = answer.headers["x-csrf-token"]
    again = site.client.post(
        "/theme",
        data={"theme": "dark"},
        headers={"hx-request": "true", "x-csrf-token": fresh},
        follow_redirects=False,
    )
    assert again.status_code == 303 and "kubik_theme=dark" in again.headers["set-cookie"]


def test_language_is_kept_by_browser_and_person(site: Site) -> None:
    token = token_of(site.client.get("/sign-in"))
    site.client.post("/language", data={"language": "ru", "next": "/sign-in", "_csrf_token": token})
    page = site.client.get("/sign-in")
    assert 'lang="ru"' in page.text
    sign_in(site)
    csrf = site.application.site.seals.csrf(site.client.cookies["kubik_session"])
    assert (
        site.client.post(
            "/language", data={"language": "ru"}, headers={"x-csrf-token": csrf}, follow_redirects=False
        ).status_code
        == 303
    )
    user = site.get("/api/records/user?filter=login='mark'&fields=language").json()["items"][0]
    assert user["language"] == "ru"
    last = site.get(f"/api/records/user/{user['id']}/history").json()["items"][0]
    assert "language" in last["changes"] and last["by"]["id"] == user["id"]  # not the system
    bad = site.client.post("/language", data={"language": "xx"}, headers={"x-csrf-token": csrf})
    assert bad.status_code == 400


def test_who_is_not_signed_in_is_led_to_the_sign_in(site: Site) -> None:
    answer = site.client.get("/api/docs", headers={"accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == "/sign-in?next=/api/docs"
    answer = site.client.get("/", follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == "/sign-in"
    answer = site.client.get("/", headers={"hx-request": "true"}, follow_redirects=False)
    assert answer.status_code == 401 and "<html" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/nope", "/api/records/deal", "/api/nope", "/assets/nope.js", "/health/live", "/metrics"],
)
def test_every_answer_is_guarded(site: Site, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        answer = site.client.request(method, path, follow_redirects=False)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY, method
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])
        assert "vary" in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_missing_pages_are_told_as_a_page_or_a_fragment(site: Site) -> None:
    page = site.client.get("/nope")
    assert page.status_code == 404 and "<html" in page.text and page.headers["x-request-id"] in page.text
    fragment = site.client.get("/nope", headers={"hx-request": "true"})
    assert fragment.status_code == 404 and "<html" not in fragment.text
    assert site.client.post("/nope").status_code == 403
    wrong = site.client.request("GET", "/sign-out")
    assert wrong.status_code == 405


def test_a_form_over_the_limit_or_unreadable_is_refused(site: Site) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert site.client.post("/sign-in", content=b"x" * (9 * 1024 * 1024), headers=headers).status_code == 413
    assert site.client.post("/sign-in", content=b"login=%ff", headers=headers).status_code in (400, 403)


def test_cookies_are_secure_under_https(installed: Any, fresh_database: Any, tmp_path: Any) -> None:
    template, tokens = installed("sqlite")
    with running(
        fresh_database("sqlite", template=template), tmp_path, tokens, url="https://kubik.example"
    ) as site:
        page = site.client.get("/sign-in")
        assert "Secure" in page.headers["set-cookie"] and "HttpOnly" in page.headers["set-cookie"]


def test_operations_can_ask_for_health_and_measures(site: Site) -> None:
    assert site.client.get("/health/live").json()["status"] == "live"
    assert site.client.get("/health/ready").json()["status"] == "ready"
    assert site.client.get("/metrics").status_code == 401
    answer = site.get("/metrics", "mark")
    assert answer.status_code == 200 and "kubik_requests_total" in answer.text


def test_assets_are_served_compressed_and_kept_for_ever(site: Site) -> None:
    style = site.application.site.templates.asset("style.css")
    plain = site.client.get(style, headers={"accept-encoding": "identity"})
    assert plain.status_code == 200 and plain.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in plain.headers["cache-control"] and "set-cookie" not in plain.headers
    raw = site.client.get(style, headers={"accept-encoding": "gzip, br;q=0"})
    assert raw.headers["content-encoding"] == "gzip"
    assert int(raw.headers["content-length"]) < int(plain.headers["content-length"])
    assert site.client.head(style).status_code == 200
    assert site.client.get(style, headers={"if-none-match": plain.headers["etag"]}).status_code == 304
    assert site.client.get("/assets/../app.py").status_code == 404
    assert site.client.get("/assets/%2e%2e/%2e%2e/pyproject.toml").status_code == 404
