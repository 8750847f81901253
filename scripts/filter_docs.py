"""Writes docs/administrators/document-filters.md from the filters of templates themselves; ``--check`` only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from core.documents.filters import FILTERS, Argument, Filter
from core.documents.filters.words.currencies import CURRENCIES

PAGE = Path(__file__).parent.parent / "docs" / "administrators" / "document-filters.md"

_TOP = """# Filters of document templates

What may stand behind `|` in a tag: `{{ amount|money }}`, `{{ amount|words|capital }}`. What a filter prints is in the language of
the document; the results below are Russian. An empty value prints nothing whatever the filter is (only `default` prints something
then). A wrong filter or argument is told with its place when the template is uploaded. This page is made from the filters by
`python -m scripts.filter_docs`; each example is tried by a test.

"""
_BOTTOM = """
Arguments may be named: `{{ logo|size(height="20mm") }}`, and may come from fields: `{{ amount|money(currency.code) }}`,
`{{ amount|vat(seller.vat_rate) }}`.

**Sums in words** take the currency of the field, or the one that is named. There are words for %(currencies)s.

**Cases** bend names of people of both genders, posts and phrases: the head with its adjectives bends, what depends on it stays
(«начальник отдела продаж» – «начальника отдела продаж»). What is in quotation marks, abbreviations and other alphabets stay as
they are. The text is taken to be in the nominative: keep «Устав» and «генеральный директор» in the record, not «Устава».

Of Jinja's own filters those that only work on texts, numbers and lists are there too: `join`, `first`, `last`, `sum`, `sort`,
`count`, `round`, `replace`, `trim`, `unique` and their like.
"""
_HEAD = ("| filter | what it does | takes | example | gives |", "| --- | --- | --- | --- | --- |")


def _argument(argument: Argument) -> str:
    said = argument.label.in_language("en")
    return said if argument.required else f"[{said}]"


def _line(filter_: Filter) -> str:
    inside = ", ".join(_argument(argument) for argument in filter_.arguments)
    name = f"`{filter_.name}`" + (f" ({inside})" if inside else "")
    takes = ", ".join(sorted(filter_.takes)) or "anything"
    use, result = filter_.example
    cells = (name, filter_.label.in_language("en"), takes, f"`{use}`" if use else "", result)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def lines() -> Iterator[str]:
    """The lines of the table."""
    yield from _HEAD
    yield from map(_line, FILTERS.values())


def page() -> str:
    """The whole page."""
    return (
        _TOP
        + "\n".join(lines())
        + "\n"
        + _BOTTOM % {"currencies": ", ".join(f"`{code}`" for code in CURRENCIES)}
    )


def main() -> int:
    """Exit status 1 when ``--check`` finds the page different."""
    if "--check" in sys.argv:
        return 0 if PAGE.read_text("utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
