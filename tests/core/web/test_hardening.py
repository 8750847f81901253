"""What stands around every request: cookies of this host alone under https, limits, and a scanner over files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from core.errors import KubikError
from core.web.rates import Rates
from tests.core.web.test_gate import token_of
from tests.sites import PASSWORD, Site, running


@contextmanager
def served(installed: Any, fresh_database: Any, tmp_path: Path, **more: Any) -> Iterator[Site]:
    template, tokens = installed("sqlite")
    with running(fresh_database("sqlite", template=template), tmp_path, tokens, **more) as site:
        yield site


def test_over_https_cookies_are_of_this_host_alone(
    installed: Any, fresh_database: Any, tmp_path: Path
) -> None:
    with served(installed, fresh_database, tmp_path, url="https://kubik.example") as site:
        site.client.base_url = "https://kubik.example"
        page = site.client.get("/sign-in")
        assert page.headers["set-cookie"].startswith("__Host-kubik_visitor=")
        assert page.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        form = {"login": "mark", "password": PASSWORD, "_csrf_token": token_of(page)}
        answer = site.client.post("/sign-in", data=form, follow_redirects=False)
        held = answer.headers["set-cookie"]
        assert answer.status_code == 303 and held.startswith("__Host-kubik_session=")
        assert "Secure" in held and "Path=/" in held and "Domain" not in held
        assert site.client.get("/api/records/deal").status_code == 200
        session = site.client.cookies["__Host-kubik_session"]
        site.client.cookies.clear()
        planted = {"cookie": f"kubik_session={session}; other=1"}
        assert site.client.get("/api/records/deal", headers=planted).status_code == 401, "set by a neighbour"
        real = {"cookie": f"other=1; __Host-kubik_session={session}"}
        assert site.client.get("/api/records/deal", headers=real).status_code == 200


def test_a_caller_over_the_limit_waits_and_others_do_not() -> None:
    now = 0.0
    rates = Rates(limit=60, clock=lambda: now)
    for key in (b"one", b"two"):
        rates.take(key, b"there")
        rates.vouch(key)
    for _ in range(59):
        rates.take(b"one", b"there")
    with pytest.raises(KubikError, match="KBK2010") as refused:
        rates.take(b"one", b"elsewhere")
    assert refused.value.extra["retry_after"] == 1
    rates.take(b"two", b"there")
    now = 2.0
    rates.take(b"one", b"there")
    rates.take(b"one", b"there")
    with pytest.raises(KubikError, match="KBK2010"):
        rates.take(b"one", b"there")


def test_keys_that_are_made_up_count_for_who_makes_them_up() -> None:
    rates = Rates(limit=60, clock=lambda: 0.0)
    for number in range(60):
        rates.take(f"made up {number}".encode(), b"there")
    for key in (b"another", None):
        with pytest.raises(KubikError, match="KBK2010"):
            rates.take(key, b"there")
    rates.take(b"another", b"elsewhere")


def test_the_limit_of_an_installation_answers_429_everywhere(
    installed: Any, fresh_database: Any, tmp_path: Path
) -> None:
    with served(installed, fresh_database, tmp_path, requests_a_minute=60) as site:
        statuses = [site.get("/api/records/deal", "mark").status_code for _ in range(62)]
        assert statuses[:60] == [200] * 60 and statuses[-1] == 429
        assert "retry-after" in site.get("/api/records/deal", "mark").headers
        assert site.get("/api/records/deal", "nina").status_code == 200
        pages = [site.client.get("/sign-in").status_code for _ in range(62)]
        assert pages[0] == 200 and pages[-1] == 429


@pytest.mark.parametrize(
    ("verdict", "status", "words"), [(0, 201, ""), (1, 422, "viruses found"), (2, 422, "does not answer")]
)
def test_what_the_scanner_does_not_pass_stays_out(
    installed: Any, fresh_database: Any, tmp_path: Path, verdict: int, status: int, words: str
) -> None:
    scanner = tmp_path / "scanner.py"
    scanner.write_text(f"import sys; assert open(sys.argv[1], 'rb').read(); sys.exit({verdict})")
    command = f"{sys.executable} {scanner}"
    with served(installed, fresh_database, tmp_path, scan_command=command) as site:
        answer = site.call("POST", "/api/files", "mark", files={"file": ("a.txt", b"hello", "text/plain")})
        assert answer.status_code == status and words in answer.text


def test_what_is_refused_stands_in_the_log_with_who_and_why(site: Site) -> None:
    with structlog.testing.capture_logs() as lines:
        site.client.post("/sign-in", data={"login": "mark", "password": "wrong"})
        site.get("/api/records/nothing", "mark")
        site.get("/api/records/deal", "mark")
    asked = [line for line in lines if line["event"] == "request"]
    assert [(line["login"], line["status"], line.get("code")) for line in asked] == [
        ("", 403, "KBK4003"), ("mark", 404, "KBK2006"), ("mark", 200, None),
    ]  # fmt: skip
    assert "wrong" not in str(lines)
