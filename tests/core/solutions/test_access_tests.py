"""Access tests: asked through the real doors in a scene that is taken back; a change that breaks one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from core.access.actor import system_actor
from core.errors import KubikError
from core.i18n import texts
from core.records import create, delete
from core.solutions.access_tests import check_tests
from core.solutions.apply import apply
from core.solutions.foresight import foresee
from core.solutions.packages import install, plan_changes, solution_files
from core.solutions.undo import plan_restore, undo
from core.storage.workspace import Workspace
from tests.core.solutions.samples import SYSTEM, shop

SELLER = """
name: seller
label: {ru: Продавец, en: Seller}
grants:
  - {entity: good, actions: [read], rows: "department IN my.departments OR owner = me", fields: {all_but: [price]}}
  - {entity: good, actions: [update, move], rows: "owner = me", check: "owner = me", stages: [fresh], fields: {all_but: [price]}}
  - {entity: good, actions: [create], check: "owner = me", fields: {all_but: [price]}}
  - {entity: user, actions: [read], fields: [login]}
  - {entity: good, actions: [delete], rows: "owner = me AND stage = 'fresh'"}
"""
GOOD = """
name: good
label: {ru: Товар, en: Good}
fields:
  - {name: name, type: text, required: true, label: Имя}
  - {name: code, type: text, required: true, unique: true}
  - {name: owner, type: user, default: me}
  - {name: department, type: department}
  - {name: price, type: money, label: Цена}
  - {name: helpers, type: users}
  - {name: parts, type: children, of: good_part, through: good}
stages:
  field: stage
  pipelines:
    - name: life
      stages: [{name: fresh}, {name: offer}, {name: sold, kind: won}]
constraints:
  - {check: "price >= 0"}
"""
PART = "name: good_part\nfields:\n  - {name: good, type: link, to: good}\n  - {name: name, type: text}\n"
TESTS = """
tests:
  - label: {ru: Своё, en: Own}
    roles: [seller]
    entity: good
    record: {name: Ложка, owner: me, helpers: [other], parts: [{name: ручка}]}
    allow: {actions: [read, create, update, delete, move], read: [name, helpers], write: [name, parts], move: [offer]}
    deny: {actions: [export], read: [price], write: [price]}
  - label: {ru: Чужое, en: Foreign}
    roles: [seller]
    entity: good
    record: {owner: other}
    deny: {actions: [read, create, update, delete, move], read: [name], write: [name]}
  - label: {ru: Отдел, en: Department}
    roles: [seller]
    me: {department: shops}
    with:
      - {name: shops, entity: department, values: {name: Лавки}}
      - {name: north, entity: department, values: {name: Север, parent: shops}}
      - {name: boss, entity: user, values: {department: north}}
    entity: good
    record: {owner: boss, department: north, stage: offer}
    allow: {actions: [read], read: [name]}
    deny: {actions: [update, move]}
  - label: {ru: Группа, en: Group}
    roles: []
    with:
      - {name: inner, entity: group, values: {name: Звено, members: [me]}}
      - {name: outer, entity: group, values: {name: Бригада, groups: [inner], roles: [{by: {name: seller}}]}}
    entity: good
    record: {owner: me}
    allow: {actions: [read, update]}
  - label: {ru: Никто, en: Nobody}
    roles: []
    entity: good
    deny: {actions: [read, create]}
