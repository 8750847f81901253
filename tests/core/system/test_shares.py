"""Shares: what somebody was given of a record, for how long, and that nobody gives more than they have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.query import Query, read
from core.query.allowed import allowed
from core.records.sharing import try_share, what_it_shows
from core.storage.sharing import bring_shared
from tests import factories
from tests.core.records.asserting import faults, refusal
from tests.core.system.test_guards import role

DIRECTORIES = """
          - {entity: user, actions: [read], fields: all}
          - {entity: group, actions: [read, update], fields: all}
          - {entity: role, actions: [read], fields: all}
          - {entity: department, actions: [read], fields: all}
"""

SHARING = {
    "roles/head.yaml": """
        name: head
        grants:
          - {entity: company, actions: [read, update, share], rows: "city = 'Omsk'", fields: all}
          - {entity: company, actions: [read], rows: "SHARED()", fields: [name]}
    """ + DIRECTORIES,
    "roles/manager.yaml": """
        name: manager
        parent: head
        grants:
          - {entity: company, actions: [read, update], rows: "owner = me OR SHARED('change')", fields: all}
          - {entity: company, actions: [read, share], rows: "owner = me OR SHARED()", fields: {all_but: [notes]}}
          - {entity: company, actions: [create], fields: all}
    """ + DIRECTORIES,
}  # fmt: skip
with_sharing = pytest.mark.parametrize("changes", [SHARING])
TODAY = datetime.now(UTC).date()


def seen(office, login):
    with office.workspace.read() as tx:
        found = read(tx, office.people[login], Query(entity="company", fields=("name",)))
        return [item["name"] for item in found.items]


def may(office, login, firm):
    with office.workspace.read() as tx:
        return allowed(tx, office.people[login], "company", firm) & {"update", "share"}


def share(office, firm, by="marina", **values):
    return office.create("share", {"about": {"entity": "company", "id": firm}, **values}, by=by).id


def unshared(office, firm, by="marina", **values):
    error = refusal(office.create, "share", {"about": {"entity": "company", "id": firm}, **values}, by=by)
    return faults(error)


@pytest.fixture
def firm(office):
    return office.create("company", {"name": "Firm", "notes": "dark"}, by="marina").id


@with_sharing
def test_a_record_is_shared_with_a_person_a_group_a_role_or_a_department_until_a_day(office, firm):
    igor, sales = office.people["igor"].user, office.stored("user", office.people["igor"].user)["department"]
    team = office.create("group", {"name": "Team", "members": [igor]}).id
    whole = office.create("group", {"name": "Whole", "groups": [team]}).id
    above = office.create("department", {"name": "Above"}).id
    office.update("department", sales, {"parent": above})
    ways = ({"user": igor}, {"group": whole}, {"role": role(office, "manager")}, {"department": above})
    for whom in ways:
        assert seen(office, "igor") == [], whom
        made = share(office, firm, **whom)
        assert seen(office, "igor") == ["Firm"] and may(office, "igor", firm) == {"share"}
        office.update("share", made, {"access": "change"}, by="marina")
        assert may(office, "igor", firm) == {"update", "share"}
        office.update("share", made, {"until": TODAY - timedelta(days=1)}, by="marina")
        assert seen(office, "igor") == []
        office.delete("share", made, by="marina")
    office.update("company", firm, {"owner": igor}, by="root")
    assert seen(office, "marina") == []
    share(office, firm, by="igor", department=above)
    assert seen(office, "marina") == ["Firm"] and seen(office, "anna") == ["Firm"]
    office.update("company", firm, {"owner": None}, by="root")
    assert seen(office, "igor") == [], "what one shared oneself gives one nothing"


@with_sharing
def test_a_share_gives_nothing_to_roles_that_do_not_ask_for_it_and_only_the_fields_they_name(office, firm):
    share(office, firm, user=office.people["anna"].user, access="change")
    with office.workspace.read() as tx:
        found = read(tx, office.people["anna"], Query(entity="company")).items
        (item,) = found
        assert item["name"] == "Firm" and "notes" in item["_hidden"]
    assert may(office, "anna", firm) == set()
    assert refusal(office.update, "company", firm, {"name": "X"}, by="anna").code == "KBK4002"


@with_sharing
def test_nobody_gives_more_than_they_have(office, firm):
    anna, igor, marina = (office.people[name].user for name in ("anna", "igor", "marina"))
    assert unshared(office, firm, user=marina) == {("/user", "KBK3014")}
    assert unshared(office, firm) == {("/user", "KBK3006")}
    assert unshared(office, firm, user=anna, role=role(office, "head")) == {("/user", "KBK3006")}
    assert unshared(office, firm, by="igor", user=anna) == {("/about", "KBK3005")}
    until = TODAY + timedelta(days=3)
    given = share(office, firm, user=igor, until=until)
    assert unshared(office, firm, by="igor", user=anna, access="change", until=until) == {
        ("/access", "KBK3014")
    }
    assert unshared(office, firm, by="igor", user=anna) == {("/until", "KBK3014")}
    assert unshared(office, firm, by="igor", user=igor, until=until) == {("/user", "KBK3014")}
    assert unshared(office, firm, by="igor", role=role(office, "manager")) == {("/until", "KBK3014")}
    for wider in ({"until": None}, {"until": until + timedelta(days=1)}, {"access": "change"}):
        assert refusal(office.update, "share", given, wider, by="igor").code == "KBK3014", wider
    onward = share(office, firm, by="igor", user=anna, until=until)
    assert refusal(office.update, "share", onward, {"until": None}, by="igor").code == "KBK3014"
    far = {"about": {"entity": "company", "id": 99}}
    assert refusal(office.update, "share", onward, far, by="igor").code in ("KBK3005", "KBK3014")
    assert refusal(office.update, "share", onward, {"until": None}, by="anna").code == "KBK4002"
    assert refusal(office.delete, "share", given, by="anna").code == "KBK4002"
    other = office.create("company", {"name": "Other"}, by="marina").id
    elsewhere = {"about": {"entity": "company", "id": other}}
    assert refusal(office.update, "share", given, elsewhere, by="marina").code == "KBK3014"
    assert refusal(office.create, "share", {**elsewhere, "user": anna}, by="igor").code == "KBK3005"


@with_sharing
def test_shares_are_read_by_who_reads_the_record_and_go_with_it(office, firm):
    given = share(office, firm, user=office.people["igor"].user)

    def shares(login):
        with office.workspace.read() as tx:
            return [row["id"] for row in read(tx, office.people[login], Query(entity="share")).items]

    assert shares("marina") == shares("igor") == [given] and shares("anna") == []
    office.create("company", {"name": "Hers", "city": "Omsk"}, by="marina")
    office.delete("company", firm, by="root")
    assert given not in office.rows("share")


def pages(office, login, *sort):
    """All companies that somebody sees, read two at a time."""
    found, cursor = [], None
    with office.workspace.read() as tx:
        while True:
            query = Query(entity="company", fields=("name",), sort=sort, limit=2, cursor=cursor)
            page = read(tx, office.people[login], query)
            found += [item["name"] for item in page.items]
            if page.next is None:
                return found
            cursor = page.next


@with_sharing
def test_shared_records_stand_in_the_order_of_the_list_each_once_and_go_with_their_shares(office):
    head = office.people["anna"].user
    team = office.create("group", {"name": "Team", "members": [head]}).id
    firms = [office.create("company", {"name": f"Firm {n}"}).id for n in range(6)]
    own = office.create("company", {"name": "Own", "city": "Omsk"}).id
    shares = {n: share(office, firms[n], by="system", user=head) for n in (4, 0, 2, 5, 1)}
    for n in (1, 3, 4):
        share(office, firms[n], by="system", group=team)
    every = [f"Firm {n}" for n in range(6)] + ["Own"]
    assert pages(office, "anna", "id") == every == pages(office, "anna", "created_at")
    assert pages(office, "anna", "-id") == every[::-1] == pages(office, "anna", "-created_at")
    office.update("company", own, {"city": "Perm"})
    office.delete("share", shares[0])
    office.delete("share", shares[1])  # the group has it still
    office.update("share", shares[2], {"until": TODAY - timedelta(days=2)})
    office.update("share", shares[5], {"user": office.people["igor"].user})
    office.delete("company", firms[3])
    for sort in ("id", "created_at"):
        assert pages(office, "anna", sort) == ["Firm 1", "Firm 4"]
    office.restore("company", firms[3])
    office.restore("share", shares[0])
    assert pages(office, "anna", "-created_at") == ["Firm 4", "Firm 3", "Firm 1", "Firm 0"]

    def kept(tx):
        table = tx.tables.own.shared
        return tx.connection.execute(sa.select(table).order_by(table.c.share, table.c.kind)).all()

    def made_anew(tx):
        bring_shared(tx.connection, tx.tables.own)
        return kept(tx)

    with office.workspace.read() as tx:
        written = kept(tx)
    assert written == office.workspace.write(made_anew), "an upgrade makes the same of the shares there are"


PERSONAL = {
    **SHARING,
    "entities/company.yaml": factories.SAMPLE["entities/company.yaml"].replace(
        "{name: notes, type: long_text}", "{name: notes, type: long_text, personal: true}"
    ),
}


@pytest.mark.parametrize("changes", [PERSONAL])
def test_nobody_is_written_down_as_having_seen_what_was_only_tried_out_for_them(office, firm):
    igor = {"user": office.people["igor"].user}

    def tried(tx):
        tx.way = "card"
        entity = tx.model.entities["company"]
        shown = try_share(tx, office.people["marina"], entity, firm, {**igor, "access": "change"})
        assert (shown.see, shown.change, shown.hidden) == (1, 1, ())
        return what_it_shows(tx, office.people["marina"], entity, firm, igor)

    assert office.workspace.write(tried).see == 0
    share(office, firm, **igor)
    assert office.workspace.write(tried).hidden[0].name == "notes"
    office.workspace.sightings.flush()
    with office.workspace.read() as tx:
        assert tx.connection.execute(sa.select(tx.tables.own.sighting)).all() == []
