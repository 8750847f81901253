"""How the server and a child speak: a length, a JSON object, and the bytes that it counts behind it."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">I")
LARGEST = 256 * 1024 * 1024
"""Bytes of one part; more is no frame of ours."""


class Broken(Exception):
    """The other side is gone, or what came is no frame."""


def send(stream: BinaryIO, head: dict[str, Any], parts: Sequence[bytes] = ()) -> None:
    """Write a frame; OSError when the other side is gone."""
    text = json.dumps({**head, "parts": [len(part) for part in parts]}, ensure_ascii=False).encode()
    stream.write(_LENGTH.pack(len(text)))
    stream.write(text)
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], list[bytes]]:
    """Read a frame; `Broken` when there is none."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    head: dict[str, Any] = json.loads(_exactly(stream, length))
    return head, [_exactly(stream, size) for size in head.pop("parts")]


def _exactly(stream: BinaryIO, size: int) -> bytes:
    if size > LARGEST:
        raise Broken
    data = stream.read(size)
    if len(data) != size:
        raise Broken
    return data
