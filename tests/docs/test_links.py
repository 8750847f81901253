"""The pages of the documentation lead to pages, sections and files that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def sections(page: Path) -> set[str]:
    """What the headings of a page are called in addresses."""
    headings = HEADING.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def leads(page: Path, address: str) -> bool:
    path, _, section = address.partition("#")
    to = (page.parent / path).resolve() if path else page
    return to.exists() and (not section or section in sections(to))


def test_links_lead_somewhere() -> None:
    links = [(page, address) for page in PAGES for address in LINK.findall(page.read_text("utf-8"))]
    inside = [(page, address) for page, address in links if not address.startswith("https://")]
    assert inside
    assert [(str(page), address) for page, address in inside if not leads(page, address)] == []


def test_each_decision_stands_in_the_list_of_decisions() -> None:
    listed = set(LINK.findall((ROOT / "docs/decisions/README.md").read_text("utf-8")))
    assert {page.name for page in (ROOT / "docs/decisions").glob("*.md")} - {"README.md"} <= listed
