"""Parameters of the query string."""

from __future__ import annotations

import pytest

from core.errors import KubikError
from core.web.parameters import Parameter, names, one_of, read_parameters, whole_number

KNOWN = (Parameter(name="limit", about=""), Parameter(name="entity", about="", many=True))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (b"limt=5", "KBK2009"),
        (b"limit=1&limit=2", "KBK2009"),
        (b"limit=%00", "KBK2009"),
        (b"limit=%ff", "KBK2000"),
        (b"limit=\xff", "KBK2000"),
        (b"&".join(b"a=1" for _ in range(200)), "KBK2000"),
    ],
)
def test_what_is_unknown_repeated_or_unreadable_is_refused(query: bytes, code: str) -> None:
    with pytest.raises(KubikError) as refusal:
        read_parameters(query, KNOWN)
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_a_mistyped_parameter_is_refused_with_a_suggestion() -> None:
    with pytest.raises(KubikError, match="limit"):
        read_parameters(b"limt=5", KNOWN)


def test_repeatable_parameters_are_joined() -> None:
    assert read_parameters(b"entity=a&entity=b%2Cc&limit=", KNOWN) == {"entity": "a,b,c", "limit": ""}


@pytest.mark.parametrize("text", ["0", "1001", "-1", "1.5", "", "x", "٣", "9" * 30])
def test_numbers_outside_their_range_are_refused(text: str) -> None:
    with pytest.raises(KubikError) as refusal:
        whole_number({"limit": text}, "limit", 50, 1, 1000)
    assert refusal.value.code == "KBK2009"


def test_values_are_read() -> None:
    assert whole_number({}, "limit", 50, 1, 1000) == 50
    assert whole_number({"limit": "1000"}, "limit", 50, 1, 1000) == 1000
    assert names({"fields": "name, company.city"}, "fields") == ("name", "company.city")
    assert names({"fields": ""}, "fields") == ()
    assert names({}, "fields") is None
    assert one_of({}, "count", ("none", "exact")) == "none"
    with pytest.raises(KubikError):
        one_of({"count": "all"}, "count", ("none", "exact"))
    with pytest.raises(KubikError) as refusal:
        names({"fields": "name,,x"}, "fields")
    assert refusal.value.code == "KBK2002"
