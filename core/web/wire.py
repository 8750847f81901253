"""JSON as it goes over the wire: exact numbers out and in, and nothing deeper than the limit."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import msgspec

from core.errors import KubikError
from metamodel.json_text import JsonValue
from metamodel.messages import message

MAX_DEPTH = 64


def _other(value: Any) -> Any:
    """What msgspec does not know: a JSON value as it is, a length of time in ISO 8601."""
    return msgspec.Raw(value.text.encode()) if isinstance(value, JsonValue) else str(value)


_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=_other)
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_INNERMOST = re.compile(rb"\[\]|\{\}")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


def encode(value: Any) -> bytes:
    """``value`` as JSON: a Decimal as a number with its own digits, a datetime with ``Z``."""
    return _encoder.encode(value)


def decode(body: bytes) -> Any:
    """The JSON value of a body: integers as int, other numbers as Decimal; a fault is KBK2001."""
    try:
        value = _decoder.decode(body)
    except RecursionError:
        raise too_deep() from None
    except UnicodeDecodeError:
        raise KubikError("KBK2001", message("The body is not well-formed UTF-8.")) from None
    except msgspec.MsgspecError as error:  # DecodeError, or a number beyond every limit
        raise KubikError(
            "KBK2001", message("The body is not well-formed JSON: {why}", why=str(error))
        ) from None
    if nested(body):
        raise too_deep()
    json.loads(body, object_pairs_hook=_once, parse_int=str, parse_float=str)
    return value


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Refuses an object in which a member stands twice: other programs would take the first one, others the last."""
    names = [name for name, _ in pairs]
    if len(names) == len(set(names)):
        return
    [(twice, _)] = Counter(names).most_common(1)
    raise KubikError(
        "KBK2001", message("The body is not well-formed JSON: “{name}” stands twice.", name=twice)
    )


def nested(body: bytes) -> bool:
    """Whether well-formed JSON is nested deeper than `MAX_DEPTH`: each pass takes the innermost level away."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = _INNERMOST.sub(b"", brackets)
    return bool(brackets)


def too_deep() -> KubikError:
    """The refusal of JSON nested too deeply."""
    return KubikError("KBK2001", message("The body is nested deeper than {limit} levels.", limit=MAX_DEPTH))


def expect_object(value: Any) -> dict[str, Any]:
    """``value`` when it is a JSON object, else KBK2001."""
    if not isinstance(value, dict):
        raise KubikError("KBK2001", message("The body must be a JSON object."))
    return value
