"""Roles changed by who is above them: never one's own or a higher one, never to more than one has oneself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import records
from core.access.actor import Actor
from core.errors import KubikError
from core.i18n import texts
from core.solutions.apply import apply
from core.solutions.packages import plan_changes, plan_document
from core.storage.install import install_model
from core.storage.workspace import Workspace
from tests import factories
from tests.sites import settings

HEAD = """
    name: head
    grants:
      - {entity: role, actions: [read, configure], fields: all}
      - {entity: company, actions: [read, create, update], fields: all}
      - {entity: deal, actions: [read, show], rows: "owner.department IN my.departments", fields: {all_but: [margin]}}
      - {entity: deal, actions: [update], rows: "owner.department IN my.departments", check: "owner.department IN my.departments", stages: [lead, offer], fields: [name, amount, items]}
      - {entity: deal_item, actions: [read], fields: {all_but: [price]}}
"""
LOW = """
    name: low
    parent: head
    second_factor: required
    grants:
      - {entity: product, actions: [read, delete], fields: all}
"""
CHANGES = {"roles/head.yaml": HEAD, "roles/low.yaml": LOW, "roles/other.yaml": "name: other\n"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(settings("", tmp_path))
    install_model(made, factories.model(CHANGES))
    made.write(records.sync_roles)
    yield made
    made.close()


def actor(workspace: Workspace, *roles: str) -> Actor:
    with workspace.read() as tx:
        return Actor(user=7, login="anna", roles=tuple(tx.model.roles[name].uid for name in roles))


def document(workspace: Workspace) -> dict[str, Any]:
    with workspace.read() as tx:
        return {kind: [dict(item) for item in items] for kind, items in tx.model.document.items()}


def changed(workspace: Workspace, who: Actor, name: str, **more: Any) -> int:
    """The role with other properties, or a new one, put in force by somebody."""
    roles = document(workspace)["roles"]
    found = next((role for role in roles if role["name"] == name), None)
    if found is None:
        roles.append({"name": name, "solution": "sales", **more})
    else:
        found.update(more)
    posted = {"roles": [{k: v for k, v in role.items() if v is not None} for role in roles]}
    return apply(workspace, who, plan_document(workspace, who, posted).id)


def refused(
    workspace: Workspace, who: Actor, name: str, codes: tuple[str, ...] = ("KBK4002",), **more: Any
) -> KubikError:
    with pytest.raises(KubikError) as caught:
        changed(workspace, who, name, **more)
    assert caught.value.code in codes, caught.value
    return caught.value


NOWHERE = ("KBK1002", "KBK1011")
"""What is said of a name that is nowhere."""


def deal(*actions: str, **more: Any) -> dict[str, Any]:
    rows = "owner.department IN my.departments AND amount > 5"
    return {"entity": "deal", "actions": [*actions], "rows": rows, "fields": ["name", "amount"], **more}


ITEMS = {"entity": "deal_item", "actions": ["read"], "fields": ["quantity"]}


def test_a_role_below_is_given_what_its_maker_has_or_less(workspace: Workspace) -> None:
    head = actor(workspace, "head")
    check = "owner.department IN my.departments"
    grants = [
        {"entity": "company", "actions": ["read"], "rows": "vip", "fields": "all"},
        {"entity": "role", "actions": ["configure"]},
        deal("read"), deal("show"), deal("update", check=check, stages=["lead"]), ITEMS,
    ]  # fmt: skip
    changed(workspace, head, "new", parent="low", grants=grants)
    with workspace.read() as tx:
        low = next(r for r in tx.model.document["roles"] if r["name"] == "low")["grants"]
    changed(workspace, head, "low", grants=[*low, grants[0]], label="Lower")
    changed(workspace, head, "low", grants=[{**low[0], "actions": ["read"]}], includes=["new"])
    changed(workspace, head, "low", includes=None)
    posted = [role for role in document(workspace)["roles"] if role["name"] != "new"]
    apply(workspace, head, plan_document(workspace, head, {"roles": posted}).id)


def test_a_role_below_is_never_given_more_than_its_maker_has(workspace: Workspace) -> None:
    head = actor(workspace, "head")
    department = "owner.department IN my.departments"
    for grant in (
        {"entity": "company", "actions": ["delete"]},
        {"entity": "product", "actions": ["read"], "fields": "all"},
        {**deal("read"), "rows": "owner = me"}, {**deal("read"), "rows": f"{department} OR amount > 5"},
        {"entity": "deal", "actions": ["read"], "fields": ["name"]},
        deal("read", fields="all"), deal("read", fields=["margin"]), deal("show", fields=["margin"]),
        deal("update", stages=["lead"]), deal("update", check=department), deal("share"),
        deal("update", check=department, stages=["lead", "won"]),
        deal("update", check=department, stages=["lead"], fields=["owner"]),
        {**ITEMS, "fields": ["price"]},
    ):  # fmt: skip
        grants = (
            [grant] if grant["entity"] != "deal_item" else [deal("read", fields=["name", "items"]), grant]
        )
        refused(workspace, head, "fresh", ("KBK4002", *NOWHERE), parent="low", grants=grants)
    rows_without_a_limit = [deal("read", fields=["name", "items"])]
    refused(workspace, head, "fresh", parent="low", grants=rows_without_a_limit)


def test_a_rule_asks_for_nothing_that_its_maker_may_not_read(workspace: Workspace) -> None:
    """Else a role for somebody else, looked at by how many records it shows, would tell what stands in the field."""
    head, rows = actor(workspace, "head"), "owner.department IN my.departments AND {}"
    for hidden in ("margin > 5", "EXISTS(items WHERE price > 5)", "owner.email = 'x'"):
        grants = [{**deal("read"), "rows": rows.format(hidden)}]
        refused(workspace, head, "fresh", NOWHERE, parent="low", grants=grants)
    changed(
        workspace, head, "fresh", parent="low", grants=[{**deal("read"), "rows": rows.format("amount > 5")}]
    )


def test_roles_that_are_not_below_are_out_of_reach_and_so_is_everything_else(workspace: Workspace) -> None:
    head = actor(workspace, "head")
    refused(workspace, head, "head", label="Me")
    refused(workspace, head, "other", label="Aside")
    refused(workspace, head, "administrator", label="Above")
    for parent in (None, "other", "administrator"):
        refused(workspace, head, "fresh", parent=parent, grants=[])
        refused(workspace, head, "low", parent=parent)
    for included in ("head", "other"):
        refused(workspace, head, "low", includes=[included])
    refused(workspace, head, "low", second_factor=None)
    low, none = actor(workspace, "low"), actor(workspace, "other")
    for who in (low, none):
        refused(workspace, who, "low", label="X")
    views = document(workspace)["views"]
    views[0]["label"] = {"ru": "Иначе", "en": "Otherwise"}
    with pytest.raises(KubikError) as caught:
        plan_document(workspace, head, {"views": views})
    assert caught.value.code == "KBK4002"
    root = actor(workspace, "administrator")
    plan = plan_document(workspace, root, {"views": views})
    with pytest.raises(KubikError) as caught:
        apply(workspace, head, plan.id)
    assert caught.value.code == "KBK4002"


def test_a_hidden_name_is_refused_in_the_words_for_one_that_is_nowhere(workspace: Workspace) -> None:
    head, rows = actor(workspace, "head"), "owner.department IN my.departments AND {}"

    def told(grant: dict[str, Any], name: str) -> tuple[Any, ...]:
        found = refused(workspace, head, "fresh", (*NOWHERE, "KBK1010"), parent="low", grants=[grant])
        render = texts("en").render
        return found.code, tuple(
            (p.pointer, p.code, render(p.message).replace(name, "?")) for p in found.errors
        )

    for hidden, nowhere in (("margin", "margan"), ("margin", "zzzzzz")):
        for rule in ("{} > 5", "{} = 'text'", "{}.x = 1", "amount > {} AND vip ="):
            answers = {
                told({**deal("read"), "rows": rows.format(rule.format(n))}, n) for n in (hidden, nowhere)
            }
            assert len(answers) == 1, answers
        assert told(deal("read", fields=["name", hidden]), hidden) == told(
            deal("read", fields=["name", nowhere]), nowhere
        )
    for grant in (
        {"actions": ["read"], "fields": "all"},
        {"actions": ["read"], "fields": ["zzz"], "rows": "x = 1"},
    ):
        assert told({"entity": "product", **grant}, "product") == told(
            {"entity": "produce", **grant}, "produce"
        )


def test_nothing_is_told_of_other_definitions_to_who_may_change_roles_alone(workspace: Workspace) -> None:
    head = actor(workspace, "head")
    for target in ("deal.margin", "deal.nothing"):
        with pytest.raises(KubikError) as caught:
            plan_changes(workspace, head, [{"op": "drop", "kind": "field", "target": target}])
        assert caught.value.code == "KBK4002" and not caught.value.errors
