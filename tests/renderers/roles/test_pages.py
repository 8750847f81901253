"""The pages of roles, without scripts: who may see them, a rule changed through its plan and taken back, why, kept answers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, html[-3000:]
    return found[1].replace("&amp;", "&")


def applied(surfer: Surfer, plan: Any) -> Any:
    """The plan of an answered page, carried out."""
    assert plan.status_code == 200, plan.text[-2000:]
    names = ("plan", "role", "back", "title")
    return surfer.post("/roles/apply-plan", [(name, hidden(plan.text, name)) for name in names])


def words(html: str) -> str:
    """The text of a page, chips inside their sentences."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"</?(span|code)[^>]*>", "", html)))


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_screen_is_for_who_manages_people_and_shows_the_roles_below(site: Site) -> None:
    site.post("/api/records/deal", {"name": "Chair", "owner": person(site, "mark")})
    admin, helen, mark = (sign_in(site, login) for login in ("admin", "helen", "mark"))
    for path in ("/roles", "/roles/manager", "/why", "/roles/new-role", "/roles/access-tests"):
        assert mark.get(path).status_code == 403, path
    assert helen.get("/roles/administrator").status_code == 404
    asked = f"/roles/manager?entity=deal&action=update&person={person(site, 'mark')}"
    page = helen.get(asked)
    text = words(page.text)
    assert "Sees: Deals where Owner is the person themself" in text
    assert "1 records for Mark" not in text, "she may not change Mark: what he sees is not hers to know"
    assert "1 records for Mark" in words(admin.get(asked).text)
    assert "/grant/" not in page.text  # a head without the right to configure roles changes none
    assert helen.get("/roles/manager/grant/0").status_code == 403
    matrix = admin.get("/roles/manager?entity=deal").text
    assert "Deal, see: a part of the records or fields" in matrix
    assert "Company, see: all records" in matrix and "Company, delete: not allowed" in matrix


def person(site: Site, login: str) -> int:
    found = site.get("/api/records/user", params={"filter": f"login = '{login}'"}).json()["items"]
    return int(found[0]["id"])


def test_a_rule_is_changed_through_its_plan_and_taken_back(site: Site) -> None:
    for name in ("Chair", "Table"):
        site.post("/api/records/deal", {"name": name})
    admin = sign_in(site, "admin")
    wrong = [("entity", "deal"), ("actions", "read"), ("rows", "ownr = me"), ("how", "all")]
    refused = admin.post("/roles/manager/grant/new", wrong)
    assert refused.status_code == 422
    assert "there is no field “ownr”" in refused.text and "ownr = me" in refused.text
    assert "choose at least one action" in admin.post("/roles/manager/grant/new", [("entity", "deal")]).text
    checked = words(admin.get("/roles/check-rule?entity=deal&rows=owner+%3D+me").text)
    assert "Owner is the person themself" in checked and "2 records" in checked
    assert "character 1" in words(admin.get("/roles/check-rule?entity=deal&rows=ownr+%3D+me").text)

    given = [
        ("entity", "deal"),
        ("actions", "read"),
        ("how", "only"),
        ("fields", "name"),
        ("fields", "amount"),
    ]
    plan = admin.post("/roles/manager/grant/new", given)
    assert "2 people will see 2 more" in words(plan.text)
    assert "Rules that come" in plan.text and "Only the fields Name Amount" in words(plan.text)
    assert len(site.get("/api/records/deal", "mark").json()["items"]) == 0
    assert applied(admin, plan).status_code == 303
    (one, _) = site.get("/api/records/deal", "mark").json()["items"]
    assert "amount" in one and "closes_on" not in one
    assert "The change is in force" in admin.get("/roles/manager?entity=deal&done=1").text
    assert admin.post("/roles/take-back", [("role", "manager")]).status_code == 303
    assert site.get("/api/records/deal", "mark").json()["items"] == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_role_is_made_of_a_template_or_a_copy_and_goes(site: Site) -> None:
    admin = sign_in(site, "admin")
    nameless = admin.post("/roles/new-role", [("label", " "), ("from", "own")])
    assert nameless.status_code == 422 and "say what people call the role" in nameless.text
    plan = admin.post("/roles/new-role", [("label", "Сервис"), ("parent", "head"), ("from", "own")])
    assert "Rules that come" in plan.text and "Deals where Owner is the person themself" in words(plan.text)
    assert applied(admin, plan).headers["location"].startswith("/roles/servis")
    copied = admin.post("/roles/new-role", [("label", "Сервис"), ("from", "copy:manager")])
    assert applied(admin, copied).headers["location"].startswith("/roles/servis_2")
    model = site.get("/api/model").json()
    roles = {role["name"]: role for role in model["roles"]}
    rules = {g["entity"]: g.get("rows") for g in roles["servis"]["grants"] if "read" in g["actions"]}
    assert rules["deal"] == "owner = me" and rules["product"] is None
    assert roles["servis"]["parent"] == "head"
    assert roles["servis_2"]["grants"] == roles["manager"]["grants"]
    gone = admin.post("/roles/servis_2/delete", [])
    assert applied(admin, gone).status_code == 303
    assert admin.get("/roles/servis_2").status_code == 404
    taken = admin.post("/roles/new-role", [("label", "x"), ("name", "manager"), ("from", "empty")])
    assert taken.status_code == 422 and "another role" in taken.text


