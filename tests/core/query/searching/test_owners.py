"""Whoever looks for a child row is told the record that it belongs to: of what may be read, what a naive search finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from core import records
from core.access.actor import Actor, system_actor
from core.query.searching.everywhere import Hit, search
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from tests.factories import model
from tests.oracle.searching import finds

DEFINITIONS = {
    "entities/person.yaml": """
        name: person
        title: "{name}"
        fields:
          - {name: name, type: text, required: true}
          - {name: open, type: boolean, default: "true"}
          - {name: phones, type: children, of: person_phone, through: person}
    """,
    "entities/person_phone.yaml": """
        name: person_phone
        title: "{phone}"
        fields:
          - {name: person, type: link, to: person, required: true}
          - {name: phone, type: phone, required: true}
          - {name: note, type: text}
          - {name: calls, type: children, of: phone_call, through: number}
    """,
    "entities/phone_call.yaml": """
        name: phone_call
        title: "{about}"
        fields:
          - {name: number, type: link, to: person_phone, required: true}
          - {name: about, type: text, required: true}
    """,
    "roles/clerk.yaml": """
        name: clerk
        label: Clerk
        grants:
          - {entity: person, actions: [read], rows: "open", fields: all}
          - {entity: person_phone, actions: [read], fields: {all_but: [note]}}
    """,
    "roles/blind.yaml": """
        name: blind
        label: Blind
        grants:
          - {entity: person, actions: [read], fields: {all_but: [phones]}}
    """,
}

PEOPLE: dict[str, list[tuple[str, str | None]]] = {
    "Щербакова Ирина": [("+79000002818", "доб. 104"), ("+79000007710", "рабочий")],
    "Ефимов Антон": [("+79000009116", None)],
    "Тайная Ольга": [("+79000002819", "доб. 104")],
}
"""Of the last one a clerk sees nothing."""

QUERIES = (
    "+7 900 000-28-18", "8 (900) 000-28-18", "89000002818", "9000002818", "2818", "28-18", "00-28-18", "2819", "90000",
    "доб. 104", "104", "рабочие", "доб 2818", "3333",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """The installation, and who looks for something in it."""

    workspace: Workspace
    clerk: Actor
    blind: Actor

    def hits(self, text: str, actor: Actor | None = None) -> list[Hit]:
        with self.workspace.read() as tx:
            return list(search(tx, actor or system_actor(), text, limit=100).items)


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def place(request, lasting_database, tmp_path_factory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, database_url=lasting_database(request.param), time_zone="UTC")
    workspace = Workspace.create(settings)
    made = model(DEFINITIONS)
    install_model(workspace, made)
    rows: list[dict[str, Any]] = [
        {
            "name": name, "open": name != "Тайная Ольга",
            "phones": [{"phone": phone, "note": note} for phone, note in phones],
        }
        for name, phones in PEOPLE.items()
    ]  # fmt: skip
    workspace.write(lambda tx: records.batch(tx, system_actor(), "person", records.Batch(create=rows)))
    roles = made.roles
    yield Place(
        workspace,
        Actor(user=1, login="clerk", roles=(roles["clerk"].uid,)),
        Actor(user=2, login="blind", roles=(roles["blind"].uid,)),
    )
    workspace.close()


def expected(text: str, *, clerk: bool) -> set[tuple[str, str]]:
    """The names and telephones of whom one of their rows is found, as the naive search says."""
    rows = [
        (name, phone, [phone] if clerk or note is None else [phone, note])
        for name, phones in PEOPLE.items()
        for phone, note in phones
        if not clerk or name != "Тайная Ольга"
    ]
    plain = {(name, phone) for name, phone, texts in rows if finds(text, texts, generous=False)}
    if len(plain) >= 3:
        return plain
    return {(name, phone) for name, phone, texts in rows if finds(text, texts, generous=True)}


@pytest.mark.parametrize("person", ["system", "clerk"])
def test_a_row_that_is_found_tells_whose_it_is(place: Place, person: str) -> None:
    actor = place.clerk if person == "clerk" else None
    for text in QUERIES:
        found = {
            (hit.owner and hit.owner.title, hit.title)
            for hit in place.hits(text, actor)
            if hit.entity.name == "person_phone"
        }
        assert found == expected(text, clerk=person == "clerk"), text


def test_the_row_is_told_as_people_read_it_with_what_was_found_beside(place: Place) -> None:
    (hit,) = place.hits("2818")
    assert hit.owner is not None and (hit.owner.row, hit.excerpt) == ("8 (900) 000-28-18", "")
    assert hit.owner.entity.name == "person"
    noted = next(hit for hit in place.hits("доб. 104") if hit.owner and hit.owner.title == "Щербакова Ирина")
    assert noted.owner is not None and (noted.owner.row, noted.excerpt) == ("8 (900) 000-28-18", "доб. 104")


def test_who_may_not_read_the_rows_finds_nobody_by_them(place: Place) -> None:
    assert place.hits("2818", place.blind) == []
    assert [hit.title for hit in place.hits("ирина", place.blind)] == ["Щербакова Ирина"]


def test_a_row_of_a_row_belongs_to_what_is_nobodys_row_and_goes_with_it(place: Place) -> None:
    row = next(hit for hit in place.hits("9116"))
    call = {"number": row.id, "about": "Перезвонить про ворота"}
    workspace = place.workspace
    workspace.write(lambda tx: records.create(tx, system_actor(), "phone_call", call))
    (hit,) = place.hits("воротами", place.clerk)
    assert hit.owner is not None and (hit.owner.entity.name, hit.owner.title) == ("person", "Ефимов Антон")
    owner = hit.owner.id
    workspace.write(lambda tx: records.delete(tx, system_actor(), "person", owner))
    assert place.hits("9116") == [] == place.hits("воротами")
    workspace.write(lambda tx: records.restore(tx, system_actor(), "person", owner))
    assert len(place.hits("9116")) == 1
