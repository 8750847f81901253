"""Changes and history under rights: what may not be seen is silent, what left sight is deleted, each row once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from core.access.actor import Actor, system_actor
from core.errors import KubikError
from core.history.journal import Change, Kind, write
from core.history.positions import BEGINNING, present, read_journal
from core.query import changes, history
from core.storage.tables import encode_values
from core.storage.workspace import Transaction, Workspace
from tests.core.query.world import MOMENT, base, make_workspace
from tests.factories import model


@pytest.fixture
def workspace(database_url, tmp_path):
    sales = model()
    rows = [
        ("department", base(id=1, name="Продажи", parent=None)),
        *[("user", base(id=i, login=f"u{i}", name=f"Имя {i}", department=1, active=True)) for i in (1, 2, 3)],
        ("company", base(id=1, name="Ромашка", owner=1)),
    ]
    made = make_workspace(database_url, tmp_path, rows, sales)
    yield made
    made.close()


def manager(workspace: Workspace, me: int) -> Actor:
    with workspace.read() as tx:
        return Actor(user=me, login=f"u{me}", roles=(tx.model.roles["manager"].uid,), language="ru")


def save(tx: Transaction, id: int, kind: Kind, by: int | None = 1, **values: Any) -> None:
    """What records does when a deal is written: the row and its line in the journal."""
    deal = tx.model.entities["deal"]
    place = tx.tables[deal.uid]
    by_uid = {deal.by_name[name].uid: value for name, value in values.items()}
    encoded = encode_values(tx.tables, deal, by_uid)
    old: dict[str, Any] = {}
    if kind == "created":
        tx.connection.execute(
            place.table.insert().values(id=id, created_at=tx.now, updated_at=tx.now, version=1, **encoded)
        )
    else:
        columns = {uid: place.columns[uid].value for uid in by_uid}
        if columns:
            found = tx.connection.execute(place.table.select().where(place.table.c.id == id)).one()
            old = {uid: getattr(found, column.name) for uid, column in columns.items()}
        ends: dict[str, dict[str, Any]] = {
            "deleted": {"deleted_at": tx.now},
            "restored": {"deleted_at": None},
        }
        gone = ends.get(kind, {})
        tx.connection.execute(
            place.table.update().where(place.table.c.id == id).values(**encoded, **gone, version=2)
        )
    differences = {uid: (old.get(uid), value) for uid, value in by_uid.items()}
    write(tx, [Change(entity=deal.uid, record=id, kind=kind, version=1, by=by, differences=differences)])


def feed(
    workspace: Workspace, actor: Actor, after: str | None = None, **more: Any
) -> tuple[list[tuple], str]:
    with workspace.read() as tx:
        found = changes(tx, actor, after, **more)
    return [(i["entity"], i["id"], i["change"]) for i in found.items], found.next


def test_everybody_is_told_of_their_own(workspace):
    workspace.write(lambda tx: save(tx, 1, "created", name="Моя", owner=1))
    workspace.write(lambda tx: save(tx, 2, "created", name="Чужая", owner=2))
    first, position = feed(workspace, manager(workspace, 1))
    assert first == [("deal", 1, "created")]
    assert feed(workspace, manager(workspace, 2))[0] == [("deal", 2, "created")]
    assert feed(workspace, system_actor())[0] == [("deal", 1, "created"), ("deal", 2, "created")]
    assert feed(workspace, manager(workspace, 1), position)[0] == []
    workspace.write(lambda tx: save(tx, 1, "deleted"))
    workspace.write(lambda tx: save(tx, 2, "deleted"))
    later, position = feed(workspace, manager(workspace, 1), position)
    assert later == [("deal", 1, "deleted")]
    workspace.write(lambda tx: save(tx, 1, "restored"))
    assert feed(workspace, manager(workspace, 1), position, entities=["deal"])[0] == [("deal", 1, "restored")]
    assert feed(workspace, manager(workspace, 1), position, entities=["company"])[0] == []


def test_what_leaves_sight_is_deleted_and_for_strangers_nothing_happens(workspace):
    workspace.write(lambda tx: save(tx, 1, "created", name="Сделка", owner=1))
    _, one = feed(workspace, manager(workspace, 1))
    _, two = feed(workspace, manager(workspace, 2))
    _, three = feed(workspace, manager(workspace, 3))
    workspace.write(lambda tx: save(tx, 1, "updated", name="Другое имя"))
    workspace.write(lambda tx: save(tx, 1, "updated", owner=2))
    workspace.write(lambda tx: save(tx, 1, "updated", name="Третье имя"))
    assert feed(workspace, manager(workspace, 1), one)[0] == [("deal", 1, "deleted")]
    assert feed(workspace, manager(workspace, 2), two)[0] == [("deal", 1, "updated")] * 3
    assert feed(workspace, manager(workspace, 3), three)[0] == []


def test_portions_lose_and_repeat_nothing(workspace):
    for id in range(1, 12):
        workspace.write(lambda tx, id=id: save(tx, id, "created", name=f"Сделка {id}", owner=1 + id % 2))
    found, position = [], None
    for _ in range(12):
        items, position = feed(workspace, manager(workspace, 1), position, limit=2)
        found += [id for _, id, _ in items]
    assert found == [2, 4, 6, 8, 10]
    # nothing more; the position itself may go on with transactions of other databases of the server
    assert feed(workspace, manager(workspace, 1), position)[0] == []


def test_a_position_of_nobody_is_refused(workspace):
    for wrong in ("x", "0", "AAAA", feed(workspace, system_actor())[1][:-1] + "!"):
        with workspace.read() as tx, pytest.raises(KubikError) as refused:
            changes(tx, system_actor(), wrong)
        assert refused.value.code == "KBK2004"
    with workspace.read() as tx, pytest.raises(KubikError) as refused:
        changes(tx, system_actor(), None, ["nothing"])
    assert refused.value.code == "KBK2006"


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_row_that_commits_late_is_still_read_once(workspace):
    def numbers(rows: Any) -> list[int]:
        return [row.record for row in rows]

    with workspace.database.writing.connect() as slow:
        slow.begin()
        with workspace.read() as tx:
            deal = tx.model.entities["deal"].uid
            journal = tx.tables.own.journal
        slow.execute(
            journal.insert().values(at=MOMENT, kind="created", entity=deal, record=1, version=1, diff={})
        )
        workspace.write(lambda tx: save(tx, 2, "created", name="Быстрая", owner=1))
        with workspace.read() as tx:
            first = read_journal(tx, BEGINNING, 10)
        assert numbers(first.rows) == [2]
        with workspace.read() as tx:
            assert numbers(read_journal(tx, first.next, 10).rows) == []
            assert numbers(read_journal(tx, present(tx), 10).rows) == []
        slow.commit()
    workspace.write(lambda tx: save(tx, 3, "created", name="Третья", owner=1))
    with workspace.read() as tx:
        portion = read_journal(tx, first.next, 1)
        assert numbers(portion.rows) == [1] and portion.more
    workspace.write(lambda tx: save(tx, 4, "created", name="Четвёртая", owner=1))
    with workspace.read() as tx:
        rest = read_journal(tx, portion.next, 10)
        assert numbers(rest.rows) == [3]
        assert numbers(read_journal(tx, rest.next, 10).rows) == [4]


def test_history_shows_what_may_be_read(workspace):
    with workspace.read() as tx:
        stages = {c.name: c.uid for c in tx.model.entities["deal"].by_name["stage"].choices}
    workspace.write(
        lambda tx: save(tx, 1, "created", name="Сделка", owner=1, company=1, stage=stages["lead"])
    )
    day = dt.date(2026, 5, 1)
    workspace.write(
        lambda tx: save(tx, 1, "updated", by=2, margin=Decimal("5.50"), closes_on=day, amount=Decimal("1.20"))
    )

    def shown(actor: Actor) -> list[dict[str, Any]]:
        with workspace.read() as tx:
            return history(tx, actor, "deal", 1).items

    newest, oldest = shown(manager(workspace, 1))
    assert newest["kind"] == "updated" and newest["by"].title == "Имя 2"
    assert newest["changes"] == {
        "closes_on": {"from": None, "to": day}, "amount": {"from": None, "to": Decimal("1.20")},
    }  # fmt: skip
    assert oldest["changes"]["company"]["to"].title == "Ромашка"
    assert oldest["changes"]["stage"] == {"from": None, "to": "lead"}
    workspace.write(lambda tx: save(tx, 1, "updated", stage=stages["won"]))
    assert shown(manager(workspace, 1))[1]["changes"]["margin"] == {"from": None, "to": Decimal("5.50")}
    with pytest.raises(KubikError) as refused:
        shown(manager(workspace, 2))
    assert refused.value.code == "KBK2006"
    with workspace.read() as tx:
        first = history(tx, system_actor(), "deal", 1, limit=1)
        second = history(tx, system_actor(), "deal", 1, cursor=first.next, limit=5)
    assert [i["seq"] for i in first.items + second.items] == [i["seq"] for i in shown(system_actor())]
    assert second.next is None
