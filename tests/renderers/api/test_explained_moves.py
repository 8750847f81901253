"""A move explained: whether a person may lead a record to that very stage, as the move itself is answered.

Absences: who asked for one cancels it, who is named approves it, the office does both, and nobody approves what is long.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core import records
from core.access.actor import system_actor
from core.access.tokens import create_token
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context
from metamodel.identity import identify
from metamodel.model import Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories
from tests.conftest import DIALECTS, Databases
from tests.sites import Site, running, settings

FILES = {
    "solution.yaml": "name: staff\nlabel: Staff\n",
    "entities/absence.yaml": """
        name: absence
        fields:
          - {name: name, type: text, required: true}
          - {name: days, type: integer}
          - {name: asked_by, type: user}
          - {name: approver, type: user}
          - {name: reason, type: text}
        stages:
          field: state
          pipelines:
            - name: main
              stages:
                - {name: asked}
                - {name: approved, kind: won}
                - {name: cancelled, kind: lost, required: [reason]}
                - {name: kept}
              moves:
                - {from: asked, to: approved, when: "days < 30"}
                - {from: asked, to: cancelled}
                - {from: asked, to: kept, roles: office}
    """,
    "entities/place.yaml": "{name: place, fields: [{name: name, type: text}]}\n",
    "roles/person.yaml": """
        name: person
        grants:
          - {entity: user, actions: [read], fields: [login, name]}
          - {entity: absence, actions: [read], rows: "asked_by = me OR approver = me", fields: all}
          - {entity: absence, actions: [move], rows: "asked_by = me", check: "state = 'cancelled'", fields: [reason]}
          - {entity: absence, actions: [move], rows: "approver = me", check: "state <> 'cancelled'"}
    """,
    "roles/office.yaml": """
        name: office
        grants:
          - {entity: absence, actions: [read, move], fields: all}
    """,
}
PEOPLE = {"root": "administrator", "anna": "person", "boris": "person", "nina": "person", "olga": "office"}
"""Anna asks, boris approves, olga is the office."""
STAGES = ("approved", "cancelled", "kept")
MAY = {
    "anna": ("cancelled",), "boris": ("approved",), "nina": (), "olga": STAGES, "root": STAGES,
}  # fmt: skip
"""Of an absence of a few days."""


@cache
def staff() -> Model:
    return resolve(identify(factories.together(factories.system_document(), parse_files(FILES))), 1)


def install(url: str, home: Path) -> dict[str, str]:
    workspace = Workspace.create(settings(url, home))
    try:
        install_model(workspace, staff())
        workspace.write(records.sync_roles)

        def people(tx: Transaction) -> dict[str, str]:
            return {
                login: create_token(
                    tx,
                    add(
                        tx, "user", login=login, name=login.title(), roles=[{"role": {"by": {"name": role}}}]
                    ),
                    "test",
                )
                for login, role in PEOPLE.items()
            }

        return workspace.write(people)
    finally:
        workspace.close()


def add(tx: Transaction, entity: str, **values: Any) -> int:
    return records.create(tx, system_actor(), entity, values, context=Context()).id


@pytest.fixture(scope="module", params=DIALECTS)
def site(
    request: pytest.FixtureRequest, lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    url, home = lasting_database(request.param), tmp_path_factory.mktemp("staff")
    with running(url, home, install(url, home)) as site:
        yield site


def absence(site: Site, days: int) -> int:
    people = {i["login"]: i["id"] for i in site.get("/api/records/user", "root").json()["items"]}
    given = {"name": "away", "days": days, "asked_by": people["anna"], "approver": people["boris"]}
    return site.workspace.write(lambda tx: add(tx, "absence", **given))


def told(site: Site, who: str, id: int, to: str, by: str = "root") -> dict[str, Any]:
    path = f"/api/access/explain?user={who}&entity=absence&id={id}&action=move&to={to}"
    answer = site.get(path, by)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["to"] == to and bool(found["grants"]) == found["allowed"]
    return found


@pytest.mark.parametrize("days", [3, 60])
def test_each_stage_is_explained_as_the_move_to_it_is_answered(site: Site, days: int) -> None:
    for who, may in MAY.items():
        for to in STAGES:
            id, here = absence(site, days), (who, to)
            allowed = to in may and (to != "approved" or days < 30)
            found = told(site, who, id, to)
            assert found["allowed"] == allowed, here
            move = {"to": to, "values": {"reason": "ill"} if to == "cancelled" else {}}
            answer = site.post(f"/api/records/absence/{id}/move", move, who)
            assert (answer.status_code == 200) == allowed, (here, answer.text)


def test_what_stands_against_a_move_is_said_in_a_word_and_nothing_of_the_trial_stays(site: Site) -> None:
    id, long = absence(site, 3), absence(site, 60)
    before = site.get(f"/api/records/absence/{id}", "root").json()
    history = site.get(f"/api/records/absence/{id}/history", "root").json()
    assert told(site, "anna", id, "approved")["why"] == "check", "the approver's alone"
    assert told(site, "boris", id, "cancelled")["why"] == "check"
    assert told(site, "boris", id, "kept")["why"] == "moves", "the office's alone"
    assert told(site, "boris", long, "approved")["why"] == "moves", "too long"
    assert told(site, "nina", id, "approved")["why"] == "rows"
    assert told(site, "anna", id, "cancelled")["why"] == "granted", "a reason is asked of who cancels"
    assert site.get(f"/api/records/absence/{id}", "root").json() == before
    assert site.get(f"/api/records/absence/{id}/history", "root").json() == history


def test_a_stage_is_asked_of_the_move_of_one_record_and_must_be_one(site: Site) -> None:
    id = absence(site, 3)
    ask = "/api/access/explain?user=anna&entity=absence"
    for rest in (f"&id={id}&action=move&to=nowhere", f"&id={id}&action=update&to=approved", "&action=move&to=approved",
                 f"&id={id}&to=approved"):  # fmt: skip
        answer = site.get(ask + rest, "root")
        assert (answer.status_code, answer.json()["code"]) == (400, "KBK2009"), rest
    place = site.workspace.write(lambda tx: add(tx, "place", name="here"))
    answer = site.get(
        f"/api/access/explain?user=anna&entity=place&id={place}&action=move&to=approved", "root"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "KBK2009")
    assert site.get(f"{ask}&id={id}&action=move&to=approved", "boris").status_code == 403
