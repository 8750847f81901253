"""Cursors: where a page ended, signed with the workspace's key so that nobody can make one."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from core.errors import KubikError
from metamodel.expression.durations import span
from metamodel.json_text import JsonValue
from metamodel.messages import message

SIGNATURE_BYTES = 16
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def write_cursor(secret: bytes, bound_to: Sequence[Any], values: Sequence[Any]) -> str:
    """The cursor behind a row with these sort values; it is read again only with the same ``bound_to``.

    Holds what the reader has just seen and nothing else; its characters are those of base64url.
    """
    body = msgspec.json.encode([_written(value) for value in values])
    return base64.urlsafe_b64encode(_signature(secret, bound_to, body) + body).rstrip(b"=").decode()


def read_cursor(secret: bytes, bound_to: Sequence[Any], cursor: str, count: int) -> tuple[Any, ...]:
    """The ``count`` sort values a cursor was made of; KBK2004 for one that was not made here for this question."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise invalid_cursor() from None
    signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(secret, bound_to, body)):
        raise invalid_cursor()
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != cursor:
        raise invalid_cursor()
    values = tuple(_read(value) for value in msgspec.json.decode(body))
    if len(values) != count:
        raise invalid_cursor()
    return values


def invalid_cursor() -> KubikError:
    """What is answered to a cursor or position that does not belong to the question."""
    return KubikError(
        "KBK2004", message("This place in the list is no longer valid. Start from the first page.")
    )


def _signature(secret: bytes, bound_to: Sequence[Any], body: bytes) -> bytes:
    scope = msgspec.json.encode(["cursor", *bound_to])
    return hmac.digest(secret, hashlib.sha256(scope).digest() + body, "sha256")[:SIGNATURE_BYTES]


def _written(value: Any) -> Any:
    """What JSON does not have is written as a letter and the text."""
    if isinstance(value, Decimal):
        return ["d", str(value)]
    if isinstance(value, dt.datetime):
        return ["t", (value - EPOCH) // dt.timedelta(microseconds=1)]
    if isinstance(value, dt.date):
        return ["a", value.isoformat()]
    if isinstance(value, dt.time):
        return ["c", value.isoformat()]
    if isinstance(value, dt.timedelta):
        return ["l", value // dt.timedelta(seconds=1)]
    if isinstance(value, tuple):
        return ["m", *value]
    if isinstance(value, JsonValue):
        return ["j", value.text]
    return value


def _read(value: Any) -> Any:
    match value:
        case ["d", written]:
            return Decimal(written)
        case ["a", written]:
            return dt.date.fromisoformat(written)
        case ["c", written]:
            return dt.time.fromisoformat(written)
        case ["l", written]:
            return span(written)
        case ["m", *several]:
            return tuple(several)
        case ["j", written]:
            return JsonValue.of_text(written)
        case [_, written]:
            return EPOCH + dt.timedelta(microseconds=written)
        case _:
            return value