"""
FILES: Mapping[str, str | None] = {
    "entities/good.yaml": GOOD, "entities/good_part.yaml": PART, "roles/seller.yaml": SELLER,
    "tests/access.yaml": TESTS, "entities/sale.yaml": None, "views/goods.yaml": None, "data/good.csv": None,
}  # fmt: skip


def installed(workspace: Workspace) -> int:
    """The shop with rules worth testing; the version then in force."""
    return install(workspace, SYSTEM, shop(FILES), accept_loss=True)


def counts(workspace: Workspace) -> list[int]:
    """How many rows there are of everything that a scene is made of, and of what is recorded."""
    with workspace.read() as tx:
        names = ("good", "good_part", "user", "user_role", "department")
        tables = [tx.tables[tx.model.entities[name].uid].table for name in names if name in tx.model.entities]
        tables.append(tx.tables.own.journal)
        return [tx.connection.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in tables]


def made(workspace: Workspace, entity: str, values: dict[str, Any]) -> int:
    return workspace.write(lambda tx: create(tx, system_actor(), entity, values)).id


def role_change(workspace: Workspace, number: int, **changes: Any) -> list[dict[str, Any]]:
    with workspace.read() as tx:
        written = next(item for item in tx.model.document["roles"] if item["name"] == "seller")
    grants = [dict(grant) for grant in written["grants"]]
    grants[number] = {k: v for k, v in {**grants[number], **changes}.items() if v is not None}
    return [{"op": "change", "kind": "role", "target": "seller", "definition": {"grants": grants}}]


def test_tests_pass_leave_nothing_and_spend_no_key(workspace: Workspace) -> None:
    installed(workspace)
    before = counts(workspace)
    assert check_tests(workspace) == ()
    assert counts(workspace) == before
    first = made(workspace, "good", {"name": "a", "code": "a"})
    check_tests(workspace)
    second = made(workspace, "good", {"name": "b", "code": "b"})
    assert second == first + 1


def test_a_change_that_breaks_a_test_is_refused_with_its_lines(workspace: Workspace) -> None:
    version = installed(workspace)
    wider = role_change(workspace, 0, rows=None, fields="all")
    plan = plan_changes(workspace, SYSTEM, wider)
    seen = foresee(workspace, SYSTEM, plan.id)
    with pytest.raises(KubikError) as refused:
        apply(workspace, SYSTEM, plan.id)
    assert refused.value.code == "KBK1107"
    assert [e.pointer for e in refused.value.errors] == [
        "/tests/0/tests/0/deny/read/0",
        "/tests/0/tests/1/deny/actions/0",
        "/tests/0/tests/1/deny/read/0",
    ]
    assert "Own: sees “Цена”, and must not" in str(refused.value.errors[0].message)
    assert [fault.pointer for fault in seen.failing] == [e.pointer for e in refused.value.errors]
    with workspace.read() as tx:
        assert tx.model.version == version


def test_a_real_person_and_record_are_asked_and_hold_undo_and_restore_too(workspace: Workspace) -> None:
    version = installed(workspace)
    olga = {"login": "olga", "name": "Olga", "roles": [{"role": {"by": {"name": "seller"}}}]}
    user = made(workspace, "user", olga)
    record = made(workspace, "good", {"name": "Нож", "code": "N-1", "owner": user})
    test = {"user": "olga", "entity": "good", "by": {"code": "N-1"}, "allow": {"actions": ["read", "update"]}}
    add = {"op": "add", "kind": "tests", "definition": {"name": "olga", "tests": [test]}}
    apply(workspace, SYSTEM, plan_changes(workspace, SYSTEM, [add]).id)
    label = {"op": "change", "kind": "role", "target": "seller", "definition": {"label": "Торговец"}}
    apply(workspace, SYSTEM, plan_changes(workspace, SYSTEM, [label]).id)
    assert check_tests(workspace) == ()
    workspace.write(lambda tx: delete(tx, system_actor(), "good", record))
    (line,) = check_tests(workspace)
    assert "cannot be tried" in str(line) and "N-1" in str(line)
    with pytest.raises(KubikError, match="KBK1107"):
        undo(workspace, SYSTEM)
    with pytest.raises(KubikError, match="KBK1107"):
        apply(workspace, SYSTEM, plan_restore(workspace, SYSTEM, version + 1).id)


def with_tests(workspace: Workspace, tests: str, good: str = GOOD, seller: str = SELLER) -> None:
    """The shop with other access tests, which hold."""
    files = {**FILES, "entities/good.yaml": good, "roles/seller.yaml": seller, "tests/access.yaml": tests}
    install(workspace, SYSTEM, shop(files), accept_loss=True)
    assert check_tests(workspace) == ()


def test_read_only_fields_of_a_scene_are_as_they_are_said_and_nobody_writes_them(
    workspace: Workspace,
) -> None:
    maker = "  - {name: maker, type: user, default: me, read_only: true}\n"
    price = "  - {name: price, type: money, label: Цена"
    good = GOOD.replace(price, f"{maker}{price}, read_only_if: \"stage = 'offer'\"")
    seller = SELLER.replace("owner = me", "maker = me").replace("{all_but: [price]}", "all")
    with_tests(
        workspace,
        """
