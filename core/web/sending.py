"""Files on their way out: whole or in part, known by their contents, and harmless whatever is inside.

Ranges and conditions follow RFC 9110 (13 and 14), names RFC 6266 and RFC 8187.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

from core.errors import KubikError
from core.storage.sniffing import ACTIVE, INLINE, TEXT, UNKNOWN, charset
from core.web.exchange import Answer, Call
from core.web.security import SECURITY_HEADERS
from core.web.threads import REQUESTS

PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)

_SANDBOX = b"default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
_PDF = b"default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""A browser's own viewer of PDF does not run inside a sandbox; it runs nothing of ours outside of it either."""


@dataclass(slots=True, kw_only=True)
class Piecewise:
    """A stream of a part of an open file."""

    file: BinaryIO
    start: int
    length: int

    async def begin(self) -> None:
        """Nothing can be refused any more."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop, left = asyncio.get_running_loop(), self.length
        try:
            await loop.run_in_executor(REQUESTS, self.file.seek, self.start)
            while left > 0:
                piece = await loop.run_in_executor(REQUESTS, self.file.read, min(PIECE, left))
                if not piece:
                    return
                left -= len(piece)
                yield piece
        finally:
            self.file.close()


def send_file(
    call: Call, file: BinaryIO, size: int, *, name: str, kind: str, tag: str, inline: bool
) -> Answer:
    """The answer with a file: 200, 206 for one range, 304, or KBK5007 for a range outside of it."""
    etag = f'"{tag}"'
    headers = [
        (b"etag", etag.encode()),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"private, no-cache"),
    ]
    headers += guarding(kind)
    if etag in (call.header(b"if-none-match") or ""):
        file.close()
        return Answer(status=304, headers=headers)
    wanted = call.header(b"range") if call.header(b"if-range") in (None, etag) else None
    part = asked_range(wanted, size)
    if part is None:
        file.close()
        raise KubikError("KBK5007", size=size)
    start, length = part
    status = 206 if wanted is not None and length < size or start else 200
    if status == 206:
        headers.append((b"content-range", f"bytes {start}-{start + length - 1}/{size}".encode()))
    shown = served_type(kind, file)
    headers.append((b"content-disposition", disposition(name, inline=inline and kind in INLINE)))
    headers.append((b"content-length", str(length).encode()))
    if call.method == "HEAD":
        file.close()  # its stream is not asked for anything
    return Answer(
        status=status,
        headers=headers,
        media_type=shown,
        stream=Piecewise(file=file, start=start, length=length),
    )


def asked_range(text: str | None, size: int) -> tuple[int, int] | None:
    """Where to begin and how much to send; None when it is not there. What cannot be read asks for everything."""
    found = _RANGE.fullmatch(text.replace(" ", "")) if text else None
    if found is None or not (found[1] or found[2]):
        return 0, size
    if not found[1]:
        last = min(int(found[2]), size)
        return (size - last, last) if last else None
    start = int(found[1])
    end = min(int(found[2]), size - 1) if found[2] else size - 1
    return (start, end - start + 1) if start <= end and start < size else None


def served_type(kind: str, file: BinaryIO) -> bytes:
    """The type that a browser is told: of text its encoding too, of what it could run nothing."""
    if kind == TEXT or kind.startswith("text/") and kind not in ACTIVE:
        head = file.read(PIECE)
        return f"{kind}; charset={charset(head)}".encode()
    return (UNKNOWN if kind in ACTIVE else kind).encode()


def guarding(kind: str) -> list[tuple[bytes, bytes]]:
    """The headers of a file that keep it apart from the pages."""
    policy = _PDF if kind == "application/pdf" else _SANDBOX
    rest = [header for header in SECURITY_HEADERS if header[0] != b"content-security-policy"]
    return [(b"content-security-policy", policy), *rest]


def disposition(name: str, *, inline: bool) -> bytes:
    """Whether a file is shown or saved, and under which name: one that every system can store."""
    safe = _NOT_IN_NAMES.sub("_", name).strip(". ") or "file"
    if _DEVICE.match(safe):
        safe = f"_{safe}"
    plain = "".join(c if c.isascii() else "_" for c in safe)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}".encode()
