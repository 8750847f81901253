"""Where a request comes from, conditions and places to go on to."""

from __future__ import annotations

import pytest

from core.errors import KubikError
from core.web.conditions import if_match
from core.web.guard import address_of
from core.web.operating import is_loopback
from core.web.operations import Operation, Routes, path_values
from core.web.render import safe_next


def scope(peer: str, forwarded: str | None = None) -> dict[str, object]:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"client": (peer, 1), "headers": headers}


def test_forwarded_addresses_are_believed_only_from_trusted_proxies() -> None:
    assert address_of(scope("203.0.113.9", "198.51.100.1"), ()) == "203.0.113.9"
    assert address_of(scope("10.0.0.1", "198.51.100.1"), ("10.0.0.0/8",)) == "198.51.100.1"
    assert address_of(scope("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2"), ("10.0.0.0/8",)) == "198.51.100.1"
    assert address_of(scope("10.0.0.1"), ("10.0.0.1",)) == "10.0.0.1"
    assert is_loopback("127.0.0.1") and is_loopback("::1") and not is_loopback("testclient")


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        (None, None),
        (b"*", "any"),
        (b'"3"', (3,)),
        (b'"3", "5"', (3, 5)),
        (b'W/"3"', ()),
        (b'"abc"', ()),
        (b'"99999999999999999999999"', ()),
    ],
)
def test_if_match_is_read_as_versions(header: bytes | None, meant: object) -> None:
    class Call:
        def header(self, name: bytes) -> str | None:
            return None if header is None else header.decode()

    assert if_match(Call()) == meant  # type: ignore[arg-type]


@pytest.mark.parametrize("header", ["3", '"3', "", "x*"])
def test_an_if_match_that_is_no_etag_is_refused(header: str) -> None:
    class Call:
        def header(self, name: bytes) -> str | None:
            return header

    if header == "":
        assert if_match(Call()) == ()  # type: ignore[arg-type]
        return
    with pytest.raises(KubikError) as refusal:
        if_match(Call())  # type: ignore[arg-type]
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("asked", "to"),
    [
        ("/e/deal?x=1#y", "/e/deal?x=1#y"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tevil", "/"),
        ("e/deal", "/"),
        ("/%2f/evil", "/%2f/evil"),
    ],
)
def test_forms_lead_on_only_inside_the_site(asked: str | None, to: str) -> None:
    assert safe_next(asked) == to


def operation(method: str, path: str) -> Operation:
    return Operation(method=method, path=path, run=lambda call: None, summary="")  # type: ignore[arg-type,return-value]


def test_routes_prefer_literal_parts_and_know_their_methods() -> None:
    routes = Routes(
        [
            operation("GET", "/api/r/{entity}/{id}"),
            operation("POST", "/api/r/{entity}/batch"),
            operation("GET", "/api/r/{entity}/by/{field}/{value}"),
            operation("GET", "/api/r/{entity}/{id}/history"),
        ]
    )
    methods, parts = routes.methods(b"/api/r/deal/7")
    assert path_values(methods["GET"], parts) == {"entity": "deal", "id": "7"}
    assert set(routes.methods(b"/api/r/deal/batch")[0]) == {"POST"}
    methods, parts = routes.methods(b"/api/r/deal/by/name/a%2Fb%20%D1%91")
    assert path_values(methods["GET"], parts)["value"] == "a/b ё"
    assert (
        path_values(routes.methods(b"/api/r/d/by/history")[0]["GET"], ["api", "r", "d", "by", "history"])[
            "id"
        ]
        == "by"
    )
    for raw in (b"/api/r", b"/api/r/deal/%ff", b"/api/r/deal/%00", b"/api/r//7", b"/api/r/deal/7/nope"):
        with pytest.raises(KubikError) as refusal:
            routes.methods(raw)
        assert refusal.value.status == 404
    with pytest.raises(ValueError):
        Routes([operation("GET", "/x/{a}"), operation("GET", "/x/{b}")])