tests:
  - {roles: [seller], entity: good, record: {maker: me}, allow: {actions: [create, read, update], write: [name, price]}, deny: {write: [maker]}}
  - {roles: [seller], entity: good, record: {maker: other}, deny: {actions: [create, read, update], write: [maker]}}
  - {roles: [seller], entity: good, record: {maker: me, stage: offer}, allow: {read: [price]}, deny: {write: [price]}}
""",
        good,
        seller.replace("stages: [fresh]", "stages: [fresh, offer]"),
    )


def test_a_new_record_that_names_what_is_out_of_sight_is_not_made(workspace: Workspace) -> None:
    """So the door says, too."""
    tests = """
tests:
  - roles: [seller]
    with: [{name: north, entity: department, values: {name: Север}}]
    entity: good
    record: {owner: me, department: north}
    allow: {actions: [update], write: [department]}
    deny: {actions: [create]}
"""
    with_tests(workspace, tests)
    seen = "  - {entity: department, actions: [read], fields: all}\n"
    with pytest.raises(KubikError, match="may “create”, and must not"):
        with_tests(workspace, tests, seller=SELLER + seen)


def test_a_unique_value_of_a_scene_may_be_that_of_a_record_there_is(workspace: Workspace) -> None:
    """Somebody who types the same name must not make every change of the configuration impossible."""
    tests = """
tests:
  - roles: [seller]
    with: [{name: first, entity: good, values: {code: K-2, owner: other}}]
    entity: good
    record: {code: K-1, owner: me}
    allow: {actions: [read, create]}
"""
    with_tests(workspace, tests)
    for code in ("K-1", "k-2"):
        made(workspace, "good", {"name": "a", "code": code})
    assert check_tests(workspace) == ()
    with pytest.raises(KubikError, match="KBK3007"):
        made(workspace, "good", {"name": "b", "code": "K-1"})
    with pytest.raises(KubikError, match="value is taken"):
        with_tests(workspace, tests.replace("K-1", "K-2"))


def test_tests_follow_renames_and_lose_what_goes_away(workspace: Workspace) -> None:
    installed(workspace)
    changes = [
        {"op": "rename", "kind": "field", "target": "good.owner", "name": "keeper"},
        {"op": "rename", "kind": "stage", "target": "good.stage.offer", "name": "proposal"},
        {"op": "rename", "kind": "role", "target": "seller", "name": "trader"},
        {"op": "drop", "kind": "field", "target": "good.helpers"},
    ]
    plan = plan_changes(workspace, SYSTEM, changes)
    assert ("tests", "shop") in {(b.kind, b.target) for change in plan.changes for b in change.breaks}
    apply(workspace, SYSTEM, plan.id, accept_loss=True)
    text = solution_files(workspace, SYSTEM, "shop")["tests/access.yaml"]
    assert "keeper: other" in text and "proposal" in text and "trader" in text
    assert "helpers" not in text and "seller" not in text
    assert check_tests(workspace) == ()


def test_a_plan_says_how_many_more_people_would_see(workspace: Workspace) -> None:
    installed(workspace)
    apply(
        workspace,
        SYSTEM,
        plan_changes(workspace, SYSTEM, [{"op": "drop", "kind": "tests", "target": "shop"}]).id,
    )
    for login in ("olga", "petr"):
        person = {"login": login, "name": login, "roles": [{"role": {"by": {"name": "seller"}}}]}
        made(workspace, "user", person)
    for code in "abc":
        made(workspace, "good", {"name": code, "code": code})
    plan = plan_changes(workspace, SYSTEM, role_change(workspace, 0, rows=None))
    (line,) = foresee(workspace, SYSTEM, plan.id).reach
    assert texts("en").render(line) == "Seller: 2 people will see 5 more: Good"
    assert texts("ru").render(line) == "Продавец: 2 человека увидят больше на 5: Товар"
