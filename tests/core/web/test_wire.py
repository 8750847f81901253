"""JSON in and out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.errors import KubikError
from core.web.wire import MAX_DEPTH, decode, encode


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":}',
        b"nope",
        b"\xff\xfe",
        b'{"a":"\xc3"}',
        b'"\\ud800"',
        b"[" * 3000,
        b"[" * 3000 + b"]" * 3000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"[[1,[2]]," + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"]",
        b"1" * 5000,
        b"NaN",
        b"{} {}",
    ],
)
def test_what_is_no_json_or_nested_too_deeply_is_refused(body: bytes) -> None:
    with pytest.raises(KubikError) as refusal:
        decode(body)
    assert (refusal.value.code, refusal.value.status) == ("KBK2001", 400)


def test_nesting_up_to_the_limit_and_brackets_in_strings_are_taken() -> None:
    assert decode(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    text = r'["' + "[" * 500 + r"\"{" + '"]'
    assert decode(text.encode()) == ["[" * 500 + '"{']
    assert len(decode(b"[" + b"[1,2]," * 999 + b"{}]")) == 1000


def test_numbers_keep_their_digits_both_ways() -> None:
    assert str(decode(b"1200.10")) == "1200.10"
    assert decode(b"19.99") == Decimal("19.99")
    assert decode(b"123456789012345678901234567890") == 123456789012345678901234567890
    assert encode([Decimal("1200.10"), Decimal("0.20"), 2**63 - 1]) == b"[1200.10,0.20,9223372036854775807]"


def test_instants_have_z_and_no_empty_fraction() -> None:
    assert encode(datetime(2026, 11, 21, 11, 30, tzinfo=UTC)) == b'"2026-11-21T11:30:00Z"'
    assert encode(date(2026, 11, 21)) == b'"2026-11-21"'
