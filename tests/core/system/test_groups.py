"""Groups: who is in them, the roles they give, and that nobody comes to more by one."""

from __future__ import annotations

from typing import Any

import pytest

from core.access.login import load_actor
from core.access.managing import held_roles, manages
from core.query import Query, read
from tests.core.records.asserting import faults, refusal
from tests.core.system.test_guards import MANAGING, role

WITH_GROUPS = {
    **MANAGING,
    "roles/head.yaml": MANAGING["roles/head.yaml"]
    + """
          - {entity: group, actions: [read, create, update, delete], fields: all}
          - {entity: company, actions: [read], fields: all}
    """,
    "roles/manager.yaml": MANAGING["roles/manager.yaml"]
    + """
          - {entity: group, actions: [read, update], fields: all}
          - {entity: company, actions: [read], rows: "EXISTS(owner.groups WHERE id IN my.groups)", fields: all}
    """,
    "roles/helper.yaml": "name: helper\nparent: manager\nincludes: [reader]\n",
    "roles/reader.yaml": """
        name: reader
        parent: manager
        grants: [{entity: product, actions: [read], fields: all}]
    """,
}
with_groups = pytest.mark.parametrize("changes", [WITH_GROUPS])


def effective(office, login):
    with office.workspace.read() as tx:
        names = {r.uid: r.name for r in tx.model.roles.values()}
        held = held_roles(tx, office.people[login].user)
        assert held == load_actor(tx, office.people[login].user).roles
        return {names[uid] for uid in held}


def members(office, group):
    with office.workspace.read() as tx:
        table = tx.tables.own.member
        return sorted(tx.connection.execute(table.select().where(table.c.group == group)).scalars())


def ids(office, *logins):
    return sorted(office.people[login].user for login in logins)


@with_groups
def test_members_of_inner_groups_are_members_and_have_the_roles_until_they_leave(office):
    helper = role(office, "helper")
    inner = office.create("group", {"name": "Inner", "members": ids(office, "igor")}).id
    middle = office.create("group", {"name": "Middle", "groups": [inner]}).id
    outer = office.create(
        "group", {"name": "Outer", "groups": [middle], "members": ids(office, "marina"), "roles": [helper]}
    ).id
    assert members(office, outer) == ids(office, "igor", "marina") and members(office, middle) == ids(
        office, "igor"
    )
    assert effective(office, "igor") == {"manager", "helper", "reader"}
    office.update("group", inner, {"members": ids(office, "marina")})
    assert effective(office, "igor") == {"manager"} and members(office, middle) == ids(office, "marina")
    office.delete("group", middle)
    assert members(office, middle) == [] and members(office, outer) == ids(office, "marina")
    office.update("group", inner, {"members": ids(office, "igor")})
    assert effective(office, "igor") == {"manager"}
    office.restore("group", middle)
    assert members(office, middle) == ids(office, "igor")
    office.update("group", outer, {"groups": [middle]})
    assert effective(office, "igor") == {"manager", "helper", "reader"}
    office.delete("user", office.people["igor"].user)
    assert members(office, outer) == ids(office, "marina")


@with_groups
def test_a_group_is_never_inside_itself(office):
    inner = office.create("group", {"name": "Inner"}).id
    outer = office.create("group", {"name": "Outer", "groups": [inner]}).id
    far = office.create("group", {"name": "Far", "groups": [outer]}).id
    for group, inside in ((inner, inner), (inner, far), (inner, outer)):
        assert faults(refusal(office.update, "group", group, {"groups": [inside]})) == {
            ("/groups", "KBK3006")
        }
    two = [{"id": inner, "groups": [far]}, {"id": outer, "groups": []}]
    office.batch("group", update=two)
    assert refusal(office.update, "group", outer, {"groups": [inner]}).code == "KBK3006"


@with_groups
def test_rules_ask_for_my_groups_those_around_included(office):
    firm = office.create("company", {"name": "Ours"}, by="system").id
    office.update("company", firm, {"owner": office.people["igor"].user}, by="root")
    inner = office.create("group", {"name": "Inner", "members": ids(office, "marina")}).id
    office.create("group", {"name": "Outer", "groups": [inner], "members": ids(office, "igor")})

    def seen():
        with office.workspace.read() as tx:
            found = read(tx, office.people["marina"], Query(entity="company", fields=("name",)))
            return [item["name"] for item in found.items]

    assert seen() == ["Ours"]
    office.update("group", inner, {"members": []})
    assert seen() == []


@with_groups
def test_nobody_comes_to_more_by_a_group(office):
    anna, igor = office.people["anna"].user, office.people["igor"].user
    lower, high = role(office, "helper"), role(office, "head")
    team = office.create("group", {"name": "Team", "members": [igor], "roles": [lower]}, by="anna").id
    assert effective(office, "igor") == {"manager", "helper", "reader"}
    above = office.create("group", {"name": "Above", "roles": [high]}).id
    root = office.people["root"].user
    refused: list[tuple[str, dict[str, Any]]] = [
        ("group", {"name": "A", "roles": [high]}),
        ("group", {"name": "B", "members": [anna]}),
        ("group", {"name": "C", "members": [root]}),
        ("group", {"name": "D", "roles": [role(office, "administrator")]}),
    ]
    for entity, values in refused:
        assert {c for _, c in faults(refusal(office.create, entity, values, by="anna"))} == {"KBK3014"}
    changed: list[tuple[int, dict[str, Any]]] = [
        (above, {"members": [igor]}), (above, {"groups": [team]}), (above, {"roles": []}),
        (team, {"members": [igor, anna]}), (team, {"roles": [high]}),
    ]  # fmt: skip
    for group, values in changed:
        error = refusal(office.update, "group", group, values, by="anna")
        assert {c for _, c in faults(error)} == {"KBK3014"}, values
        error = refusal(office.batch, "group", by="anna", update=[{"id": group, **values}])
        assert {c for _, c in faults(error)} == {"KBK3014"}
    office.update("group", above, {"groups": [team]})
    for values in ({"members": list[int]()}, {"members": [igor, office.people["marina"].user]}):
        assert refusal(office.update, "group", team, values, by="anna").code == "KBK3014"
    assert refusal(office.delete, "group", team, by="anna").code == "KBK3014"
    office.update("group", team, {"note": "words"}, by="anna")
    with office.workspace.read() as tx:
        assert not manages(tx, office.people["anna"], igor), "they are a head by their group now"
    assert refusal(office.update, "user", igor, {"name": "X"}, by="anna").code == "KBK3014"
    assert refusal(office.update, "group", team, {"members": []}, by="marina").code == "KBK3014"
