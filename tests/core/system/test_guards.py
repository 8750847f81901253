"""Guards of the system's entities: who may make whom what, and what nobody can do to an installation."""

from dataclasses import replace

import pytest

from core import records
from core.access.actor import Actor
from core.access.tokens import narrowed
from tests.core.records.asserting import faults, refusal

MANAGING = {
    "roles/head.yaml": """
        name: head
        grants:
          - {entity: user, actions: [read, create, update, delete], fields: all}
          - {entity: role, actions: [read], fields: all}
          - {entity: department, actions: [read], fields: all}
    """,
    "roles/manager.yaml": """
        name: manager
        parent: head
        grants:
          - {entity: user, actions: [read, update], fields: all}
          - {entity: role, actions: [read], fields: all}
    """,
}

with_managing_heads = pytest.mark.parametrize("changes", [MANAGING])


def role(office, name):
    return next(id for id, row in office.rows("role").items() if row["name"] == name)


def roles_of(office, login):
    user = office.people[login].user
    return sorted(
        office.stored("role", row["role"])["name"]
        for row in office.rows("user_role").values()
        if row["user"] == user
    )


@with_managing_heads
def test_a_head_makes_managers_and_nobody_higher(office):
    made = office.create(
        "user", {"login": "new", "name": "New", "roles": [{"role": role(office, "manager")}]}, by="anna"
    )
    office.create("user", {"login": "plain", "name": "Plain"}, by="anna")
    for name in ("head", "administrator"):
        error = refusal(
            office.create,
            "user",
            {"login": "x", "name": "X", "roles": [{"role": role(office, name)}]},
            by="anna",
        )
        assert faults(error) == {("/roles/0/role", "KBK3014")}
        error = refusal(office.create, "user_role", {"user": made.id, "role": role(office, name)}, by="anna")
        assert faults(error) == {("/role", "KBK3014")}
        error = refusal(
            office.batch, "user_role", by="anna", create=[{"user": made.id, "role": role(office, name)}]
        )
        assert faults(error) == {("/create/0/role", "KBK3014")}


@with_managing_heads
def test_nobody_changes_their_own_roles_or_place(office):
    anna = office.people["anna"].user
    version = office.stored("user", anna)["version"]
    error = refusal(office.update, "user", anna, {"roles": []}, by="anna", if_version=version)
    assert "KBK3014" in {code for _, code in faults(error)}
    error = refusal(office.create, "user_role", {"user": anna, "role": role(office, "manager")}, by="anna")
    assert "KBK3014" in {code for _, code in faults(error)}
    for change in ({"department": None}, {"active": False}):
        assert {c for _, c in faults(refusal(office.update, "user", anna, change, by="anna"))} == {"KBK3014"}
    office.update("user", anna, {"name": "Anna K."}, by="anna")
    assert roles_of(office, "anna") == ["head"]


@with_managing_heads
def test_people_of_equal_or_higher_roles_are_out_of_reach(office):
    for login in ("root",):
        error = refusal(office.update, "user", office.people[login].user, {"name": "X"}, by="anna")
        assert {c for _, c in faults(error)} == {"KBK3014"}
        assert refusal(office.delete, "user", office.people[login].user, by="anna").code == "KBK3014"
    error = refusal(office.update, "user", office.people["igor"].user, {"login": "x"}, by="marina")
    assert {c for _, c in faults(error)} == {"KBK3014"}
    office.update("user", office.people["igor"].user, {"active": False}, by="anna")