def test_who_sees_everything_and_changes_nothing_adds_no_records_about_what_they_see_either(
    site: Site,
) -> None:
    about = {
        "name": "about",
        "type": "link_any",
        "to": ["company"],
        "rights": "of parent",
        "write_by": "read",
    }
    note = {"name": "note", "fields": [{**about, "required": True}, {"name": "text", "type": "text"}]}
    change = {"op": "add", "kind": "entity", "definition": note}
    plan = site.post("/api/model/plan", {"changes": [change]}).json()["plan"]
    assert site.post("/api/model/apply", {"plan": plan}).status_code == 200
    admin, nina = sign_in(site, "admin"), person(site, "nina")
    told = admin.post("/roles/new-role", [("label", "Watcher"), ("from", "reads")])
    assert "Creates, changes, deletes: no" in words(told.text)
    assert applied(admin, told).status_code == 303
    page = admin.get("/roles/watcher?entity=note").text
    assert "note, create: not allowed" in page.lower() and "note, see: all records" in page.lower()
    assert admin.post(f"/people/{nina}", [("role", "watcher")]).status_code == 303
    company = site.post("/api/records/company", {"name": "Racks"}).json()["id"]
    made = site.post("/api/records/note", {"about": {"entity": "company", "id": company}, "text": "a"}).json()
    here = f"/api/records/note/{made['id']}"
    assert site.get(here, "nina").json()["text"] == "a"
    again = {"about": {"entity": "company", "id": company}, "text": "b"}
    assert site.post("/api/records/note", again, "nina").status_code == 403
    assert site.patch(here, {"text": "b"}, "nina").status_code == 403
    assert site.call("DELETE", here, "nina").status_code == 403
    assert "add records" not in words(admin.get(f"/people/{nina}").text)


def test_a_rule_is_changed_where_it_stands_now_or_not_at_all(site: Site) -> None:
    admin = sign_in(site, "admin")
    form = "/roles/manager/grant/1"
    (was, entity) = (hidden(admin.get(form).text, name) for name in ("_was", "entity"))
    assert entity == "product"
    assert applied(admin, admin.post("/roles/manager/grant/0", [("drop", "1")])).status_code == 303
    given = [("_was", was), ("actions", "read"), ("actions", "export"), ("how", "all")]
    plan = admin.post(form, given)
    assert "Sees, exports: all Products" in words(plan.text)
    assert applied(admin, plan).status_code == 303
    late = admin.post(form, given)
    assert late.status_code == 409 and "Somebody else changed this rule meanwhile" in late.text
    assert admin.post("/roles/manager/grant/new", [("entity", "deal"), ("drop", "1")]).status_code == 422


def test_a_role_is_called_otherwise_includes_another_and_wants_a_second_factor(site: Site) -> None:
    admin = sign_in(site, "admin")
    applied(
        admin, admin.post("/roles/new-role", [("label", "Сервис"), ("parent", "head"), ("from", "empty")])
    )
    page = admin.get("/roles/servis/settings").text
    assert 'value="Сервис"' in page and 'name="second_factor" value="1">' in page
    typed = [
        ("label_ru", "Обслуживание"),
        ("label_en", "Service"),
        ("parent", "head"),
        ("includes", "manager"),
    ]
    plan = admin.post("/roles/servis/settings", [*typed, ("second_factor", "1")])
    assert applied(admin, plan).status_code == 303
    roles = {role["name"]: role for role in site.get("/api/model").json()["roles"]}
    role = roles["servis"]
    assert (role["label"], role["includes"]) == ({"ru": "Обслуживание", "en": "Service"}, ["manager"])
    assert (role["parent"], role["second_factor"]) == ("head", "required")
    loose = admin.post("/roles/servis/settings", [("label_en", "Service"), ("parent", "head")])
    assert applied(admin, loose).status_code == 303
    role = next(role for role in site.get("/api/model").json()["roles"] if role["name"] == "servis")
    assert not role.get("includes") and not role.get("second_factor")
    nobody = admin.post("/roles/servis/settings", [("includes", "nothing")])
    assert nobody.status_code == 422 and "nothing" in nobody.text
    mark = sign_in(site, "mark")
    assert mark.get("/roles/servis/settings").status_code == 403


