"""Ways to come to more than one has, each tried by its name over HTTP: all of them are refused, and tell nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.access.acting import may_act
from core.access.login import load_actor
from core.access.managing import answers_for
from core.web.background import make_worker
from tests.conftest import DIALECTS, Databases
from tests.contracts.places import raw_rows
from tests.doors.doors import doors_of
from tests.doors.yard import install_yard
from tests.sites import Site, running

UNKNOWN = 58_999_999

RULES: Mapping[str, str] = {
    "roles/one.yaml": """
        name: one
        parent: two
        grants:
          - {entity: work, actions: [read], rows: "owner = me OR SHARED()", fields: {all_but: [amount]}}
          - {entity: work, actions: [update, move, delete, import, hand], rows: "owner = me", check: "owner = me", fields: {all_but: [amount, twice]}}
          - {entity: work, actions: [update], rows: "SHARED('change')", fields: [name]}
          - {entity: work, actions: [create], check: "owner = me", fields: {all_but: [amount, twice]}}
          - {entity: part, actions: [read, update, create], rows: "maker IS NULL OR maker.big", fields: {all_but: [price]}}
          - {entity: org, actions: [read], rows: "big", fields: {all_but: [worth]}}
          - {entity: org, actions: [update], rows: "boss = me", check: "boss = me", fields: {all_but: [worth]}}
          - {entity: task, actions: [read, create, update, delete], rows: "owner = me", check: "owner = me", fields: all}
          - {entity: remark, actions: [read, create, update, delete], fields: {all_but: [whisper]}}
          - {entity: comment, actions: [read, create], fields: all}
          - {entity: user, actions: [read], fields: [login, name, department]}
          - {entity: user, actions: [update], rows: "id = me", fields: [name, department, language]}
          - {entity: user_role, actions: [read, create, update, delete], fields: all}
          - {entity: department, actions: [read, update], fields: all}
          - {entity: group, actions: [read, create, update, delete], fields: all}
          - {entity: role, actions: [read], fields: all}
    """,
    "roles/two.yaml": """
        name: two
        grants:
          - {entity: work, actions: [read, update, create, delete, move, share], fields: all}
          - {entity: org, actions: [read, update], fields: all}
          - {entity: user, actions: [read, create, update, delete], fields: all}
          - {entity: user_role, actions: [read, create, update, delete], fields: all}
          - {entity: department, actions: [read, update], fields: all}
          - {entity: group, actions: [read, create, update, delete], fields: all}
          - {entity: role, actions: [read], fields: all}
    """,
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A served yard, and what stands in it by name."""

    site: Site
    rows: Mapping[str, list[dict[str, Any]]]

    def ids(self, entity: str, **values: Any) -> list[int]:
        """The live records with these stored values."""
        found = self.site.workspace
        with found.read() as tx:
            model = tx.model.entities[entity]
            rows = raw_rows(tx)[model.uid]
        return [
            r["id"] for r in rows
            if r["deleted_at"] is None and all(r[model.by_name[n].uid] == v for n, v in values.items())
        ]  # fmt: skip

    def one(self, entity: str, **values: Any) -> int:
        return self.ids(entity, **values)[0]

    def user(self, login: str) -> int:
        return self.one("user", login=login)

    def stored(self, entity: str, id: int) -> dict[str, Any]:
        """A record as the administrator sees it."""
        answer = self.site.get(f"/api/records/{entity}/{id}", "root")
        return dict(answer.json())

    def made(self, who: str, entity: str, **values: Any) -> int:
        answer = self.site.post(f"/api/records/{entity}", values, who)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])


