"""Rights explained over HTTP: the verdict is what the same person is answered, and only who manages them is told."""

from __future__ import annotations

from dataclasses import replace

from core import records
from core.access.actor import system_actor
from tests.sites import Site


def explained(site: Site, by: str, expected: int = 200, **asked: object):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = site.get(f"/api/access/explain?{query}", by)
    assert answer.status_code == expected, answer.text
    return answer.json()


def made(site: Site, login: str, entity: str, **values: object) -> int:
    answer = site.post(f"/api/records/{entity}", values, login)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_the_verdict_names_the_grants_that_gave_it_and_where_roles_come_from(site: Site) -> None:
    deal = made(site, "mark", "deal", name="Ours")
    found = explained(site, "admin", user="mark", entity="deal", id=deal)
    assert found["allowed"] is True and found["why"] == "granted"
    assert [(g["role"], g["rows"]) for g in found["grants"]] == [("manager", "owner = me")]
    assert found["roles"] == [{"role": "manager", "label": "Manager", "from": [{"kind": "own"}]}]
    other = explained(site, "admin", user="nina", entity="deal", id=deal)
    assert (other["allowed"], other["why"], other["grants"]) == (False, "rows", [])
    assert other["considered"][0]["holds"] is False
    assert explained(site, "admin", user="mark", entity="deal", id=deal, field="margin")["why"] == "field"
    assert explained(site, "admin", user="mark", entity="deal", id=deal, action="update", field="name")[
        "allowed"
    ]
    won = site.workspace.write(
        lambda tx: records.update(tx, system_actor(), "deal", deal, {"stage": "won"}).id
    )
    assert explained(site, "admin", user="mark", entity="deal", id=won, action="update")["why"] == "stage"
    assert explained(site, "admin", user="mark", entity="deal", id=won, field="margin")["allowed"]
    assert explained(site, "admin", user="mark", entity="product", action="create")["why"] == "no grant"
    assert explained(site, "admin", user="admin", entity="deal", id=deal, action="delete")["grants"] == [
        {
            "role": "administrator",
            "everything": True,
            "holds": True,
            "at_stage": True,
            "passes": True,
            "covers": True,
        }
    ]

    def team(tx):
        users = {"by": {"login": "nina"}}
        return records.create(
            tx, system_actor(), "group",
            {"name": "Team", "members": [users], "roles": [{"by": {"name": "head"}}]},
        ).id  # fmt: skip

    group = site.workspace.write(team)
    by_group = explained(site, "admin", user="nina", entity="company", action="delete")
    assert by_group["allowed"] and by_group["roles"][0]["from"] == [
        {"kind": "group", "id": group, "name": "Team"}
    ]


def test_only_who_manages_a_person_is_told_and_only_of_what_they_see_themselves(site: Site) -> None:
    deal = made(site, "mark", "deal", name="Ours")
    ids = {user["login"]: user["id"] for user in site.get("/api/records/user").json()["items"]}
    assert explained(site, "admin", user=ids["mark"], entity="deal", id=deal)["user"]["login"] == "mark"
    assert explained(site, "helen", user="mark", entity="company")["allowed"]
    explained(site, "helen", 404, user="mark", entity="deal", id=deal)
    explained(site, "helen", 404, user="mark", entity="role")
    for by, user in (("helen", "admin"), ("helen", "helen"), ("mark", "nina"), ("mark", "mark")):
        explained(site, by, 403, user=user, entity="company")
    for user in ("nobody", "999", "9" * 30):
        explained(site, "admin", 404, user=user, entity="company")
        explained(site, "mark", 404, user=user, entity="company")
    explained(site, "admin", 400, user="mark", entity="company", action="fly")
    explained(site, "admin", 400, entity="company")
    explained(site, "admin", 422, user="mark", entity="company", field="nothing")
    explained(site, "admin", 404, user="mark", entity="nothing")
    assert site.client.get("/api/access/explain?user=mark&entity=deal").status_code == 401


def test_who_is_managed_and_not_seen_is_nobody(site: Site) -> None:
    with site.workspace.read() as tx:
        model, user = tx.model, tx.model.entities["user"].uid
    head = model.roles["head"]
    blind = replace(head, grants=tuple(grant for grant in head.grants if grant.entity != user))
    site.workspace.remember(replace(model, roles={**model.roles, "head": blind}))
    told = explained(site, "helen", 404, user="mark", entity="company")
    assert told["detail"] == explained(site, "helen", 404, user="nobody", entity="company")["detail"]


def test_a_group_is_named_to_who_may_know_it(site: Site) -> None:
    def team(tx):
        values = {
            "name": "Team",
            "members": [{"by": {"login": "mark"}}],
            "roles": [{"by": {"name": "manager"}}],
        }
        return records.create(tx, system_actor(), "group", values).id

    group = site.workspace.write(team)
    own, named = {"kind": "own"}, {"kind": "group", "id": group, "name": "Team"}
    assert explained(site, "admin", user="mark", entity="company")["roles"][0]["from"] == [own, named]
    assert explained(site, "helen", user="mark", entity="company")["roles"][0]["from"] == [
        own,
        {"kind": "group"},
    ]
