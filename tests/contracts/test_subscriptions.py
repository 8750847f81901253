"""Rights by what somebody subscribed to, and of programs: each decision by the API, in lists and explained.

Clubs, which are groups, subscribe to tariffs; a tariff opens halls, some of them up to a number of visits that the club has
used. A kiosk signs in with an account of its own; it sees a hall that names it, and only of a house that it serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from core import records
from core.access.actor import system_actor
from core.access.tokens import create_token
from core.solutions.access_tests import run_tests
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context
from metamodel.identity import identify
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories
from tests.conftest import DIALECTS, Databases
from tests.sites import Site, running, settings

FILES: Mapping[str, str] = {
    "solution.yaml": "name: halls\nlabel: Halls\n",
    "entities/house.yaml": """
        name: house
        fields:
          - {name: name, type: text}
          - {name: kiosks, type: links, to: kiosk, inverse: serves, on_delete: clear}
    """,
    "entities/kiosk.yaml": "{name: kiosk, fields: [{name: name, type: text}, {name: account, type: user, inverse: runs}]}\n",
    "entities/tariff.yaml": """
        name: tariff
        fields:
          - {name: name, type: text}
          - {name: subscribers, type: links, to: group, inverse: tariffs, on_delete: clear}
    """,
    "entities/hall.yaml": """
        name: hall
        fields:
          - {name: name, type: text, unique: true}
          - {name: house, type: link, to: house, inverse: halls}
          - {name: kiosks, type: links, to: kiosk, inverse: opens, on_delete: clear}
    """,
    "entities/opening.yaml": """
        name: opening
        title: "{tariff}"
        fields:
          - {name: tariff, type: link, to: tariff, required: true, inverse: openings}
          - {name: hall, type: link, to: hall, required: true, inverse: openings}
          - {name: at_most, type: integer}
    """,
    "entities/visits.yaml": """
        name: visits
        title: "{club}"
        fields:
          - {name: club, type: link, to: group, required: true, inverse: visits}
          - {name: hall, type: link, to: hall, required: true, inverse: visits}
          - {name: used, type: integer, required: true}
    """,
    "roles/guest.yaml": """
        name: guest
        grants:
          - entity: hall
            actions: [read]
            fields: [name]
            rows: "EXISTS(openings WHERE EXISTS(tariff.subscribers WHERE id IN my.groups) AND (at_most IS NULL OR NOT EXISTS(hall.visits WHERE club IN my.groups AND used > this.at_most)))"
    """,
    "roles/program.yaml": """
        name: program
        grants:
          - entity: hall
            actions: [read, update]
            fields: [name]
            rows: "EXISTS(kiosks WHERE account = me AND EXISTS(serves WHERE id = this.this.house))"
    """,
    "tests/access.yaml": """
        tests:
          - roles: [guest]
            with:
              - {name: club, entity: group, values: {name: Club, members: [me]}}
              - {name: small, entity: tariff, values: {name: Small, subscribers: [club]}}
              - {name: pool, entity: hall, values: {name: Pool}}
              - {name: opening, entity: opening, values: {tariff: small, hall: pool, at_most: 5}}
              - {name: visits, entity: visits, values: {club: club, hall: pool, used: 5}}
            entity: hall
            by: {name: Pool}
            allow: {actions: [read], read: [name]}
            deny: {actions: [update], read: [house]}
          - roles: [program]
            with:
              - {name: desk, entity: kiosk, values: {name: Desk, account: me}}
              - {name: house, entity: house, values: {name: House}}
            entity: hall
            record: {name: Gym, house: house, kiosks: [desk]}
            deny: {actions: [read, update]}
    """,
}
GUESTS, PROGRAMS = ("anna", "boris", "vera", "nina"), ("desk", "gate")
CLUBS = {"stars": ("anna", "boris"), "moons": ("vera",)}
SUBSCRIBED = {"small": ("stars",), "large": ("moons",)}
OPENINGS: Mapping[str, Mapping[str, int | None]] = {
    "small": {"gym": None, "pool": 5},
    "large": {"gym": None, "pool": 20, "roof": None},
}
HALLS = {"gym": "north", "pool": "north", "roof": "south"}
KIOSKS = {"desk": ("gym", "roof"), "gate": ("pool", "roof")}
SERVES = {"north": ("desk",), "south": ("gate",)}
SYSTEM = system_actor()


def add(tx: Transaction, entity: str, **values: Any) -> int:
    return records.create(tx, SYSTEM, entity, values, context=Context()).id


def install(url: str, home: Path) -> dict[str, str]:
    """The solution with its people, clubs, halls and kiosks; tokens by login."""
    model = resolve(identify(factories.together(factories.system_document(), parse_files(FILES))), 1)
    workspace = Workspace.create(settings(url, home))
    try:
        install_model(workspace, model)
        workspace.write(records.sync_roles)
        return workspace.write(fill)
    finally:
        workspace.close()


def fill(tx: Transaction) -> dict[str, str]:
    people, tokens = {}, {}
    for login in ("root", *GUESTS, *PROGRAMS):
        role = "administrator" if login == "root" else "guest" if login in GUESTS else "program"
        held = [{"role": {"by": {"name": role}}}]
        people[login] = add(tx, "user", login=login, name=login, roles=held)
        tokens[login] = create_token(tx, people[login], "test")
    clubs = {
        name: add(tx, "group", name=name, members=[people[p] for p in who]) for name, who in CLUBS.items()
    }
    kiosks = {name: add(tx, "kiosk", name=name, account=people[name]) for name in KIOSKS}
    houses = {
        name: add(tx, "house", name=name, kiosks=[kiosks[k] for k in who]) for name, who in SERVES.items()
    }
    halls = {
        name: add(tx, "hall", name=name, house=houses[house], kiosks=[kiosks[k] for k in KIOSKS if name in KIOSKS[k]])
        for name, house in HALLS.items()
    }  # fmt: skip
    for tariff, subscribers in SUBSCRIBED.items():
        made = add(tx, "tariff", name=tariff, subscribers=[clubs[c] for c in subscribers])
        for hall, at_most in OPENINGS[tariff].items():
            add(tx, "opening", tariff=made, hall=halls[hall], at_most=at_most)
    for club in clubs.values():
        add(tx, "visits", club=club, hall=halls["pool"], used=0)
    return tokens


@pytest.fixture(scope="module", params=DIALECTS)
def site(
    request: pytest.FixtureRequest, lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The served solution."""
    url, home = lasting_database(request.param), tmp_path_factory.mktemp("halls")
    with running(url, home, install(url, home)) as site:
        yield site


