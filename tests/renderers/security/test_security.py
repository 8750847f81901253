"""One's own security in the browser: what it takes to come in, to change keys, to act as another, and what none of it gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa

from core import records
from core.access import second
from core.access.actor import Actor, system_actor
from core.access.invitations import invite, reset_factor, sign_out_everywhere
from core.access.login import load_actor
from core.access.security import security_events
from core.errors import KubikError
from core.storage.workspace import Transaction
from metamodel.fields.base import Context
from tests.renderers.surfing import Surfer, sign_in
from tests.sites import PASSWORD, Site

NOW = 59_000_000


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second, "_step", lambda at: NOW)


def code(secret: str, ahead: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(NOW + ahead)


def user(site: Site, login: str) -> int:
    return int(site.get(f"/api/records/user?filter=login='{login}'").json()["items"][0]["id"])


def stale(site: Site) -> None:
    """The password was given an hour ago."""
    table = site.workspace.own.session
    site.workspace.write(
        lambda tx: tx.connection.execute(table.update().values(proved_at=tx.now - timedelta(hours=1)))
    )


def field(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text[:2000]
    return found[1]


def set_up(mark: Surfer) -> tuple[str, list[str]]:
    """A second factor: its secret and the recovery codes."""
    page = mark.get("/me/security/factor")
    secret, seal = field(page, "secret"), field(page, "seal")
    assert page.text.count("<svg") and "style=" not in page.text
    wrong = mark.post("/me/security/factor", [("secret", secret), ("seal", seal), ("code", "000000")])
    assert wrong.status_code == 422 and secret in wrong.text
    own = pyotp.random_base32()
    brought = mark.post("/me/security/factor", [("secret", own), ("seal", seal), ("code", code(own))])
    assert brought.status_code == 303, "a secret that was not shown here is none"
    made = mark.post("/me/security/factor", [("secret", secret), ("seal", seal), ("code", code(secret, -1))])
    codes = re.findall(r"<li><code>([^<]+)</code>", made.text)
    assert made.status_code == 200 and len(codes) == 10
    return secret, codes


def test_keys_are_changed_only_by_who_gives_the_password_again(site: Site) -> None:
    mark = sign_in(site, "mark")
    other = sign_in(site, "mark")
    before = mark.jar["kubik_session"]
    stale(site)
    for path in ("/me/security/factor", "/me/security/tokens/new", "/me/security/deputies/new"):
        led = mark.get(path)
        assert led.status_code == 303 and led.headers["location"].startswith("/me/security/confirm?next="), (
            path
        )
    assert mark.post("/me/security/sessions/end", []).headers["location"].startswith("/me/security/confirm")
    assert other.get("/me/security").status_code == 200
    wrong = mark.post("/me/security/confirm", [("password", "wrong"), ("next", "/me/security/factor")])
    assert wrong.status_code == 422 and mark.get("/me/security/factor").status_code == 303
    right = mark.post("/me/security/confirm", [("password", PASSWORD), ("next", "//evil.example")])
    assert right.status_code == 303 and right.headers["location"] == "/"
    assert mark.jar["kubik_session"] != before, "the session goes on under a new key"
    assert mark.get("/me/security/factor").status_code == 200
    ended = mark.post("/me/security/sessions/end", [])
    assert ended.status_code == 303
    assert other.get("/me/security").status_code == 303, "the other browser is signed out"
    assert mark.get("/me/security").status_code == 200


def test_a_second_factor_from_setting_up_to_taking_off(site: Site) -> None:
    mark = sign_in(site, "mark")
    other = sign_in(site, "mark")
    secret, codes = set_up(mark)
    assert other.get("/me/security").status_code == 303, "browsers of before are signed out"
    assert mark.get("/me/security").status_code == 200
    anew = mark.post("/me/security/factor", [("secret", secret), ("seal", "x"), ("code", code(secret))])
    assert anew.headers["location"] == "/me/security/factor", "the page of codes loaded anew"
    assert "Make other codes" in mark.get("/me/security/factor").text
    door = Surfer(site)
    answer = door.post("/sign-in", [("login", "mark"), ("password", PASSWORD), ("next", "/e/deal")])
    assert answer.headers["location"] == "/sign-in/code?next=/e/deal" and "kubik_session" not in door.jar
    assert door.get("/e/deal").status_code == 303
    assert door.post("/sign-in/code", [("code", code(secret, -1))]).status_code == 422, (
        "used when it was set up"
    )
    through = door.post("/sign-in/code", [("code", code(secret)), ("next", "/e/deal")])
    assert through.status_code == 303 and through.headers["location"] == "/e/deal"
    assert door.get("/e/deal").status_code == 200
    again = Surfer(site)
    again.post("/sign-in", [("login", "mark"), ("password", PASSWORD)])
    assert again.post("/sign-in/code", [("code", codes[0])]).status_code == 303
    told = again.get("/me/security").text
    assert "A recovery code was used" in told and "Recovery codes left: 9" in told
    fresh = again.post("/me/security/recovery", [])
    newer = re.findall(r"<li><code>([^<]+)</code>", fresh.text)
    assert newer and not set(newer) & set(codes)
    assert again.post("/me/security/factor/off", [("code", codes[1])]).status_code == 422
    assert again.post("/me/security/factor/off", [("code", newer[0])]).status_code == 303
    assert (
        Surfer(site).post("/sign-in", [("login", "mark"), ("password", PASSWORD)]).headers["location"] == "/"
    )


def test_over_an_open_page_the_code_is_asked_for_too(site: Site) -> None:
    mark = sign_in(site, "mark")
    secret, _ = set_up(mark)
    door = Surfer(site)
    given = [("login", "mark"), ("password", PASSWORD)]
    more = door.post("/sign-in", given, **{"hx-request": "true"})
    assert more.json() == {"more": "code"} and "kubik_session" not in door.jar
    refused = door.post("/sign-in/code", [("code", "111111")], **{"hx-request": "true"})
    assert refused.status_code == 422 and refused.json()["error"]
    told = door.post("/sign-in/code", [("code", code(secret))], **{"hx-request": "true"}).json()
    assert told["person"] == str(user(site, "mark")) and told["csrf"]


def test_another_password_ends_what_was_before_and_is_not_one_that_is_guessed(site: Site) -> None:
    mark, other = sign_in(site, "mark"), sign_in(site, "mark")

    def change(current: str, new: str, again: str | None = None) -> Any:
        pairs = [
            ("current", current),
            ("password", new),
            ("again", new if again is None else again),
            ("tokens", "1"),
        ]
        return mark.post("/me/security/password", pairs)

    assert "does not fit" in change("wrong one", "three words apart").text
    for new in ("short", "password1", "Mark2026", "gfhjkm123"):
        refused = change(PASSWORD, new)
        assert refused.status_code == 422 and new not in refused.text, new
    assert change(PASSWORD, "three words apart", "three words").status_code == 422
    before = mark.jar["kubik_session"]
    assert change(PASSWORD, "three words apart").status_code == 303
    assert mark.get("/me/security").status_code == 200 and mark.jar["kubik_session"] != before
    assert other.get("/e/deal").status_code == 303
    assert site.get("/api/records/deal", "mark").status_code == 401, "the tokens were to end, too"


def test_signing_in_again_ends_the_session_that_was_there(site: Site) -> None:
    mark = sign_in(site, "mark")
    before = mark.jar["kubik_session"]
    assert mark.post("/sign-in", [("login", "mark"), ("password", PASSWORD)]).status_code == 303
    stolen = Surfer(site, {"kubik_session": before})
    assert stolen.get("/e/deal").status_code == 303 and mark.get("/e/deal").status_code == 200


def test_a_token_is_shown_once_and_is_as_narrow_as_was_wished(site: Site) -> None:
    admin = sign_in(site, "admin")
    pairs = [("name", "Site"), ("days", "30"), ("read_only", "1"), ("entity", "company")]
    assert admin.post("/me/security/tokens/new", [*pairs, ("entity", "nothing")]).status_code == 400
    made = admin.post("/me/security/tokens/new", pairs)
    token = re.search(r'value="(kbk_[^"]+)"', made.text)
    assert token
    page = admin.get("/me/security").text
    assert token[1] not in page and "reads only: " in page

    def call(method: str, path: str, **more: Any) -> Any:
        return site.client.request(method, path, headers={"authorization": f"Bearer {token[1]}"}, **more)

    assert call("GET", "/api/records/company").status_code == 200
    for entity, status in (("company", 200), ("deal", 404)):  # a question, though it is no GET
        assert call("POST", "/api/pivot", json={"entity": entity}).status_code == status
    for path in ("deal", "user", "product"):
        assert (
            call("GET", f"/api/records/{path}").json()["code"]
            == call("GET", "/api/records/nope").json()["code"]
        )
    for method, path, body in (
        ("POST", "/api/records/company", {"name": "x"}), ("POST", "/api/model/plan", {"changes": []}),
        ("DELETE", "/api/jobs/1", None),
    ):  # fmt: skip
        assert call(method, path, json=body).status_code == 403, path
    assert call("POST", "/api/files", files={"file": ("a.txt", b"x")}).status_code == 403
    paths = call("GET", "/api/openapi.json").json()["paths"]
    assert (
        not [p for p in paths if "/deal" in p or "/model/plan" in p]
        and "post" not in paths["/api/records/company"]
    )
    assert {e["name"] for e in call("GET", "/api/model").json()["entities"]} <= {
        "company",
        "comment",
        "attachment",
        "share",
        "file",
    }
    changes = site.post("/api/records/deal", {"name": "Unseen"}).json()["id"]
    assert changes and not call("GET", "/api/changes?entity=company").json()["items"]
    number = re.search(r"/me/security/tokens/(\d+)/end", page)
    assert number
    assert sign_in(site, "helen").post(f"/me/security/tokens/{number[1]}/end", []).status_code == 404
    assert admin.post(f"/me/security/tokens/{number[1]}/end", []).status_code == 303
    assert call("GET", "/api/records/company").status_code == 401


def test_a_link_lets_choose_a_password_once_and_passes_no_second_factor(site: Site) -> None:
    mark = sign_in(site, "mark")
    secret, _ = set_up(mark)

    def made(tx: Transaction) -> str:
        return invite(tx, load_actor(tx, user(site, "helen")), user(site, "mark"))

    key = site.workspace.write(made)
    assert mark.get("/e/deal").status_code == 200, "until it is used, all goes on"
    door = Surfer(site)
    moved = door.get(f"/join?key={key}")
    assert moved.status_code == 303 and moved.headers["location"] == "/join", "the key leaves the address"
    page = door.get("/join")
    assert (
        page.status_code == 200
        and 'value="mark"' in page.text
        and page.headers["cache-control"] == "no-store"
    )
    given = [("key", key), ("password", "four unlike words"), ("again", "four unlike words")]
    weak = door.post("/join", [("key", key), ("password", "mark12345"), ("again", "mark12345")])
    assert weak.status_code == 422
    assert door.post("/join", given).headers["location"].startswith("/sign-in")
    assert "kubik_session" not in door.jar and mark.get("/e/deal").status_code == 303
    texts = {re.sub(r"[0-9a-f]{16}", "", door.get(f"/join?key={k}").text) for k in (key, "x" * 43, "")}
    assert len(texts) == 1 and door.post("/join", given).status_code == 404
    assert door.post("/sign-in", [("login", "mark"), ("password", "four unlike words")]).headers[
        "location"
    ] == ("/sign-in/code")
    assert door.post("/sign-in/code", [("code", code(secret))]).status_code == 303


def test_who_looks_as_another_sees_what_they_see_and_changes_nothing(site: Site) -> None:
    theirs = site.post("/api/records/deal", {"name": "Of Mark"}, "mark").json()["id"]
    foreign = site.post("/api/records/deal", {"name": "Of Nina"}, "nina").json()["id"]
    helen, mark = sign_in(site, "helen"), user(site, "mark")
    for who, wanted in (
        (helen, user(site, "admin")),
        (helen, user(site, "helen")),
        (sign_in(site, "nina"), mark),
    ):
        assert who.post("/me/acting", [("user", str(wanted)), ("mode", "view")]).status_code == 403
    before = helen.jar["kubik_session"]
    assert helen.post("/me/acting", [("user", str(mark)), ("mode", "view")]).status_code == 303
    assert Surfer(site, {"kubik_session": before}).get("/e/deal").status_code == 303, (
        "the key of before is gone"
    )
    page = helen.get(f"/e/deal/{theirs}")
    assert page.status_code == 200 and "You look at the system as Mark" in page.text and "Helen" in page.text
    assert helen.get(f"/e/deal/{foreign}").status_code == 404
    assert helen.get(f"/e/deal/{theirs}/edit").status_code in (403, 404)
    for path in ("/me/security", "/me/security/password", "/me/acting", "/me/security/confirm"):
        assert helen.get(path).status_code == 403, path
    csrf = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert csrf
    headers = {"x-csrf-token": csrf[1], **helen._cookies()}
    for method, path in (
        ("PATCH", f"/api/records/deal/{theirs}"), ("POST", f"/api/records/deal/{theirs}/comments"),
        ("POST", "/api/records/deal"), ("POST", "/api/model/plan"),
    ):  # fmt: skip
        refused = site.client.request(
            method, path, json={"text": "x"} if "comments" in path else {"name": "x"}, headers=headers
        )
        site.client.cookies.clear()
        assert refused.status_code == 403 and refused.json()["code"] == "KBK4009", path
    sent = site.client.post("/api/files", files={"file": ("a.txt", b"x")}, headers=headers)
    site.client.cookies.clear()
    assert sent.json()["code"] == "KBK4009"
    for path in (
        f"/e/deal/{theirs}/delete",
        "/drafts/x/discard",
        "/language",
        "/me/acting",
        "/me/security/password",
    ):
        assert helen.post(path, [("user", "1"), ("mode", "view"), ("language", "ru")]).status_code == 403, (
            path
        )
    over = helen.post("/me/acting/end", [])
    assert over.status_code == 303 and helen.get("/me/security").status_code == 200
    assert "Somebody looked at the system as you" in sign_in(site, "mark").get("/me/security").text
    with site.workspace.read() as tx:
        assert [e.kind for e in security_events(tx, mark) if e.by == user(site, "helen")] == ["viewed"]


def test_a_viewing_session_ends_with_the_right_to_it(site: Site) -> None:
    helen, mark = sign_in(site, "helen"), user(site, "mark")
    assert helen.post("/me/acting", [("user", str(mark)), ("mode", "view")]).status_code == 303
    assert helen.get("/e/company").status_code == 200
    role = site.get("/api/records/role?filter=name='administrator'").json()["items"][0]["id"]
    site.post("/api/records/user_role", {"user": mark, "role": role})
    assert helen.get("/e/company").status_code == 303, "they are no longer below her"


def test_a_stand_in_acts_for_somebody_in_their_days_and_is_recorded(site: Site) -> None:
    mark, nina = sign_in(site, "mark"), sign_in(site, "nina")
    theirs = site.post("/api/records/deal", {"name": "Of Mark"}, "mark").json()["id"]
    ids = {login: user(site, login) for login in ("mark", "nina", "helen")}
    assert nina.post("/me/acting", [("user", str(ids["mark"])), ("mode", "deputy")]).status_code == 403
    today = site.workspace.write(lambda tx: tx.now.astimezone(tx.workspace.zone).date())
    dates = [("starts_on", today.isoformat()), ("ends_on", (today + timedelta(days=3)).isoformat())]
    assert mark.post("/me/security/deputies/new", [("deputy", "999"), *dates]).status_code == 422
    wrong = [("starts_on", today.isoformat()), ("ends_on", (today - timedelta(days=3)).isoformat())]
    assert mark.post("/me/security/deputies/new", [("deputy", str(ids["nina"])), *wrong]).status_code == 422
    assert mark.post("/me/security/deputies/new", [("deputy", str(ids["nina"])), *dates]).status_code == 303
    longer = [("starts_on", today.isoformat()), ("ends_on", "2099-12-30")]
    assert mark.post("/me/security/deputies/new", [("deputy", str(ids["nina"])), *longer]).status_code == 303
    offered = nina.get("/me/acting").text
    assert offered.count("Act for Mark") == 1 and "2099" in offered, "named twice, offered once"
    ends = re.findall(r"/me/security/deputies/\d+/end", mark.get("/me/security").text)
    assert len(ends) == 2 and mark.post(ends[0], []).status_code == 303
    assert nina.post("/me/acting", [("user", str(ids["mark"])), ("mode", "view")]).status_code == 403
    assert nina.post("/me/acting", [("user", str(ids["mark"])), ("mode", "deputy")]).status_code == 303
    page = nina.get(f"/e/deal/{theirs}")
    assert page.status_code == 200 and "You act for Mark" in page.text
    csrf = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert csrf
    headers = {"x-csrf-token": csrf[1], **nina._cookies()}
    changed = site.client.patch(f"/api/records/deal/{theirs}", json={"name": "By Nina"}, headers=headers)
    site.client.cookies.clear()
    assert changed.status_code == 200, changed.text
    newest = site.get(f"/api/records/deal/{theirs}/history").json()["items"][0]
    assert (newest["by"]["id"], newest["behalf"]["id"]) == (ids["nina"], ids["mark"])
    row = site.get(f"/api/records/deal/{theirs}?fields=updated_by,owner").json()
    assert (row["updated_by"]["id"], row["owner"]["id"]) == (ids["nina"], ids["mark"])
    assert nina.get("/me/security").status_code == 403
    assert nina.post("/me/acting", [("user", str(ids["helen"])), ("mode", "deputy")]).status_code == 403
    end = re.search(r"/me/security/deputies/(\d+)/end", mark.get("/me/security").text)
    assert end and mark.post(end[0], []).status_code == 303
    assert nina.get(f"/e/deal/{theirs}").status_code == 303, "taken back, at the very next press"


def test_nobody_names_a_stand_in_for_whom_they_do_not_manage(site: Site) -> None:
    ids = {login: user(site, login) for login in ("admin", "helen", "nina")}
    context = Context(medium="json", language="en")

    def name(tx: Transaction) -> None:
        helen = load_actor(tx, ids["helen"])
        from core.system.changes import Change
        from core.system.deputies import guard_deputy

        def problems(whose: int) -> list[Any]:
            change = Change(
                entity=tx.model.entities["deputy"], action="create", id=1, pointer="", before={},
                after={"user": whose, "deputy": ids["helen"]},
            )  # fmt: skip
            return guard_deputy(tx, helen, change)

        assert problems(ids["admin"]) and not problems(ids["nina"]) and not problems(ids["helen"])
        made = records.create(
            tx, system_actor(), "deputy", {"user": ids["admin"], "deputy": ids["nina"]}, context=context
        )
        assert made.id
        own = tx.tables.own.security
        assert tx.connection.execute(sa.select(own.c.id).where(own.c.kind == "deputy_named")).first() is None

    site.workspace.write(name)


def _does(deed: Callable[[Transaction, Actor, int], object], who: int, person: int, tx: Transaction) -> None:
    deed(tx, load_actor(tx, who), person)


def test_a_role_above_is_no_way_to_people_whose_records_one_may_not_change(site: Site) -> None:
    """Roles alone do not tell whose head somebody is: another department's people are not theirs to become."""
    nina, helen = user(site, "nina"), sign_in(site, "helen")
    other = site.post("/api/records/department", {"name": "Another"}).json()["id"]
    assert site.patch(f"/api/records/user/{nina}", {"department": other}).status_code == 200
    assert helen.post("/me/acting", [("user", str(nina)), ("mode", "view")]).status_code == 403
    for deed in (invite, reset_factor, sign_out_everywhere):
        with pytest.raises(KubikError):
            site.workspace.write(partial(_does, deed, user(site, "helen"), nina))
