"""What a job did is taken back: every row as it was, what people changed since spared or told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from core import query, records
from core.access.actor import Actor
from core.errors import KubikError
from core.jobs.jobs import start_job
from core.jobs.sizes import Sizes
from core.records.takeback import Returned, foresee, run_take_back
from core.records.takeback import job as taking
from core.storage.workspace import Transaction
from tests import factories
from tests.core.records.conftest import Office

CHANGES: dict[str, str | None] = {
    "roles/manager.yaml": factories.SAMPLE["roles/manager.yaml"].rstrip()
    + """
          - {entity: deal, actions: [delete], rows: "owner = me"}
    """,
    "entities/area.yaml": """
        name: area
        label: Area
        tree: above
        fields:
          - {name: name, type: text, required: true, unique: true}
          - {name: above, type: link, to: area, inverse: parts}
          - {name: team, type: users}
    """,
}


@pytest.fixture
def changes() -> dict[str, str | None]:
    return CHANGES


def job(office: Office, act: Callable[[Transaction, Actor], object], by: str = "root") -> int:
    """Do it as a job that is finished; its id."""

    def action(tx: Transaction) -> int:
        actor = office.people[by]
        made = start_job(tx, "bulk", {}, by=actor.person)
        act(tx, replace(actor, job=made))
        table = tx.tables.own.job
        tx.connection.execute(table.update().where(table.c.id == made).values(state="done"))
        return made

    return office.workspace.write(action)


def back(office: Office, made: int, scope: Any = "untouched", by: str = "root") -> Returned:
    return run_take_back(office.workspace, office.people[by], made, scope)


def picture(office: Office, *, versions: bool = False) -> dict[str, Any]:
    """Every row of every entity, and of what is kept beside records."""
    found: dict[str, Any] = {}
    with office.workspace.read() as tx:
        own = tx.tables.own
        for place in tx.tables:
            tables = {place.entity.name: place.table, **{t.name: t for t in place.lists.values()}}
            for name, table in tables.items():
                gone = () if versions else ("version",)
                columns = [c for c in table.columns if c.name not in gone]
                found[name] = sorted(map(tuple, tx.connection.execute(sa.select(*columns))), key=repr)
        for table in (own.closure, own.origin, own.external, own.hand):
            found[table.name] = sorted(map(tuple, tx.connection.execute(sa.select(table))), key=repr)
    return found


def test_new_changed_moved_and_deleted_records_are_as_they_were_row_by_row(office: Office) -> None:
    north = office.create("area", {"name": "North"})
    south = office.create(
        "area", {"name": "South", "above": north.id, "team": [office.people["root"].user or 1]}
    )
    acme = office.create("company", {"name": "Acme", "inn": "7707083893", "vip": True})
    gone = office.create("company", {"name": "Gone"})
    product = office.create("product", {"code": "a", "name": "Rack", "price": "10"})
    deal = office.create(
        "deal", {"name": "Racks", "company": acme.id, "items": [{"product": product.id, "quantity": "2"}]}
    )
    talk = office.create("activity", {"subject": "Talk", "deal": deal.id})
    before = picture(office)
    item = next(iter(office.rows("deal_item")))

    def act(tx: Transaction, actor: Actor) -> None:
        records.update(tx, actor, "company", acme.id, {"inn": None, "vip": False, "city": "Omsk"})
        new = records.create(tx, actor, "company", {"name": "New", "inn": "7707083893"})
        records.set_external(tx, tx.model.entities["company"].uid, new.id, "x-1")
        records.update(tx, actor, "deal", deal.id, {"stage": "offer", "amount": "5", "company": new.id})
        records.create(
            tx, actor, "deal", {"name": "Own", "company": new.id, "items": [{"product": product.id}]}
        )
        records.update(tx, actor, "deal_item", item, {"quantity": "3"})
        records.update(tx, actor, "area", south.id, {"above": None, "team": []})
        west = records.create(tx, actor, "area", {"name": "West", "above": south.id})
        records.update(tx, actor, "area", north.id, {"above": west.id})
        records.delete(tx, actor, "company", gone.id)
        records.delete(tx, actor, "activity", talk.id)
        records.update(tx, actor, "deal", deal.id, {"name": "Racks 2"})

    made = job(office, act)
    seen = office.workspace.read
    with seen() as tx:
        told = foresee(tx, office.people["root"], made)
    assert (told.created, told.deleted, told.since_count) == (4, 2, 0)
    result = back(office, made)
    assert (result.left, result.binned) == ((), 0)
    assert result.dealt == told.records == 11, "each record once, the child row of the new deal too"
    assert picture(office) == before
    with pytest.raises(KubikError, match=r"KBK5003|job|задан"):
        back(office, made, by="igor")


def test_steps_of_one_row_leave_nothing_of_what_was_made_led_to_and_changed_then(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "SIZES", Sizes(fewest=1, first=1, most=1))
    before = picture(office)

    def act(tx: Transaction, actor: Actor) -> None:
        new = records.create(tx, actor, "company", {"name": "New"})
        records.create(tx, actor, "deal", {"name": "Own", "company": new.id})
        records.update(tx, actor, "company", new.id, {"city": "Omsk"})

    result = back(office, job(office, act))
    assert (result.left, result.binned, result.removed) == ((), 0, 2)
    assert picture(office) == before


def test_what_people_changed_since_is_spared_or_told_and_overwritten(office: Office) -> None:
    one = office.create("company", {"name": "One", "city": "Omsk"})
    two = office.create("company", {"name": "Two", "city": "Omsk"})
    ids: dict[str, int] = {}

    def act(tx: Transaction, actor: Actor) -> None:
        for each in (one, two):
            records.update(tx, actor, "company", each.id, {"city": "Perm", "staff": 5})
        ids["new"] = records.create(tx, actor, "company", {"name": "New"}).id
        ids["used"] = records.create(tx, actor, "company", {"name": "Used"}).id

    made = job(office, act)
    office.update("company", two.id, {"city": "Tver", "notes": "by hand"})
    deal = office.create("deal", {"name": "Of people", "company": ids["used"]})
    with office.workspace.read() as tx:
        told = foresee(tx, office.people["root"], made)
    assert told.since_count == 1
    assert (told.since[0]["id"], set(told.since[0]["changes"])) == (two.id, {"city", "notes"})
    first = back(office, made)
    assert {left.id for left in first.left} == {two.id, ids["used"]}
    assert office.stored("company", one.id)["city"] == "Omsk"
    assert ids["new"] not in office.rows("company", any_life=True)
    second = back(office, made, "all")
    assert (second.returned, second.overwritten, second.left_count) == (1, 1, 1)
    kept = office.stored("company", two.id)
    assert (kept["city"], kept["staff"], kept["notes"]) == ("Omsk", None, "by hand")
    assert office.stored("deal", deal.id)["company"] == ids["used"]


def test_child_rows_are_counted_before_and_after_whether_they_go_or_stay(office: Office) -> None:
    product = office.create("product", {"code": "a", "name": "Rack", "price": "10"})
    rows = [{"product": product.id, "quantity": number} for number in (1, 2, 3)]
    ids: list[int] = []

    def act(tx: Transaction, actor: Actor) -> None:
        ids.extend(records.create(tx, actor, "deal", {"name": name, "items": rows}).id for name in ("A", "B"))

    made = job(office, act)
    office.update("deal", ids[1], {"name": "B by hand"})
    with office.workspace.read() as tx:
        told = foresee(tx, office.people["root"], made)
    assert (told.created, told.records) == (8, 8)
    first = back(office, made)
    assert (first.removed + first.binned, first.left_count, first.dealt) == (4, 4, 8)
    with office.workspace.read() as tx:
        again = foresee(tx, office.people["root"], made)
        totals = sa.select(tx.tables.own.job.c.total).where(tx.tables.own.job.c.kind == "take_back")
        assert list(tx.connection.execute(totals).scalars()) == [8]
    assert (again.created, again.records) == (4, 4), "what is gone is not promised again"
    assert back(office, made, "all").dealt == 4


def test_nothing_is_taken_back_beyond_rights_and_the_feed_tells_who_saw_it(office: Office) -> None:
    marina = office.hire("vera", "manager")
    ids: list[int] = []

    def act(tx: Transaction, actor: Actor) -> None:
        ids.append(records.create(tx, actor, "deal", {"name": "Mine"}).id)

    made = job(office, act, by="vera")
    assert marina.user is not None
    with office.workspace.read() as tx:
        begun = query.changes(tx, marina, None, ["deal"]).next
    result = back(office, made, by="vera")
    assert result.removed == 1
    with office.workspace.read() as tx:
        told = query.changes(tx, marina, begun, ["deal"]).items
    assert [(each["id"], each["change"]) for each in told] == [(ids[0], "deleted")]