@with_managing_heads
def test_who_has_a_role_above_gets_and_loses_none_by_who_stands_below(office):
    """Whoever a role is given to must be somebody whom one manages, however low the role."""
    root, manager = office.people["root"].user, role(office, "manager")
    error = refusal(office.create, "user_role", {"user": root, "role": manager}, by="anna")
    assert faults(error) == {("", "KBK3014")}
    held = office.create("user_role", {"user": root, "role": manager}).id
    assert refusal(office.delete, "user_role", held, by="anna").code == "KBK3014"
    plain = office.create("user", {"login": "plain", "name": "Plain"}).id
    narrow = narrowed(office.model, entities=("user", "user_role", "role"))
    office.people["key"] = replace(office.people["anna"], narrowing=narrow)
    error = refusal(office.create, "user_role", {"user": plain, "role": manager}, by="key")
    assert {code for _, code in faults(error)} == {"KBK3014"}, "a narrower key manages nobody"
    office.create("user_role", {"user": plain, "role": manager}, by="anna")


def test_the_last_active_administrator_stays(office):
    root = office.people["root"].user
    assert refusal(office.update, "user", root, {"active": False}).code == "KBK3014"
    assert refusal(office.delete, "user", root).code == "KBK3014"
    assert refusal(office.delete, "user", root, by="system").code == "KBK3014"
    version = office.stored("user", root)["version"]
    assert refusal(office.update, "user", root, {"roles": []}, if_version=version).code == "KBK3014"
    (link,) = [i for i, row in office.rows("user_role").items() if row["user"] == root]
    assert refusal(office.delete, "user_role", link).code == "KBK3014"
    assert refusal(office.update, "user_role", link, {"role": role(office, "head")}).code == "KBK3014"
    office.hire("second", "administrator")
    office.update("user", root, {"active": False})
    assert refusal(office.delete, "user", office.people["second"].user).code == "KBK3014"


def test_roles_follow_definitions_and_are_not_made_by_hand(office):
    assert refusal(office.create, "role", {"name": "x", "definition": "x"}).code == "KBK3014"
    head = role(office, "head")
    assert refusal(office.update, "role", head, {"label": "X"}).code == "KBK3014"
    assert refusal(office.delete, "role", head).code == "KBK3014"
    before = office.rows("role")
    office.workspace.write(records.sync_roles)
    assert office.rows("role") == before
    assert {r["name"] for r in before.values()} == set(office.model.roles)


@pytest.mark.parametrize("login", ["", " ", "a b", "-x", "<b>", "x" * 101, "a/b", "\u202eroot"])
def test_a_login_has_its_form(office, login):
    error = refusal(office.create, "user", {"login": login, "name": "X"})
    assert {p for p, _ in faults(error)} == {"/login"}


@pytest.mark.parametrize("login", ["иванов", "Ivan.Petrov@example.com", "a", "x_1+2-3"])
def test_logins_people_have_are_accepted(office, login):
    office.create("user", {"login": login, "name": "X"})


def test_a_login_is_unique_however_it_is_written(office):
    assert faults(refusal(office.create, "user", {"login": "ROOT", "name": "X"})) == {("/login", "KBK3007")}


def test_a_time_zone_is_one_that_exists(office):
    assert faults(
        refusal(office.create, "user", {"login": "x", "name": "X", "time_zone": "Mars/Olympus"})
    ) == {("/time_zone", "KBK3003")}
    office.create("user", {"login": "x", "name": "X", "time_zone": "Asia/Yekaterinburg"})


def test_an_actor_without_roles_can_do_nothing(office):
    office.people["nobody"] = Actor(user=None, login="nobody")
    assert refusal(office.create, "user", {"login": "x", "name": "X"}, by="nobody").status == 404
    assert refusal(office.delete, "company", 1, by="nobody").status == 404


def test_who_comes_by_a_narrower_key_names_no_stand_in(office):
    root, igor = office.people["root"], office.people["igor"].user
    named = {"user": root.user, "deputy": igor, "starts_on": "2020-01-01"}
    office.people["key"] = replace(root, narrowing=narrowed(office.model, entities=("deputy", "user")))
    error = refusal(office.create, "deputy", named, by="key")
    assert faults(error) == {("/user", "KBK3014")}
    office.create("deputy", named)