@pytest.fixture(scope="module", params=DIALECTS)
def place(
    request: Any, lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    url, home = lasting_database(request.param), tmp_path_factory.mktemp("escalations")
    tokens, _ = install_yard(url, home, RULES)
    with running(url, home, tokens) as site, site.workspace.read() as tx:
        found = Place(site=site, rows={})
        tx.connection.rollback()
        yield found


def alike(one: Any, other: Any, *names: object) -> None:
    """Two answers tell the same, apart from the names in the questions."""

    def words(answer: Any) -> str:
        body = {k: v for k, v in answer.json().items() if k != "request_id"}
        text = json.dumps(body)
        for name in names:
            text = text.replace(str(name), "?")
        return f"{answer.status_code} {text}"

    assert words(one) == words(other)


def test_nobody_gives_themselves_a_role_by_any_way(place: Place) -> None:
    site, anna = place.site, place.user("anna")
    roles = {n: place.one("role", name=n) for n in ("one", "two", "three", "administrator")}
    for role in roles.values():
        tried = [
            site.post("/api/records/user_role", {"user": anna, "role": role}, "anna"),
            site.patch(f"/api/records/user/{anna}", {"roles": [{"role": role}]}, "anna", headers={"if-match": "*"}),
            site.post("/api/records/user_role/batch", {"create": [{"user": anna, "role": role}]}, "anna"),
            site.post("/api/records/group", {"name": f"g{role}", "members": [anna], "roles": [role]}, "anna"),
            site.call("PUT", "/api/records/user/by/login/anna", "anna", json={"roles": [{"role": role}]}, headers={"if-match": "*"}),
        ]  # fmt: skip
        assert all(answer.status_code in (403, 404, 422, 428) for answer in tried), [a.text for a in tried]
    own = place.one("user_role", user=anna)
    assert site.patch(f"/api/records/user_role/{own}", {"role": roles["two"]}, "anna").status_code in (
        403,
        404,
        422,
    )
    boris = place.user("boris")
    above = site.post(
        "/api/records/user_role", {"user": place.user("dora"), "role": roles["administrator"]}, "boris"
    )
    assert above.status_code in (403, 422), "a role that is not below one's own is given to nobody"
    assert site.post(
        "/api/records/user_role", {"user": boris, "role": roles["three"]}, "boris"
    ).status_code in (403, 422)
    given = site.post("/api/records/user_role", {"user": place.user("dora"), "role": roles["one"]}, "boris")
    assert given.status_code == 201, given.text
    assert site.call("DELETE", f"/api/records/user_role/{given.json()['id']}", "boris").status_code == 204


def test_nobody_moves_themselves_to_another_department_or_becomes_its_head(place: Place) -> None:
    site, anna = place.site, place.user("anna")
    top = place.one("department", parent=None)
    moved = site.patch(f"/api/records/user/{anna}", {"department": top}, "anna")
    assert moved.status_code in (403, 422), moved.text
    crowned = site.patch(f"/api/records/department/{top}", {"head": anna}, "anna")
    assert crowned.status_code in (403, 422), "who heads a department sees what its people own"
    own = place.stored("user", anna)["department"]["id"]
    lifted = site.patch(f"/api/records/department/{own}", {"parent": None}, "anna")
    assert lifted.status_code in (403, 422, 200), lifted.text
    assert place.stored("user", anna)["department"]["id"] == own


def test_nobody_answers_for_a_person_whom_they_do_not_see(place: Place) -> None:
    workspace, anna = place.site.workspace, place.user("anna")

    def answers() -> tuple[bool, bool]:
        with workspace.read() as tx:
            boris = load_actor(tx, place.user("boris"))
            return answers_for(tx, boris, anna), may_act(tx, boris, anna, "view")

    with workspace.read() as tx:
        model, user = tx.model, tx.model.entities["user"].uid
    assert answers() == (True, True)
    blind = {}
    for role in (model.roles["one"], model.roles["two"]):
        left = (replace(g, actions=g.actions - {"read"}) if g.entity == user else g for g in role.grants)
        blind[role.name] = replace(role, grants=tuple(left))
    workspace.remember(replace(model, roles={**model.roles, **blind}))
    try:
        assert answers() == (False, False)
    finally:
        workspace.remember(model)


def test_a_foreign_key_to_a_forbidden_record_is_one_to_nothing(place: Place) -> None:
    site = place.site
    small = place.ids("org", big=False)
    for forbidden in small:
        ways = [
            lambda id: ("POST", "/api/records/work", {"name": "x", "org": id}),
            lambda id: ("POST", "/api/records/work", {"name": "x", "peers": [id]}),
            lambda id: ("POST", "/api/records/work/batch", {"create": [{"name": "x", "org": id}]}),
            lambda id: ("POST", "/api/records/remark", {"text": "x", "about": {"entity": "org", "id": id}}),
            lambda id: ("POST", "/api/records/comment", {"text": "x", "about": {"entity": "org", "id": id}}),
            lambda id: ("POST", "/api/records/share", {"about": {"entity": "org", "id": id}, "user": 1}),
        ]
        for way in ways:
            told, nothing = (site.call(m, p, "anna", json=b) for m, p, b in (way(forbidden), way(UNKNOWN)))
            assert told.status_code in (403, 404, 422), told.text
            alike(told, nothing, forbidden, UNKNOWN)
    code = place.stored("org", small[0])["code"]
    by_key = [
        site.post("/api/records/work", {"name": "x", "org": {"by": {"code": c}}}, "anna")
        for c in (code, "q9999z")
    ]
    alike(*by_key, code, "q9999z")


def test_batch_upsert_key_and_restore_do_no_more_than_single_writes(place: Place) -> None:
    site, anna = place.site, place.user("anna")
    foreign = place.one("work", owner=place.user("clara"))
    before = place.stored("work", foreign)
    for body in (
        {"update": [{"id": foreign, "name": "mine"}]}, {"delete": [foreign]}, {"upsert": [{"id": foreign, "name": "mine"}], "key": "id"},
        {"update": [{"id": place.one("work", owner=anna), "name": "mine"}, {"id": foreign, "owner": anna}]},
    ):  # fmt: skip
        answer = site.post("/api/records/work/batch", body, "anna")
        assert answer.status_code in (400, 403, 404, 422), answer.text
    org = place.one("org", big=False)
    code = place.stored("org", org)["code"]
    for who, path in (("anna", f"/api/records/org/by/code/{code}"), ("anna", "/api/records/org/by/ext/x")):
        assert site.call("PUT", path, who, json={"name": "mine", "code": code}).status_code in (
            403,
            404,
            409,
            422,
        )
    upsert = site.post(
        "/api/records/org/batch", {"upsert": [{"code": code, "name": "mine"}], "key": "code"}, "anna"
    )
    assert upsert.status_code in (403, 404, 409, 422), upsert.text
    binned = place.made("root", "work", name="binned", owner=place.user("clara"))
    site.call("DELETE", f"/api/records/work/{binned}", "root")
    alike(
        *(site.post(f"/api/records/work/{i}/restore", {}, "anna") for i in (binned, UNKNOWN)), binned, UNKNOWN
    )
    assert place.stored("work", foreign) == before
    assert place.stored("org", org)["name"] != "mine"


def test_import_and_moves_are_held_by_the_same_rules(place: Place) -> None:
    site, foreign = place.site, place.one("work", owner=place.user("clara"))
    before = place.stored("work", foreign)
    table = f"id,name,owner\n{foreign},mine,anna\n"
    for mode in ("update", "upsert"):
        options = json.dumps({"entity": "work", "mode": mode, "key": "id"})
        form = {"file": ("x.csv", table.encode(), "text/csv"), "options": (None, options)}
        started = site.call("POST", "/api/imports", "anna", files=form)
        if started.status_code == 202:
            assert make_worker(site.workspace).run_one()
    hidden = "name,amount\nfrom a file,5\n"
    form = {"file": ("x.csv", hidden.encode(), "text/csv"), "options": (None, json.dumps({"entity": "work"}))}
    started = site.call("POST", "/api/imports", "anna", files=form)
    if started.status_code == 202:
        make_worker(site.workspace).run_one()
    assert place.stored("work", foreign) == before
    told = [
        r
        for r in site.get("/api/records/work?limit=1000", "root").json()["items"]
        if r["name"] == "from a file"
    ]
    assert all(r["amount"] is None for r in told), "a field that one may not write comes in by no file"
    for body in ({"to": "done"}, {"to": "done", "values": {"hint": "x"}}):
        alike(
            *(site.post(f"/api/records/work/{i}/move", body, "anna") for i in (foreign, UNKNOWN)),
            foreign,
            UNKNOWN,
        )
    own = place.one("work", owner=place.user("anna"))
    moved = site.post(f"/api/records/work/{own}/move", {"to": "done", "values": {"amount": 5}}, "anna")
    assert moved.status_code in (403, 422), (
        "values that come with a move are written by the rules of the move"
    )


def test_a_link_to_any_record_leads_nobody_in(place: Place) -> None:
    site, foreign = place.site, place.one("work", owner=place.user("clara"))
    own = place.made("anna", "work", name="own")
    remark = place.made("anna", "remark", text="mine", about={"entity": "work", "id": own})
    moved = [
        site.patch(f"/api/records/remark/{remark}", {"about": {"entity": "work", "id": i}}, "anna")
        for i in (foreign, UNKNOWN)
    ]
    alike(*moved, foreign, UNKNOWN)
    assert moved[0].status_code in (403, 404, 422)
    assert site.get(f"/api/records/remark/{remark}", "clara").status_code == 404 or place.user("clara")
    whisper = site.patch(f"/api/records/remark/{remark}", {"whisper": "x"}, "anna")
    assert whisper.status_code == 422


def test_lists_of_child_rows_keep_what_their_writer_does_not_see(place: Place) -> None:
    site, anna = place.site, place.user("anna")
    small, big = place.one("org", big=False), place.one("org", big=True)
    work = place.made("root", "work", name="with parts", owner=anna, parts=[
        {"label": "seen", "maker": big, "price": 1}, {"label": "unseen", "maker": small, "price": 2}])  # fmt: skip
    seen = site.get(f"/api/records/work/{work}?fields=name,parts", "anna")
    assert [p["label"] for p in seen.json()["parts"]] == ["seen"]
    changed = site.patch(
        f"/api/records/work/{work}", {"parts": []}, "anna", headers={"if-match": seen.headers["etag"]}
    )
    assert changed.status_code in (200, 403), changed.text
    left = site.get(f"/api/records/work/{work}?fields=parts", "root").json()["parts"]
    assert "unseen" in [p["label"] for p in left], "a row out of sight is no row that was left out"
    unseen = next(p["id"] for p in left if p["label"] == "unseen")
    taken = [
        site.patch(f"/api/records/work/{work}", {"parts": [{"id": i, "label": "mine"}]}, "anna",
                   headers={"if-match": site.get(f"/api/records/work/{work}", "anna").headers["etag"]})
        for i in (unseen, UNKNOWN)
    ]  # fmt: skip
    alike(*taken, unseen, UNKNOWN)


def test_cells_that_were_hidden_are_not_written_back(place: Place) -> None:
    site, anna = place.site, place.user("anna")
    work = place.made("root", "work", name="masked", owner=anna, amount=77)
    body = site.get(f"/api/records/work/{work}", "anna").json()
    assert "amount" not in body and "77" not in json.dumps(body)
    for value in (None, 77, 5):
        answer = site.patch(f"/api/records/work/{work}", {"name": "masked", "amount": value}, "anna")
        assert answer.status_code == 422, answer.text
    assert place.stored("work", work)["amount"] == 77


def test_a_cursor_is_good_for_its_own_person_and_question(place: Place) -> None:
    site = place.site
    cursor = site.get("/api/records/work?limit=1&sort=-amount", "root").json()["next"]
    for path in (
        "/api/records/work?limit=1&sort=-amount",
        "/api/records/work?limit=1&sort=name",
        "/api/records/org?limit=1",
    ):
        assert site.get(f"{path}&cursor={cursor}", "anna").status_code in (400, 422), path
    assert (
        site.get(f"/api/records/work?limit=1&sort=-amount&cursor={cursor[:-2]}xx", "root").status_code == 400
    )
    position = site.get("/api/changes?limit=1", "root").json()["next"]
    told = site.get(f"/api/changes?after={position}&entity=work&limit=1000", "anna").json()["items"]
    own = set(place.ids("work", owner=place.user("anna")))
    assert {i["id"] for i in told if i["change"] != "deleted"} <= own | {
        r["id"] for r in site.get("/api/records/work?limit=1000&deleted=only", "anna").json()["items"]
    } | {r["id"] for r in site.get("/api/records/work?limit=1000", "anna").json()["items"]}


def test_prepared_plans_of_one_workspace_serve_no_other(place: Place, tmp_path: Path) -> None:
    """Two workspaces of one process with the same definitions and the same version, but other data and other grants."""
    site = place.site
    tokens, _ = install_yard(f"sqlite:///{tmp_path}/other.db", tmp_path, RULES)
    with running(f"sqlite:///{tmp_path}/other.db", tmp_path, tokens) as other:
        mine = other.post("/api/records/work", {"name": "only there"}, "anna").json()["id"]
        ask = "/api/records/work?limit=1000&fields=name"
        for _ in range(2):
            here, there = (each.get(ask, "anna").json()["items"] for each in (site, other))
            assert "only there" not in [r["name"] for r in here] and mine in [r["id"] for r in there]
        with other.workspace.read() as tx:
            model = tx.model
        other.workspace.remember(
            replace(model, roles={**model.roles, "one": replace(model.roles["one"], grants=())})
        )
        assert other.get(ask, "anna").status_code == 404, "grants that are gone are gone at once"
        assert site.get(ask, "anna").status_code == 200
        assert other.get(ask, "boris").status_code == 200
        stranger = other.client.get(ask, headers={"authorization": f"Bearer {site.tokens['root']}"})
        assert stranger.status_code == 401, "a token of one workspace is none of the other"


def test_tokens_sessions_drafts_jobs_and_retries_are_their_owners(place: Place) -> None:
    site = place.site
    table = {
        "file": ("x.csv", b"name\nq\n", "text/csv"),
        "options": (None, json.dumps({"entity": "work", "dry_run": True})),
    }
    job = site.call("POST", "/api/imports", "anna", files=table).headers["location"]
    for who in ("boris", "clara"):
        for method, tail in (("GET", ""), ("DELETE", ""), ("GET", "/errors")):
            assert site.call(method, f"{job}{tail}", who).status_code == 404, (who, method, tail)
    assert site.get(job, "anna").status_code == 200
    once = {"idempotency-key": "the same key"}
    first = site.post("/api/records/work", {"name": "of anna"}, "anna", headers=once)
    again = site.post("/api/records/work", {"name": "of anna"}, "boris", headers=once)
    assert first.status_code == again.status_code == 201 and first.json()["id"] != again.json()["id"]
    doors = {d for d in doors_of(site.application) if "/me/security" in d or "/drafts" in d}
    assert doors, "the pages of one's own keys are tried by tests/doors/people_pages.py"
    for entity in ("session", "token", "credential", "draft", "job", "journal", "factor"):
        assert site.get(f"/api/records/{entity}", "root").status_code == 404, (
            f"{entity} is no entity of anybody"
        )
    assert (
        site.get(
            "/api/records/work", None, headers={"authorization": "Bearer " + site.tokens["anna"][:-1]}
        ).status_code
        == 401
    )


def test_a_share_gives_no_more_than_its_giver_and_its_roles_have(place: Place) -> None:
    site, anna = place.site, place.user("anna")
    foreign = place.one("work", owner=place.user("clara"))
    assert site.get(f"/api/records/work/{foreign}", "anna").status_code == 404
    own = site.post("/api/records/share", {"about": {"entity": "work", "id": foreign}, "user": anna}, "anna")
    assert own.status_code in (403, 404, 422), (
        "who does not see a record shares it with nobody, nor with themselves"
    )
    share = place.made("boris", "share", about={"entity": "work", "id": foreign}, user=anna, access="read")
    seen = site.get(f"/api/records/work/{foreign}", "anna")
    assert seen.status_code == 200 and "amount" not in seen.json(), "what roles hide stays hidden"
    assert site.patch(f"/api/records/work/{foreign}", {"name": "x"}, "anna").status_code == 403
    passed = site.post(
        "/api/records/share", {"about": {"entity": "work", "id": foreign}, "user": place.user("dora")}, "anna"
    )
    assert passed.status_code in (403, 404, 422), "what was shared is not shared on without that right"
    raised = site.patch(f"/api/records/share/{share}", {"access": "change"}, "anna")
    assert raised.status_code in (403, 404, 422)
    assert site.call("DELETE", f"/api/records/share/{share}", "boris").status_code == 204
    assert site.get(f"/api/records/work/{foreign}", "anna").status_code == 404
