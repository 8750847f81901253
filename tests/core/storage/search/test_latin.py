"""Letters for PostgreSQL's trigrams: the quick way of texts in one code page says what the table says."""

from __future__ import annotations

from core.storage.search.latin import TO_LATIN, latin


def test_every_letter_becomes_what_the_table_says_alone_and_beside_one_of_no_code_page() -> None:
    for code in range(0x3000):
        text = f"ж{chr(code)}z"
        assert latin(text) == text.translate(TO_LATIN)
        assert latin(f"{text}中") == f"{text.translate(TO_LATIN)}中"
