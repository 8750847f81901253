"""What a file is, whatever it is called; what a browser could run is always told from what it could not."""

from __future__ import annotations

import io
import zipfile

import pytest

from core.storage.sniffing import ACTIVE, INLINE, media_type


def office(folder: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr(f"{folder}/main.xml", "<x/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"<html>", "text/html"), (b"\r\n\t <ScRiPt>", "text/html"), (b"<!-- a --><!--b--><body onload=x>", "text/html"),
        (b"<p>x</p><script>1</script>", "text/html"), ("\ufeff<!DOCTYPE html>".encode("utf-16"), "text/html"),
        (b"<svg/onload=x>", "image/svg+xml"), (b'<?xml version="1.0"?>\n<s:svg xmlns:s="x">', "image/svg+xml"),
        (b"<!DOCTYPE svg PUBLIC 'x'><svg>", "image/svg+xml"), (b'<?xml version="1.0"?><invoice/>', "application/xml"),
        (b'<?xml version="1.0"?><html xmlns="x">', "application/xhtml+xml"), (b"GIF89a<script>", "image/gif"),
        (b"%PDF-1.4", "application/pdf"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"), (b"\0\0\0\x18ftypheic", "image/heic"), (b"PK\x05\x06", "application/zip"),
        (office("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (office("other"), "application/zip"), (b"{\\rtf1", "application/rtf"), (("ё" * 40_000).encode()[:65_535], "text/plain"),
        (b"", "application/octet-stream"), (b"\0\0\0\0", "application/octet-stream"),
    ],
)  # fmt: skip
def test_contents_say_what_a_file_is(head: bytes, kind: str) -> None:
    assert media_type(head, "invoice.pdf") == kind


def test_a_name_tells_harmless_texts_apart_and_nothing_else() -> None:
    assert media_type(b"a;b\n1;2", "x.csv") == "text/csv"
    assert media_type(b"a;b\n1;2", "x.html") == "text/plain"
    assert media_type(b"alert(1)", "x.js") == "text/plain"


def test_nothing_that_acts_is_shown_in_a_window() -> None:
    assert not ACTIVE & INLINE
