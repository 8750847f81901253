"""Who saw personal data is told to who answers for people, of no record and no field that they do not see themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core import records
from core.access.actor import Actor, system_actor
from core.errors import KubikError
from core.query import Query, read
from core.query.sighted import Sight, sightings
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from metamodel.identity import identify
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories
from tests.sites import settings

SHAPE: Mapping[str, str] = {
    "solution.yaml": "name: contacts\nlabel: Contacts\n",
    "entities/contact.yaml": """
        name: contact
        fields:
          - {name: name, type: text}
          - {name: owner, type: user}
          - {name: open, type: boolean}
          - {name: phone, type: text, personal: true}
          - {name: birthday, type: text, personal: true}
          - {name: papers, type: children, of: paper, through: contact}
    """,
    "entities/paper.yaml": """
        name: paper
        fields:
          - {name: contact, type: link, to: contact, required: true}
          - {name: number, type: text, personal: true}
          - {name: secret, type: boolean}
    """,
    "roles/chief.yaml": """
        name: chief
        grants:
          - {entity: contact, actions: [read], rows: "owner = me", fields: {all_but: [birthday, phone]}}
          - {entity: contact, actions: [show], rows: "open", fields: [phone]}
          - {entity: paper, actions: [read], rows: "NOT secret", fields: all}
    """,
    "roles/clerk.yaml": "name: clerk\nparent: chief\ngrants: [{entity: contact, actions: [read], fields: all}]\n",
}


@dataclass(frozen=True)
class Place:
    """An office: its chief, a clerk whom they manage, and one whom nobody but the administrator does."""

    workspace: Workspace
    chief: Actor
    clerk: Actor
    contacts: Mapping[str, int]

    def seen(self, clerk_reads: Query, **asked: Any) -> list[Sight]:
        """What the chief is told of after the clerk has read something."""
        with self.workspace.read() as tx:
            tx.way = "list"
            assert read(tx, self.clerk, clerk_reads).items
        self.workspace.sightings.flush()
        with self.workspace.read() as tx:
            return list(sightings(tx, self.chief, **asked).items)


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    model = resolve(identify(factories.together(factories.system_document(), parse_files(SHAPE))), 1)
    workspace = Workspace.create(settings(database_url, tmp_path))
    install_model(workspace, model)
    workspace.write(records.sync_roles)
    people, contacts = dict[str, int](), dict[str, int]()

    def fill(tx: Transaction) -> None:
        system = system_actor()
        for login in ("chief", "clerk"):
            values = {"login": login, "name": login, "roles": [{"role": {"by": {"name": login}}}]}
            people[login] = records.create(tx, system, "user", values).id
        for name, owner, shown in (
            ("own", "chief", True),
            ("closed", "chief", False),
            ("foreign", "clerk", True),
        ):
            papers = [{"number": f"{name} 1", "secret": False}, {"number": f"{name} 2", "secret": True}]
            contacts[name] = records.create(tx, system, "contact", {
                "name": name, "owner": people[owner], "open": shown, "phone": "5", "birthday": "1", "papers": papers,
            }).id  # fmt: skip

    workspace.write(fill)
    chief, clerk = (Actor(user=people[n], login=n, roles=(model.roles[n].uid,)) for n in ("chief", "clerk"))
    yield Place(workspace, chief, clerk, contacts)
    workspace.close()


def test_a_record_out_of_sight_is_counted_and_not_named(place: Place) -> None:
    phones = Query(entity="contact", fields=("id", "phone"))
    for name, told in (("own", place.contacts["own"]), ("foreign", None), ("closed", None)):
        (seen, *_) = place.seen(replace(phones, ids=(place.contacts[name],)))
        assert (seen.count, seen.record, bool(seen.title)) == (1, told, told is not None), name
        assert [field.name for field in seen.fields] == ["phone"]
    both = place.seen(phones, entity="contact", record=place.contacts["own"])
    assert [(each.count, each.record) for each in both] == [(3, None), (1, place.contacts["own"])]
    closed = place.seen(phones, entity="contact", record=place.contacts["closed"])
    assert closed == [], "that there is a phone at all is not theirs to know"
    with pytest.raises(KubikError, match="KBK2006"):
        place.seen(phones, entity="contact", record=place.contacts["foreign"])


def test_fields_that_may_not_be_read_are_not_named(place: Place) -> None:
    assert place.seen(Query(entity="contact", fields=("id", "birthday"))) == []
    (seen,) = place.seen(Query(entity="contact", fields=("id", "birthday", "phone")))
    assert [field.name for field in seen.fields] == ["phone"]


def test_child_rows_out_of_sight_are_not_told_of_with_their_record(place: Place) -> None:
    def of(number: str) -> list[Sight]:
        asked = {"entity": "contact", "record": place.contacts["own"]}
        return place.seen(
            Query(entity="paper", fields=("id", "number"), filter=f"number = '{number}'"), **asked
        )

    assert of("own 2") == []
    assert [each.entity.name for each in of("own 1")] == ["paper"]


def test_of_a_person_out_of_sight_nothing_is_told(place: Place) -> None:
    phones = Query(entity="contact", fields=("id", "phone"))
    assert len(place.seen(phones)) == 1
    for user in (place.clerk.user, 987654):
        assert place.seen(phones, by=user) == []