def ids(site: Site, entity: str) -> dict[str, int]:
    """By name, the ids of all records."""
    return {i["name"]: i["id"] for i in site.get(f"/api/records/{entity}", "root").json()["items"]}


def put(site: Site, path: str, values: Mapping[str, Any]) -> None:
    """A change by the administrator."""
    answer = site.patch(f"/api/records/{path}", values, "root")
    assert answer.status_code == 200, answer.text


def decided(site: Site, who: str, halls: Mapping[str, int]) -> set[str]:
    """The halls that somebody sees; each door and the explanation say the same."""
    listed = {item["id"] for item in site.get("/api/records/hall?fields=id", who).json()["items"]}
    seen = set()
    for name, id in halls.items():
        opened = site.get(f"/api/records/hall/{id}", who).status_code == 200
        told = site.get(f"/api/access/explain?user={who}&entity=hall&id={id}&action=read", "root").json()
        assert opened == (id in listed) == told["allowed"] == bool(told["grants"]), (who, name)
        changed = site.patch(f"/api/records/hall/{id}", {"name": name}, who).status_code == 200
        assert changed == (opened and who in PROGRAMS), (who, name)
        seen |= {name} if opened else set()
    return seen


def opened_to(who: str, used: Mapping[str, int], subscribed: Mapping[str, tuple[str, ...]]) -> set[str]:
    """By the tables above, the halls that a guest sees."""
    clubs = [club for club, members in CLUBS.items() if who in members]
    found = set()
    for tariff, subscribers in subscribed.items():
        for hall, at_most in OPENINGS[tariff].items():
            spent = any(hall == "pool" and at_most is not None and used[club] > at_most for club in clubs)
            if set(clubs) & set(subscribers) and not spent:
                found.add(hall)
    return found


def test_halls_are_open_to_who_subscribed_while_visits_are_left(site: Site) -> None:
    halls, clubs, tariffs = ids(site, "hall"), ids(site, "group"), ids(site, "tariff")
    counts = {i["club"]["title"]: i["id"] for i in site.get("/api/records/visits", "root").json()["items"]}
    for stars, moons in ((0, 0), (5, 20), (6, 6), (4, 21)):
        used = {"stars": stars, "moons": moons}
        for club, number in used.items():
            put(site, f"visits/{counts[club]}", {"used": number})
        for who in GUESTS:
            assert decided(site, who, halls) == opened_to(who, used, SUBSCRIBED), (who, used)
    used, ways = {"stars": 4, "moons": 21}, {"small": ("stars", "moons"), "large": ("moons",)}
    nobody: Mapping[str, tuple[str, ...]] = {"small": (), "large": ()}
    for subscribed in (nobody, ways):
        for tariff, subscribers in subscribed.items():
            put(site, f"tariff/{tariffs[tariff]}", {"subscribers": [clubs[club] for club in subscribers]})
        for who in GUESTS:
            assert decided(site, who, halls) == opened_to(who, used, subscribed), (who, subscribed)


def test_a_program_sees_what_names_it_in_a_house_that_it_serves(site: Site) -> None:
    halls, houses, kiosks = ids(site, "hall"), ids(site, "house"), ids(site, "kiosk")
    ways: tuple[Mapping[str, tuple[str, ...]], ...] = (
        SERVES,
        {"north": ("gate", "desk"), "south": ()},
        {"north": (), "south": ("desk", "gate")},
    )
    for serves in ways:
        for house, whom in serves.items():
            put(site, f"house/{houses[house]}", {"kiosks": [kiosks[k] for k in whom]})
        for who in PROGRAMS:
            served = {hall for hall in KIOSKS[who] if who in serves[HALLS[hall]]}
            assert decided(site, who, halls) == served, (who, serves)


def test_the_solution_says_the_same_in_its_access_tests(site: Site) -> None:
    outcomes = site.workspace.write(run_tests)
    assert [fault.message for outcome in outcomes for fault in outcome.faults] == []
    assert len(outcomes) == 2
