"""The documentation's table of error codes is that of the code."""

from __future__ import annotations

import re

from core.errors import CODES
from scripts.error_docs import GROUPS, PAGE, page


def test_the_page_of_error_codes_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.error_docs"


def test_every_code_stands_in_one_group_and_has_a_meaning_of_its_own() -> None:
    assert all(re.fullmatch(r"KBK\d{4}", code) and code[3] in GROUPS for code in CODES)
    meanings = [words for _, words in CODES.values()]
    assert len(set(meanings)) == len(meanings)
    assert all(400 <= status < 600 for status, _ in CODES.values())
