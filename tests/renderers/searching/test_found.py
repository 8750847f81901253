"""The search over everything as people and integrations get it: a record is found by its child rows, too, and told once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import factories
from tests.conftest import Databases, Dialect
from tests.renderers.surfing import sign_in
from tests.sites import Installed, Site, install, made_once, running

PHONES = {
    "entities/contact.yaml": """
        name: contact
        label_many: Contacts
        title: "{name}"
        fields:
          - {name: name, type: text, required: true}
          - {name: notes, type: text}
          - {name: owner, type: user, default: me}
          - {name: phones, type: children, of: contact_phone, through: contact}
    """,
    "entities/contact_phone.yaml": """
        name: contact_phone
        title: "{phone}"
        fields:
          - {name: contact, type: link, to: contact, required: true}
          - {name: phone, type: phone, required: true}
    """,
}
GRANTS = {
    "roles/manager.yaml": factories.SAMPLE["roles/manager.yaml"].rstrip()
    + "\n          - {entity: contact, actions: [read, create], rows: 'owner = me', fields: all}\n"
}


def installed(url: str, home: Path) -> Mapping[str, str]:
    return install(url, home, factories.model(PHONES | GRANTS))


@pytest.fixture(scope="session")
def with_phones(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return made_once(lasting_database, tmp_path_factory, installed)


@pytest.fixture
def site(
    dialect: Dialect, with_phones: Installed, fresh_database: Databases, tmp_path: Path
) -> Iterator[Site]:
    url, tokens = with_phones(dialect)
    with running(fresh_database(dialect, template=url), tmp_path / "home", tokens) as made:
        yield made


@pytest.fixture
def contacts(site: Site) -> dict[str, int]:
    """Mark's contacts, the first of them with two numbers, and one of Nina's."""
    made = {}
    for who, name, notes, phones in (
        ("mark", "Щербакова Ирина", None, ("+79000002818", "+79000002819")),
        ("mark", "Ефимов Антон", "Звонить 79000002810 после шести", ("+79000002817",)),
        ("nina", "Орлова Нина", None, ("+79000002816",)),
    ):
        body = {"name": name, "notes": notes, "phones": [{"phone": phone} for phone in phones]}
        made[name] = site.post("/api/records/contact", body, who).json()["id"]
    return made


def sections(html: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The sections of what is found: their heads and lines, of which each has an address, a title and what is beside."""
    found = []
    for section in re.findall(r'<section class="hsec".*?</section>', html, re.DOTALL):
        head = re.search(r"<h2[^>]*>(.*?)</h2>", section)
        assert head is not None
        lines = [
            (href, *(re.sub(r"<[^>]+>", "", part) for part in (title, beside)))
            for href, title, beside in re.findall(
                r'<a class="hline"[^>]* href="([^"]+)".*?<span class="ht ell">(.*?)</span>(.*?)</a>', section
            )
        ]
        found.append((head[1], lines))
    return found


def test_a_telephone_leads_to_whom_it_belongs_once_and_says_why(site: Site, contacts: dict[str, int]) -> None:
    mark, ann, ben = sign_in(site, "mark"), contacts["Щербакова Ирина"], contacts["Ефимов Антон"]
    one = mark.get("/search?part=results&q=8 (900) 000-28-18")
    assert sections(one.text) == [
        ("Contacts", [(f"/e/contact/{ann}", "Щербакова Ирина", "8 (900) 000-28-18")])
    ]
    assert "<mark>8 (900) 000-28-18</mark>" in one.text
    assert sections(mark.get("/search?part=results&q=28-19").text)[0][1][0][0] == f"/e/contact/{ann}"
    # His own text finds the second one, which is told first and not again by its number.
    (found,) = sections(mark.get("/search?part=results&q=900000281").text)
    assert [href for href, _, _ in found[1]] == [f"/e/contact/{ben}", f"/e/contact/{ann}"]
    assert "Орлова" not in mark.get("/search?q=900000281").text


def test_the_api_tells_with_a_row_what_it_belongs_to(site: Site, contacts: dict[str, int]) -> None:
    ann = contacts["Щербакова Ирина"]
    (row,) = site.get("/api/search?q=2818", "mark").json()["items"]
    assert row == {
        "entity": "contact_phone", "id": row["id"], "title": "+79000002818", "excerpt": "",
        "parent": {"entity": "contact", "id": ann, "title": "Щербакова Ирина"},
    }  # fmt: skip
    (own,) = site.get("/api/search?q=ирина", "mark").json()["items"]
    assert own == {"entity": "contact", "id": ann, "title": "Щербакова Ирина", "excerpt": ""}
    assert site.get("/api/search?q=2818", "nina").json()["items"] == []
