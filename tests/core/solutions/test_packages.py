"""Solutions as packages: installed with their records, exported byte for byte, removed, told where things are used."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.errors import KubikError
from core.records.marks import origins
from core.solutions.apply import apply
from core.solutions.data import remove_demo
from core.solutions.packages import (
    export_solution,
    install,
    list_solutions,
    plan_changes,
    plan_source,
    remove,
    solution_files,
    zipped,
)
from core.solutions.source import read_solution
from core.solutions.start import add_administrator, initialize
from core.solutions.undo import undo
from core.solutions.uses import where_used
from core.storage.workspace import Workspace
from tests.core.solutions.samples import SYSTEM, add, has_field, settings_for, shop, values, version, write

ROOT = Path(__file__).parents[3]


def test_export_of_an_unchanged_installation_is_the_same_bytes_and_installs_as_no_change(
    workspace: Workspace, tmp_path: Path
) -> None:
    export_solution(workspace, SYSTEM, "shop", tmp_path / "one.zip")
    export_solution(workspace, SYSTEM, "shop", tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    export_solution(workspace, SYSTEM, "shop", tmp_path / "folder")
    before = version(workspace)
    assert plan_source(workspace, SYSTEM, read_solution(tmp_path / "folder")).changes == ()
    assert install(workspace, SYSTEM, read_solution(tmp_path / "one.zip")) == before
    assert solution_files(workspace, SYSTEM, "shop") == {
        p.relative_to(tmp_path / "folder").as_posix(): p.read_text()
        for p in (tmp_path / "folder").rglob("*.*")
    }


def test_an_exported_solution_installs_elsewhere_and_exports_the_same(
    workspace: Workspace, fresh_database: Any, dialect: Any, tmp_path: Path
) -> None:
    files = solution_files(workspace, SYSTEM, "shop")
    (tmp_path / "shop.zip").write_bytes(zipped(files))
    other = initialize(settings_for(fresh_database(dialect), tmp_path), [str(tmp_path / "shop.zip")])
    try:
        assert solution_files(other, SYSTEM, "shop") == files
        assert values(other, "good", "name") == ["Ложка", "Вилка"]
    finally:
        other.close()


def test_hand_written_files_are_installed_again_with_the_same_uids(workspace: Workspace) -> None:
    before = version(workspace)
    assert install(workspace, SYSTEM, shop()) == before
    with workspace.read() as tx:
        uid = tx.model.entities["good"].by_name["price"].uid
    renamed = {
        "entities/good.yaml": shop()
        .files["entities/good.yaml"]
        .replace("name: price", "name: cost, renamed_from: price")
    }
    plan = plan_source(workspace, SYSTEM, shop(renamed))
    apply(workspace, SYSTEM, plan.id)
    with workspace.read() as tx:
        assert tx.model.entities["good"].by_name["cost"].uid == uid
    assert values(workspace, "good", "cost") == [Decimal("10.50"), Decimal("20.00")]


def test_data_is_updated_by_key_and_what_people_added_stays(workspace: Workspace) -> None:
    add(workspace, name="Своё", code="Z-1")
    coded = {
        "entities/good.yaml": shop()
        .files["entities/good.yaml"]
        .replace("code, type: text", "code, type: text, unique: true"),
        "data/good.csv": "code,name,price,kind\nA-1,Ложка чайная,11,small\nA-3,Нож,30,large\n",
    }
    install(workspace, SYSTEM, shop(coded))
    assert values(workspace, "good", "name") == ["Ложка чайная", "Вилка", "Своё", "Нож"]


def test_demonstration_records_are_marked_and_go_at_once(workspace: Workspace) -> None:
    add(workspace, name="Своё")
    demo = {
        "demo/good.csv": "name,above.name\nНабор,\nЧасть,Набор\n",
        "demo/sale.csv": "good.name,count\nЧасть,3\nНабор,1\n",
    }
    install(workspace, SYSTEM, shop(demo), demo=True)
    install(workspace, SYSTEM, shop(demo), demo=True)
    assert values(workspace, "sale", "count") == [3, 1] and len(values(workspace, "good", "name")) == 5
    with workspace.read() as tx:
        good, marked = tx.model.entities["good"], origins(tx, "demo")
    assert sum(map(len, marked.values())) == 4
    used = min(marked[good.uid])
    add(workspace, "sale", good=used, count=9)
    assert remove_demo(workspace) == (3, [(good, used)])
    assert values(workspace, "good", "name") == ["Ложка", "Вилка", "Своё", "Набор"]
    assert values(workspace, "sale", "count") == [9] and remove_demo(workspace) == (0, [])


def test_a_line_of_data_that_is_refused_is_named(workspace: Workspace) -> None:
    broken = shop({"data/good.csv": None, "demo/sale.csv": "count\n1\nмного\n"})
    with pytest.raises(KubikError) as refusal:
        install(workspace, SYSTEM, broken, demo=True)
    assert refusal.value.code == "KBK1105"
    assert (refusal.value.errors[0].file, refusal.value.errors[0].pointer) == ("demo/sale.csv", "3: count")


def test_a_removed_solution_is_a_loss_and_comes_back_whole(workspace: Workspace) -> None:
    before = solution_files(workspace, SYSTEM, "shop")
    with pytest.raises(KubikError) as refusal:
        remove(workspace, SYSTEM, "shop")
    assert refusal.value.code == "KBK1101" and refusal.value.extra["losses"] == ["entity:good"]
    remove(workspace, SYSTEM, "shop", accept_loss=True)
    assert [s.name for s in list_solutions(workspace, SYSTEM)] == ["system"]
    undo(workspace, SYSTEM)
    after = solution_files(workspace, SYSTEM, "shop")
    assert {k: v for k, v in after.items() if "/" not in k or k.startswith("ent")} == {
        k: v for k, v in before.items() if "/" not in k or k.startswith("ent")
    }
    assert values(workspace, "good", "name") == ["Ложка", "Вилка"]


def test_the_system_and_what_others_need_cannot_be_removed(workspace: Workspace) -> None:
    install(workspace, SYSTEM, shop_add_on())
    for name in ("system", "shop", "nothing"):
        with pytest.raises(KubikError) as refusal:
            remove(workspace, SYSTEM, name, accept_loss=True)
        assert refusal.value.code == "KBK1105"
    assert has_field(workspace, "good", "shelf")
    remove(workspace, SYSTEM, "add_on")
    assert not has_field(workspace, "good", "shelf")


def shop_add_on() -> Any:
    from core.solutions.source import source_of

    files = {
        "solution.yaml": "name: add_on\ndepends: [shop]\n",
        "extensions/good.yaml": "extends: good\nfields:\n  - {name: shelf, type: text}\n",
    }
    return source_of({name: text.encode() for name, text in files.items()})


def test_where_used_finds_every_use(workspace: Workspace) -> None:
    with workspace.read() as tx:
        model = tx.model
    price = {(u.kind, u.target) for u in where_used(model, "field", "good.price")}
    assert price == {("field", "good.doubled"), ("view", "goods")}
    stage = {(u.kind, u.target) for u in where_used(model, "stage", "good.stage.sold")}
    assert stage == {("role", "seller")}
    entity = {(u.kind, u.target) for u in where_used(model, "entity", "good")}
    assert {("field", "sale.good"), ("field", "good.above"), ("role", "seller"), ("view", "goods")} <= entity
    with pytest.raises(KubikError):
        where_used(model, "field", "good.nothing")


def test_single_changes_make_a_plan(workspace: Workspace) -> None:
    changes = [
        {"op": "add", "kind": "field", "target": "good", "definition": {"name": "shelf", "type": "text"}},
        {"op": "rename", "kind": "field", "target": "good.price", "name": "cost"},
        {"op": "change", "kind": "field", "target": "good.name", "definition": {"label": {"ru": "Имя"}}},
        {"op": "add", "kind": "choice", "target": "good.kind", "definition": {"name": "tiny"}},
        {"op": "add", "kind": "field", "target": "user", "definition": {"name": "room", "type": "text"}},
        {"op": "drop", "kind": "view", "target": "goods"},
    ]
    apply(workspace, SYSTEM, plan_changes(workspace, SYSTEM, changes).id)
    assert has_field(workspace, "good", "shelf") and has_field(workspace, "user", "room")
    assert values(workspace, "good", "cost")[0] == Decimal("10.50")
    with workspace.read() as tx:
        assert "goods" not in tx.model.views and "local" in tx.model.solutions


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"op": "drop", "kind": "field", "target": "good.prise"}, "KBK1002", "/changes/0/target"),
        ({"op": "explode", "kind": "field", "target": "good.price"}, "KBK1001", "/changes/0/op"),
        ({"op": "add", "kind": "field", "target": "good"}, "KBK1001", "/changes/0/definition"),
        ("drop everything", "KBK1001", "/changes/0"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused_by_place(
    workspace: Workspace, change: Any, code: str, pointer: str
) -> None:
    with pytest.raises(KubikError) as refusal:
        plan_changes(workspace, SYSTEM, [change])
    assert (refusal.value.code, refusal.value.errors[0].pointer) == (code, pointer)


def test_the_example_installs_with_its_demonstration_and_an_administrator(
    fresh_database: Any, dialect: Any, tmp_path: Path
) -> None:
    settings = settings_for(fresh_database(dialect), tmp_path)
    for _ in range(2):  # cut short or done, it may be run again
        made = initialize(settings, ["crm"], demo=True, login="boss", password="a long password")
        made.close()
    made = Workspace.open(settings)
    try:
        assert len(values(made, "deal", "name")) == 124 and len(values(made, "deal_item", "quantity")) == 373
        assert values(made, "currency", "code")[0] == "RUB"
        with made.read() as tx:
            credential = tx.tables.own.credential
            assert tx.connection.execute(sa.select(sa.func.count()).select_from(credential)).scalar() == 1
            actor_roles = tx.model.roles["administrator"].everything
        assert actor_roles and add_administrator(made, "boss", None) == 1
        write(made, 1, "company", notes="Проверено")
    finally:
        made.close()
