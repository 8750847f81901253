"""Names and parts of files as browsers are told."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from core.records.uploads import clean_name
from core.web.sending import asked_range, disposition


@pytest.mark.parametrize(
    ("name", "kept", "saved"),
    [
        ("Договор №5/12.pdf", "Договор №5/12.pdf", "Договор №5_12.pdf"),
        ("../../etc/passwd", "../../etc/passwd", "_.._etc_passwd"),
        ("..", "file", "file"),
        ("", "file", "file"),
        ("a\u202egpj.exe", "agpj.exe", "agpj.exe"),
        ("tab\tand\r\nline\x00.txt", "tab and line.txt", "tab and line.txt"),
        ("CON.txt", "CON.txt", "_CON.txt"),
        ("lpt1", "lpt1", "_lpt1"),
        ("console.log", "console.log", "console.log"),
        ('q"uo;te\\.txt', 'q"uo;te\\.txt', "q_uo;te_.txt"),
        ("e\u0301.txt", "\u00e9.txt", "\u00e9.txt"),
        ("dot. ", "dot.", "dot"),
        ("Ж" * 120 + ".pdf", "Ж" * 120 + ".pdf", "Ж" * 120 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_a_text_and_saved_as_every_system_can(name: str, kept: str, saved: str) -> None:
    assert clean_name(name) == kept
    written = disposition(kept, inline=False).decode("ascii")
    assert unquote(written.rpartition("''")[2]) == saved
    plain = written.partition('filename="')[2].partition('"')[0]
    assert len(plain) == len(saved) and plain.isascii() and "/" not in plain


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name("я" * 400 + ".docx") == "я" * 250 + ".docx"
    assert len(clean_name("я" * 400)) == 255


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (None, (0, 10)), ("bytes=0-0", (0, 1)), ("bytes=2-", (2, 8)), ("bytes=-3", (7, 3)), ("bytes=-99", (0, 10)),
        ("bytes=5-99", (5, 5)), ("bytes=10-", None), ("bytes=-0", None), ("bytes=4-2", None), ("bytes=-", (0, 10)),
        ("lines=1-2", (0, 10)), ("bytes=0-1,4-5", (0, 10)), ("bytes=" + "9" * 16 + "-", (0, 10)),
    ],
)  # fmt: skip
def test_a_part_is_what_was_asked_for_or_everything(text: str | None, part: tuple[int, int] | None) -> None:
    assert asked_range(text, 10) == part
