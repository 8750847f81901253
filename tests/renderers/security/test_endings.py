"""Keys end with what they were given for: an account, a right over somebody, a person at the keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core import records
from core.access.acting import stands_in_for
from core.access.actor import system_actor
from core.access.invitations import invite, opened_invitation
from core.access.login import load_actor
from core.storage.workspace import Transaction
from core.web import gate
from core.web.api import make_call
from metamodel.fields.base import Context
from renderers.api.events import events, look
from renderers.people import keys
from tests.renderers.surfing import Surfer, sign_in
from tests.sites import PASSWORD, Site

SCOPE: Any = {"method": "GET", "path": "/api/events", "headers": [], "query_string": b""}
CONTEXT = Context(medium="json", language="en")


def user(site: Site, login: str) -> int:
    return int(site.get(f"/api/records/user?filter=login='{login}'").json()["items"][0]["id"])


def promote(site: Site, person: int) -> None:
    role = site.get("/api/records/role?filter=name='administrator'").json()["items"][0]["id"]
    assert site.post("/api/records/user_role", {"user": person, "role": role}).status_code == 201


def link(site: Site, by: str, person: int) -> str:
    who = user(site, by)
    return site.workspace.write(lambda tx: invite(tx, load_actor(tx, who), person))


def test_a_link_is_no_way_to_whom_the_person_has_become(site: Site) -> None:
    mark = user(site, "mark")
    key = link(site, "helen", mark)
    assert Surfer(site).get(f"/join?key={key}").status_code in (200, 303)
    promote(site, mark)
    given = [("key", key), ("password", "four unlike words"), ("again", "four unlike words")]
    door = Surfer(site)
    assert door.get(f"/join?key={key}").status_code == 404 and door.post("/join", given).status_code == 404
    key = link(site, "admin", mark)
    with site.workspace.read() as tx:
        assert opened_invitation(tx, key) is not None


def test_a_stand_in_named_by_a_manager_goes_with_their_right_to_name_one(site: Site) -> None:
    ids = {login: user(site, login) for login in ("mark", "nina", "helen")}

    def name(tx: Transaction) -> None:
        by = replace(system_actor(), user=ids["helen"], person=ids["helen"])
        sent = {"user": ids["mark"], "deputy": ids["nina"], "starts_on": "2020-01-01"}
        records.create(tx, by, "deputy", sent, context=CONTEXT)

    def count(tx: Transaction) -> int:
        return len(stands_in_for(tx, ids["nina"]))

    site.workspace.write(name)
    with site.workspace.read() as tx:
        assert count(tx) == 1
    promote(site, ids["mark"])
    with site.workspace.read() as tx:
        assert count(tx) == 0


def test_who_may_sign_in_again_begins_without_the_keys_of_before(site: Site) -> None:
    mark = user(site, "mark")
    browser, key = sign_in(site, "mark"), link(site, "admin", mark)
    assert site.get("/api/records/deal", "mark").status_code == 200
    for active in (False, True):
        assert site.patch(f"/api/records/user/{mark}", {"active": active}).status_code == 200
    assert site.get("/api/records/deal", "mark").status_code == 401
    assert browser.get("/e/deal").status_code == 303
    assert Surfer(site).get(f"/join?key={key}").status_code == 404


def test_a_page_that_stands_open_keeps_no_session_from_ending(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = sign_in(site, "mark").jar["kubik_session"]
    table, noted = site.workspace.own.session, []
    site.workspace.write(
        lambda tx: tx.connection.execute(table.update().values(seen_at=tx.now - timedelta(hours=1)))
    )
    monkeypatch.setattr(site.workspace, "later", lambda what, _: noted.append(what[0]))
    call = make_call(site.application.site, SCOPE, "1", "here")
    call.headers = {b"cookie": f"kubik_session={key}".encode()}
    events(call)
    look(call, None)
    assert "session" not in noted
    call.attended = True
    look(call, None)
    assert "session" in noted


def test_the_address_of_mail_is_no_password_and_the_log_says_who_came_how(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    for module in (gate, keys):
        monkeypatch.setattr(module, "note", lambda _, what, **facts: told.append((what, facts)))
    mark = user(site, "mark")
    assert site.patch(f"/api/records/user/{mark}", {"email": "zebracrossing@example.com"}).status_code == 200
    browser = sign_in(site, "mark")
    pairs = [("current", PASSWORD), *((name, "zebracrossing1") for name in ("password", "again"))]
    assert browser.post("/me/security/password", pairs).status_code == 422
    assert browser.post("/sign-out", []).status_code == 303
    assert sign_in(site, "admin").post(f"/people/{mark}/link", []).status_code == 200
    assert ("sign in", {"login": "mark", "factor": "password"}) in told
    assert ("sign out", {"login": "mark"}) in told
    assert ("link made", {"login": "admin", "person": mark}) in told