def test_why_is_answered_in_a_sentence_and_kept_as_a_test_that_then_holds(site: Site) -> None:
    mark, nina = person(site, "mark"), person(site, "nina")
    deal = site.post("/api/records/deal", {"name": "Chair", "owner": mark, "stage": "won"}).json()["id"]
    admin = sign_in(site, "admin")

    def why(**asked: object) -> str:
        query = "&".join(f"{key}={value}" for key, value in {"entity": "deal", "id": deal, **asked}.items())
        answer = admin.get(f"/why?{query}")
        assert answer.status_code == 200
        return words(answer.text)

    assert "Allowed The role “Manager” may “see” where Owner is the person themself" in why(
        user=mark, does="read"
    )
    assert "only where Owner is the person themself, and this is not so here" in why(user=nina, does="read")
    staged = why(user=mark, does="update")
    assert "The record is at the stage Won" in staged and "may “change” at Lead Offer" in staged
    assert "Let the role “Manager” “change” at “Won”, too" in staged
    assert "but not the field Probability" not in why(user=mark, does="read", field="probability")
    assert "Who can, too: Admin" in why(user=mark, does="delete")
    assert "No rule of the roles Manager gives “delete”" in why(user=mark, does="delete")

    form = [("user", str(nina)), ("of", "deal"), ("record", str(deal)), ("does", "read"), ("field", "")]
    plan = admin.post("/why/keep", form)
    assert applied(admin, plan).status_code == 303
    assert "Nina may not “see”: " in words(admin.get("/roles/access-tests").text)
    wider = admin.post("/roles/manager/grant/new", [("entity", "deal"), ("actions", "read"), ("how", "all")])
    assert "Access tests that would fail" in wider.text and 'action="/roles/apply-plan"' not in wider.text
    change = {"op": "change", "kind": "role", "target": "manager"}
    grants = [{"entity": "deal", "actions": ["read"], "fields": "all"}]
    made = site.post("/api/model/plan", {"changes": [{**change, "definition": {"grants": grants}}]}).json()
    answer = site.post("/api/model/apply", {"plan": made["plan"]})
    assert answer.status_code == 422 and answer.json()["code"] == "KBK1107"
    assert answer.json()["errors"][0]["pointer"] == "/tests/0/tests/0/deny/actions/0"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_card_offers_why_to_who_manages_people_alone(site: Site) -> None:
    deal = site.post("/api/records/deal", {"name": "Chair", "owner": person(site, "mark")}).json()["id"]
    assert "data-why" in sign_in(site, "admin").get(f"/e/deal/{deal}").text
    assert "data-why" not in sign_in(site, "mark").get(f"/e/deal/{deal}").text
    foreign = site.post("/api/records/deal", {"name": "Table"}).json()["id"]
    helen = sign_in(site, "helen")
    asked = helen.get(f"/why?entity=deal&record={foreign}&user={person(site, 'mark')}&does=read")
    assert "No such record was found" in asked.text  # who does not see it is not told of it


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_group_that_gives_a_role_is_named_to_who_may_know_it(site: Site) -> None:
    company = site.post("/api/records/company", {"name": "Birch"}).json()["id"]
    hal = site.post("/api/records/user", {"login": "hal", "name": "Hal"}).json()["id"]
    role = next(r["id"] for r in site.get("/api/records/role").json()["items"] if r["name"] == "manager")
    site.post("/api/records/group", {"name": "Night shift", "members": [hal], "roles": [role]})
    asked = f"/why?entity=company&record={company}&user={hal}&does=read"
    assert "Manager (by the group “Night shift”)" in words(sign_in(site, "admin").get(asked).text)
    told = words(sign_in(site, "helen").get(asked).text)
    assert "Manager (by a group)" in told and "Night shift" not in told
