"""Every error code is in the table once, documented, and given by something; no other code is used."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from core.errors import CODES

ROOT = Path(__file__).parents[2]
SOURCES = [
    path for part in ("metamodel", "core", "renderers", "plugins") for path in (ROOT / part).rglob("*.py")
]
CODE = re.compile(r"KBK\d{4}")


def codes_in(path: Path) -> Iterator[str]:
    """The codes that a module uses as values; words in docstrings and comments are none."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def test_every_code_stands_in_the_table_once() -> None:
    table = ast.parse((ROOT / "core" / "errors.py").read_text("utf-8"))
    written = Counter(
        key.value
        for node in ast.walk(table)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and CODE.fullmatch(key.value)
    )
    assert set(written) == set(CODES)
    assert [code for code, times in written.items() if times > 1] == []


def test_every_code_is_documented() -> None:
    page = (ROOT / "docs" / "integrators" / "errors.md").read_text("utf-8")
    rows = {line.split("|")[1].strip(" `"): line for line in page.splitlines() if line.startswith("| `KBK")}
    assert set(rows) == set(CODES)
    for code, (status, words) in CODES.items():
        assert str(status) in rows[code] and words in rows[code], code


def test_every_code_is_given_by_something_and_no_other_is() -> None:
    used = Counter(
        code
        for path in SOURCES
        for code in codes_in(path)
        if path.name != "errors.py" or path.parent.name != "core"
    )
    assert set(used) - set(CODES) == set()
    assert [code for code in CODES if not used[code]] == []


def test_codes_in_words_for_people_are_in_the_table() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("core/i18n/ru/*.po")]
    found = {code for page in [*pages, *SOURCES] for code in CODE.findall(page.read_text("utf-8"))}
    assert found - set(CODES) == set()
