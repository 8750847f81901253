"""Someone leaves: everything of theirs is counted, handed over in small steps, and can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import query
from core.access.login import load_actor
from core.access.tokens import create_token, list_tokens
from core.errors import KubikError
from core.jobs.jobs import Job, cancel_job, read_job
from core.jobs.sizes import Sizes
from core.jobs.worker import Worker
from core.records.handover import (
    HANDOVER,
    UNDO,
    Order,
    all_of_theirs,
    handover_job,
    handovers_of,
    read_handover,
    run_handover,
    start_handover,
    start_undo,
    undo_job,
)
from core.records.handover import job as working
from core.records.handover.steps import hand
from tests import factories
from tests.core.records.conftest import Office

CHANGES: dict[str, str | None] = {
    "entities/project.yaml": """
        name: project
        label: Project
        fields:
          - {name: name, type: text, required: true}
          - {name: team, type: users}
          - {name: code, type: integer, min: 1}
    """,
    "roles/head.yaml": factories.SAMPLE["roles/head.yaml"].rstrip()
    + "\n          - {entity: user, actions: [update], rows: \"login = 'marina'\", fields: [name]}\n",
}


@pytest.fixture
def changes() -> dict[str, str | None]:
    return CHANGES


def work(office: Office) -> None:
    """Do all jobs that wait."""
    worker = Worker(office.workspace, {HANDOVER: handover_job, UNDO: undo_job})
    while worker.run_one():
        pass


def begin(office: Office, person: str, *to: str, by: str = "root", **more: Any) -> int:
    people = office.people
    order = Order(person=people[person].user or 0, to=tuple(people[each].user or 0 for each in to), **more)
    return office.workspace.write(lambda tx: start_handover(tx, people[by], order))


def look(office: Office, job: int) -> Job:
    with office.workspace.read() as tx:
        return read_job(tx, job)


def owners(office: Office, entity: str) -> list[int]:
    return [row["owner"] for row in office.rows(entity).values()]


def test_everything_of_a_person_is_counted_and_goes_to_one_and_comes_back(office: Office) -> None:
    people = {name: actor.user for name, actor in office.people.items()}
    deals = [
        office.create("deal", {"name": f"D{n}", "owner": people["marina"]}, by="system").id for n in range(45)
    ]
    own = office.create("deal", {"name": "own", "owner": people["igor"]}, by="system").id
    office.create("company", {"name": "C", "owner": people["marina"]}, by="system")
    team = office.create(
        "project", {"name": "P", "team": [people["anna"], people["marina"], people["igor"]]}, by="system"
    ).id
    office.update("department", 1, {"head": people["marina"]}, by="system")
    office.workspace.write(lambda tx: create_token(tx, people["marina"] or 0, "program"))

    with office.workspace.read() as tx:
        counted = {
            theirs.place.name: (theirs.count, theirs.more)
            for theirs in all_of_theirs(tx, office.people["root"], people["marina"] or 0, cap=40)
        }
    assert counted == {
        "department.head": (1, False), "company.owner": (1, False), "deal.owner": (40, True),
        "project.team": (1, False),
    }  # fmt: skip

    job = begin(office, "marina", "igor", closing=True)
    work(office)
    done = look(office, job)
    assert (done.state, done.done, done.total) == ("done", 48, 48)
    assert set(owners(office, "deal")) == {people["igor"]}
    assert office.journal("deal", deals[0])[-1] == (
        "updated",
        2,
        {"owner": [people["marina"], people["igor"]]},
    )
    with office.workspace.read() as tx:
        own_journal = tx.tables.own.journal
        by = tx.connection.execute(
            own_journal.select().where(own_journal.c.action == f"handover {job}")
        ).all()
        assert {row.by for row in by} == {people["root"]} and len(by) == 49
        assert not list_tokens(tx, people["marina"] or 0)
        with pytest.raises(KubikError):
            load_actor(tx, people["marina"] or 0)
        item, _ = records_of(office, tx, team)
        assert item == [people["anna"], people["igor"]]
        [past] = handovers_of(tx, people["marina"] or 0)
        assert past.can_undo and past.report.handed == 48 and past.report.closed

    office.update("deal", deals[3], {"owner": people["anna"]})
    undone = office.workspace.write(lambda tx: start_undo(tx, office.people["root"], job))
    with pytest.raises(KubikError):
        office.workspace.write(lambda tx: start_undo(tx, office.people["root"], job))
    work(office)
    assert look(office, undone).result["handed"] == 47
    left = look(office, undone).result["left"]
    assert left == [["deal", deals[3], "изменено после передачи"]]
    rows = office.rows("deal")
    assert rows[own]["owner"] == people["igor"] and rows[deals[3]]["owner"] == people["anna"]
    assert rows[deals[0]]["owner"] == people["marina"]
    with office.workspace.read() as tx:
        assert load_actor(tx, people["marina"] or 0).login == "marina"
        item, _ = records_of(office, tx, team)
        assert item == [people["anna"], people["marina"], people["igor"]]
        assert not read_handover(tx, job).can_undo


def records_of(office: Office, tx: Any, project: int) -> tuple[list[int], Any]:
    item, page = query.record(tx, office.people["root"], "project", project, ("team",))
    return [link.id for link in item["team"]], page


def test_several_take_over_in_turn_and_a_place_may_go_elsewhere_or_stay(office: Office) -> None:
    people = {name: actor.user or 0 for name, actor in office.people.items()}
    for n in range(5):
        office.create("deal", {"name": f"D{n}", "owner": people["marina"]}, by="system")
        office.create("activity", {"subject": "call", "owner": people["marina"]}, by="system")
        office.create("company", {"name": f"C{n}", "owner": people["marina"]}, by="system")
    entities = office.model.entities
    keys = {
        name: f"{entities[name].uid} {entities[name].by_name['owner'].uid}"
        for name in ("activity", "company")
    }
    order = Order(
        person=people["marina"], to=(people["anna"], people["igor"]),
        places={keys["activity"]: (people["root"],), keys["company"]: ()},
    )  # fmt: skip
    report = run_handover(office.workspace, office.people["root"], order)
    assert report.handed == 10 and not report.closed
    assert owners(office, "deal") == [people[name] for name in ("anna", "igor", "anna", "igor", "anna")]
    assert set(owners(office, "activity")) == {people["root"]}
    assert set(owners(office, "company")) == {people["marina"]}


def test_a_broken_off_handover_is_gone_on_with_and_a_cancelled_one_can_be_taken_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {name: actor.user or 0 for name, actor in office.people.items()}
    for n in range(30):
        office.create("deal", {"name": f"D{n}", "owner": people["marina"]}, by="system")
    monkeypatch.setattr(working, "SIZES", Sizes(fewest=5, first=10, most=10))
    steps = 0

    def breaking(*given: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise KeyboardInterrupt
        return hand(*given)

    monkeypatch.setattr(working, "hand", breaking)
    job = begin(office, "marina", "igor", "anna")
    with pytest.raises(KeyboardInterrupt):
        work(office)
    assert look(office, job).done == 10 and owners(office, "deal").count(people["marina"]) == 20
    expire(office, job)

    def cancelling(*given: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == 4:
            office.workspace.later("cancel", lambda tx: cancel_job(tx, job))
        return hand(*given)

    monkeypatch.setattr(working, "hand", cancelling)
    work(office)
    found = owners(office, "deal")
    assert abs(found.count(people["igor"]) - found.count(people["anna"])) <= 1
    state = look(office, job)
    assert state.state in ("done", "cancelled") and state.result["handed"] == 30 - found.count(
        people["marina"]
    )
    office.workspace.write(lambda tx: start_undo(tx, office.people["root"], job))
    work(office)
    assert set(owners(office, "deal")) == {people["marina"]}


def expire(office: Office, job: int) -> None:
    office.workspace.write(
        lambda tx: tx.connection.execute(
            tx.tables.own.job.update()
            .where(tx.tables.own.job.c.id == job)
            .values(lease=tx.now - timedelta(1))
        )
    )


def test_it_is_done_with_the_rights_of_who_asks_and_what_they_may_not_change_stays(office: Office) -> None:
    people = {name: actor.user or 0 for name, actor in office.people.items()}
    other = office.create("department", {"name": "Other"}, by="system").id
    office.hire("denis", "manager", other)
    office.create("deal", {"name": "seen", "owner": people["marina"]}, by="system")
    office.create("deal", {"name": "unseen", "owner": office.people["denis"].user}, by="system")
    with office.workspace.read() as tx:
        seen = all_of_theirs(tx, office.people["anna"], office.people["denis"].user or 0)
    assert not seen
    for who, whom in (("igor", "marina"), ("marina", "marina"), ("anna", "root")):
        with pytest.raises(KubikError) as refused:
            begin(office, whom, "igor", by=who)
        assert refused.value.code in ("KBK4002", "KBK2006")
    office.update("user", office.people["denis"].user or 0, {"active": False}, by="system")
    for heir in ("marina", "denis"):
        with pytest.raises(KubikError) as refused:
            begin(office, "marina", heir, by="anna")
        assert refused.value.code == "KBK3005"
    job = begin(office, "marina", "igor", by="anna")
    work(office)
    assert look(office, job).result["handed"] == 1
    with office.workspace.read() as tx:
        assert read_handover(tx, job).job.by == people["anna"]


def test_a_record_that_breaks_a_rule_stays_with_its_reason(office: Office) -> None:
    people = {name: actor.user or 0 for name, actor in office.people.items()}
    first = office.create("company", {"name": "A", "owner": people["marina"]}, by="system").id
    second = office.create("company", {"name": "B", "owner": people["marina"]}, by="system").id
    with office.workspace.read() as tx:
        place = tx.tables[office.model.entities["company"].uid]
        staff = place.columns[place.entity.by_name["name"].uid].value
    office.workspace.write(
        lambda tx: tx.connection.execute(
            place.table.update().where(place.table.c.id == first).values({staff.name: None})
        )
    )
    report = run_handover(
        office.workspace, office.people["root"], Order(person=people["marina"], to=(people["igor"],))
    )
    assert (report.handed, report.left_count) == (1, 1)
    assert report.left[0].id == first and "Name" in report.left[0].why
    assert office.rows("company")[second]["owner"] == people["igor"]
