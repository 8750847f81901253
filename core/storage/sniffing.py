"""What a file is, by what is inside it: neither its name nor the word of who sent it is believed.

Follows the order of the WHATWG MIME Sniffing Standard where it matters for safety: text that a browser could run or
draw (HTML, SVG, XML) is told from text that it could not; puremagic knows the rest.
"""

from __future__ import annotations

import re

import puremagic

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"

ACTIVE = frozenset({
    "text/html", "application/xhtml+xml", "image/svg+xml", "application/xml", "text/xml", "text/javascript", "text/css",
    "multipart/related", "message/rfc822", "application/x-shockwave-flash",
})  # fmt: skip
"""What a browser may run or draw from inside; never served under its own type."""

INLINE = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", TEXT, "audio/mpeg", "audio/ogg",
    "audio/wav", "audio/flac", "audio/mp4", "video/mp4", "video/webm", "video/ogg", "video/quicktime",
})  # fmt: skip
"""What a browser may show in a window of its own; everything else is offered for saving."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
"""Kinds of pictures that are drawn small."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"%PDF-", "application/pdf"), (b"II*\x00", "image/tiff"), (b"MM\x00*", "image/tiff"),
    (b"OggS", "audio/ogg"), (b"fLaC", "audio/flac"), (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"), (b"Rar!\x1a\x07", "application/vnd.rar"), (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"), (b"\x7fELF", "application/x-executable"), (b"MZ", "application/x-msdownload"),
    (b"{\\rtf", "application/rtf"), (b"SQLite format 3\x00", "application/vnd.sqlite3"),
)  # fmt: skip
_INSIDE_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OPEN_DOCUMENT = re.compile(rb"mimetype(application/vnd\.oasis\.opendocument\.[a-z]+)")
_BRANDS = {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"heic": "image/heic", b"heix": "image/heic",
           b"mif1": "image/heif", b"avif": "image/avif"}  # fmt: skip
_COMMENT = re.compile(r"\s*(?:<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z))", re.DOTALL)
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|script|iframe|style|title|meta|table|div|form|object|embed|base|a|img|svg)[\s>/]",
    re.IGNORECASE,
)
_SVG = re.compile(r"<(?:[a-z][\w.-]*:)?svg[\s>/]", re.IGNORECASE)
_DOCTYPE_SVG = re.compile(r"<!doctype\s+svg[\s>]", re.IGNORECASE)
_KINDS_OF_TEXT = {
    "csv": "text/csv",
    "json": "application/json",
    "ics": "text/calendar",
    "md": "text/markdown",
}


def media_type(head: bytes, name: str = "") -> str:
    """The media type of contents that begin so; of plain text the name may say which harmless kind it is."""
    if not head:
        return UNKNOWN
    found = _by_start(head)
    if found is not None:
        return found
    text = as_text(head)
    if text is not None:
        return _of_text(text, name)
    return _by_library(head)


def as_text(head: bytes) -> str | None:
    """The beginning of a text, None when it is no text."""
    for mark, encoding in (
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\xef\xbb\xbf", "utf-8"),
    ):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    if any(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in head):
        return None
    try:
        return head[: len(head) - _cut(head)].decode()
    except UnicodeDecodeError:
        return head.decode("cp1251", "replace")


def charset(head: bytes) -> str:
    """In what a plain text is written, as browsers are told."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head[: len(head) - _cut(head)].decode()
    except UnicodeDecodeError:
        return "windows-1251"
    return "utf-8"


def _cut(head: bytes) -> int:
    """Bytes at the end that begin a character of which the rest is not there."""
    for back in range(1, min(4, len(head)) + 1):
        byte = head[-back]
        if byte >= 0xC0:
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if wanted > back else 0
        if byte < 0x80:
            return 0
    return 0


def _by_start(head: bytes) -> str | None:
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "video/x-msvideo")
    if head[:2] == b"BM" and len(head) > 26 and int.from_bytes(head[2:6], "little") > 26:
        return "image/bmp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return _in_zip(head) if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else None


def _in_zip(head: bytes) -> str:
    written = _OPEN_DOCUMENT.search(head[:200])
    if written is not None:
        return written[1].decode()
    office = b"[Content_Types].xml" in head or b"_rels/" in head
    return next((kind for part, kind in _INSIDE_ZIP if office and part in head), "application/zip")


def _of_text(text: str, name: str) -> str:
    """HTML anywhere at the beginning counts as HTML: browsers are generous when they look for it."""
    bare, xml = text.lstrip("\ufeff \t\r\n\f"), text.lstrip("\ufeff \t\r\n\f").startswith("<?xml")
    while (found := _COMMENT.match(bare)) is not None and found.end():
        bare = bare[found.end() :].lstrip()
    if _DOCTYPE_SVG.match(bare) or _SVG.match(bare) or (xml and _SVG.search(bare[:4096])):
        return "image/svg+xml"
    if _HTML.match(bare) or (bare.startswith("<") and _HTML.search(bare[:4096])):
        return "application/xhtml+xml" if xml else "text/html"
    if xml:
        return "application/xml"
    return _KINDS_OF_TEXT.get(name.rpartition(".")[2].lower(), TEXT)


def _by_library(head: bytes) -> str:
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return UNKNOWN
    kind = next((each.mime_type for each in found if each.mime_type and each.confidence >= 0.4), "")
    plain = re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,80}", kind) is not None
    return (
        kind
        if plain and kind not in ACTIVE and kind not in INLINE and not kind.startswith("text/")
        else UNKNOWN
    )
