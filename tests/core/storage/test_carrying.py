"""What rows carry of the record that decides about them is what the record holds, whoever writes, whenever, beside whom."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.storage import carrying
from core.storage.carried import Carried, asked_links, carried_by
from core.storage.catalog import read_catalog
from core.storage.check import check_storage
from core.storage.ddl import drop_stale, grow, missing_steps
from core.storage.install import install_model
from core.storage.tables import Tables
from core.storage.workspace import Workspace
from metamodel.any_link import AnyLink
from metamodel.model import Model
from tests import factories
from tests.conftest import Databases
from tests.sites import settings

REMARK = """
    name: remark
    title: "{text}"
    fields:
      - {name: text, type: text}
      - {name: about, type: link_any, to: [deal, company], rights: of parent, required: true}
"""
NO_ROLES = {name: None for name in factories.SAMPLE if name.startswith("roles/")}
SEES = 'name: sees\ngrants:\n  - {entity: deal, actions: [read], rows: "RULE", fields: all}\n'


def sales(rule: str | None = "owner = me") -> Model:
    """The sample with remarks on deals and companies, and no role but one that reads deals by this rule."""
    mine = {} if rule is None else {"roles/sees.yaml": SEES.replace("RULE", rule)}
    return factories.model({**NO_ROLES, **mine, "entities/remark.yaml": REMARK})


@pytest.fixture
def workspace(fresh_database: Databases, tmp_path: Path) -> Iterator[Workspace]:
    """A PostgreSQL workspace with three people, two companies and deals 1 to 3 of the first two people."""
    made = Workspace.create(settings(fresh_database("postgresql"), tmp_path))
    install_model(made, sales())
    insert(made, "user", *({"id": i, "login": f"u{i}"} for i in (1, 2, 3)))
    insert(made, "company", *({"id": i, "name": f"К{i}"} for i in (1, 2)))
    insert(made, "deal", *({"id": i, "name": f"С{i}", "owner": i % 2 + 1} for i in (1, 2, 3)))
    yield made
    made.close()


def insert(workspace: Workspace, name: str, *rows: dict[str, Any]) -> None:
    """Rows as they are, past every rule."""
    with workspace.database.plain.begin() as connection:
        put(workspace, connection, name, *rows)


def put(workspace: Workspace, connection: sa.Connection, name: str, *rows: dict[str, Any]) -> None:
    with workspace.read() as tx:
        entity, place = tx.model.entities[name], tx.tables[tx.model.entities[name].uid]
    for row in rows:
        values = {place.columns[entity.by_name[n].uid].value.name: v for n, v in row.items()}
        connection.execute(place.table.insert().values(values))


def change(workspace: Workspace, connection: sa.Connection, name: str, id: int, **values: Any) -> None:
    with workspace.read() as tx:
        entity, place = tx.model.entities[name], tx.tables[tx.model.entities[name].uid]
    given = {place.columns[entity.by_name[n].uid].value.name: v for n, v in values.items()}
    connection.execute(place.table.update().where(place.table.c.id == id).values(given))


def about(workspace: Workspace, name: str, id: int) -> AnyLink:
    with workspace.read() as tx:
        return AnyLink(tx.model.entities[name].uid, id)


def carried(workspace: Workspace, name: str = "remark") -> Carried:
    """What rows of an entity carry, all of them."""
    with workspace.read() as tx:
        (found,) = tx.tables[tx.model.entities[name].uid].carried.values()
    return found


def held(workspace: Workspace, name: str = "remark") -> dict[int, int | None]:
    """The owner that each row carries."""
    with workspace.read() as tx:
        table = tx.tables[tx.model.entities[name].uid].table
        column = table.c[carried(workspace, name).columns[0]]
        return {
            row.id: row.owner for row in tx.connection.execute(sa.select(table.c.id, column.label("owner")))
        }


def wrong(workspace: Workspace) -> list[str]:
    return [str(each) for each in check_storage(workspace) if "carry" in str(each)]


def test_rows_carry_the_owner_of_their_record_from_any_write(workspace: Workspace) -> None:
    one, two, company = (
        about(workspace, "deal", 1),
        about(workspace, "deal", 2),
        about(workspace, "company", 1),
    )
    insert(workspace, "remark", {"id": 1, "about": one}, {"id": 2, "about": company}, {"id": 3, "about": two})
    insert(workspace, "deal_item", {"id": 1, "deal": 1}, {"id": 2, "deal": 2})
    assert held(workspace) == {1: 2, 2: None, 3: 1}
    assert held(workspace, "deal_item") == {1: 2, 2: 1}
    with workspace.database.plain.begin() as connection:
        change(workspace, connection, "deal", 1, owner=3)
        change(workspace, connection, "deal", 2, owner=None)
    assert held(workspace) == {1: 3, 2: None, 3: None}
    assert held(workspace, "deal_item") == {1: 3, 2: None}
    with workspace.database.plain.begin() as connection:
        change(workspace, connection, "remark", 1, about=company)
        change(workspace, connection, "remark", 2, about=about(workspace, "deal", 3))
        change(workspace, connection, "deal_item", 2, deal=1)
        change(workspace, connection, "deal", 1, amount=7)
    assert held(workspace) == {1: None, 2: 2, 3: None}
    assert held(workspace, "deal_item") == {1: 3, 2: 3}
    assert wrong(workspace) == []


def test_a_record_that_comes_after_its_rows_or_goes_before_them_is_carried_too(workspace: Workspace) -> None:
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 9)})
    insert(workspace, "deal_item", {"id": 1, "deal": 9})
    assert held(workspace) == held(workspace, "deal_item") == {1: None}
    insert(workspace, "deal", {"id": 9, "name": "late", "owner": 3})
    assert held(workspace) == held(workspace, "deal_item") == {1: 3}
    with workspace.read() as tx:
        deals = tx.tables[tx.model.entities["deal"].uid].table
    with workspace.database.plain.begin() as connection:
        connection.execute(deals.delete().where(deals.c.id == 9))
    assert held(workspace) == held(workspace, "deal_item") == {1: None}
    assert wrong(workspace) == []


def test_many_rows_of_one_statement_are_carried_each(workspace: Workspace) -> None:
    link = about(workspace, "deal", 1)
    insert(workspace, "remark", *({"id": i, "about": replace(link, id=i % 3 + 1)} for i in range(1, 31)))
    with workspace.read() as tx:
        deals = tx.tables[tx.model.entities["deal"].uid]
    owner = deals.columns[sales().entities["deal"].by_name["owner"].uid].value
    with workspace.database.plain.begin() as connection:
        connection.execute(deals.table.update().values({owner.name: owner % 3 + 1}))
    assert held(workspace) == {i: (3, 2, 3)[i % 3] for i in range(1, 31)}


def test_nobody_can_write_what_is_carried(workspace: Workspace) -> None:
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 1)})
    place = carried(workspace)
    with workspace.database.plain.begin() as connection:
        connection.exec_driver_sql(
            f"""INSERT INTO kubik."{place.table}" (id, "{place.link}", "{place.columns[0]}") VALUES (2, '{place.entity}:2', 77)"""
        )
    assert held(workspace) == {1: 2, 2: 1}
    with workspace.database.plain.begin() as connection:  # who does so all the same is told of it
        connection.exec_driver_sql(
            f"""UPDATE kubik."{place.table}" SET "{place.columns[0]}" = 3 WHERE id = 2"""
        )
    assert wrong(workspace) == [
        "entity remark: records that carry wrong links of the record that decides who sees them: 1"
    ]


# --- beside others


@contextmanager
def beside(workspace: Workspace, action: Callable[[sa.Connection], Any]) -> Iterator[threading.Event]:
    """Another session does it meanwhile and commits; the event says that it has."""
    done, failed = threading.Event(), []

    def work() -> None:
        try:
            with workspace.database.plain.begin() as connection:
                action(connection)
        except Exception as error:
            failed.append(error)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    yield done
    thread.join(20)
    assert done.is_set() and failed == []


def test_a_row_that_is_written_while_its_record_changes_waits_for_it(workspace: Workspace) -> None:
    link = about(workspace, "deal", 1)
    with workspace.database.plain.connect() as first:
        change(workspace, first, "deal", 1, owner=3)
        with beside(workspace, lambda c: put(workspace, c, "remark", {"id": 1, "about": link})) as done:
            assert not done.wait(0.5)
            first.commit()
    assert held(workspace) == {1: 3}
    with workspace.database.plain.connect() as first:
        change(workspace, first, "deal", 1, owner=1)
        with beside(workspace, lambda c: put(workspace, c, "remark", {"id": 2, "about": link})) as done:
            assert not done.wait(0.5)
            first.rollback()
    assert held(workspace) == {1: 3, 2: 3}


def test_a_record_that_changes_while_a_row_comes_to_it_hands_on_to_that_row(workspace: Workspace) -> None:
    link = about(workspace, "deal", 1)
    insert(workspace, "remark", {"id": 7, "about": about(workspace, "deal", 2)})
    with workspace.database.plain.connect() as first:
        put(workspace, first, "remark", {"id": 1, "about": link})
        change(workspace, first, "remark", 7, about=link)
        with beside(workspace, lambda c: change(workspace, c, "deal", 1, owner=3)) as done:
            assert not done.wait(0.5)
            first.commit()
    assert held(workspace) == {1: 3, 7: 3}


def test_a_row_that_is_led_elsewhere_meanwhile_keeps_nothing_of_the_record_before(
    workspace: Workspace,
) -> None:
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 1)})
    elsewhere = about(workspace, "deal", 2)
    with workspace.database.plain.connect() as first:
        change(workspace, first, "remark", 1, about=elsewhere)
        with beside(workspace, lambda c: change(workspace, c, "deal", 1, owner=3)) as done:
            assert not done.wait(0.5)
            first.commit()
    assert held(workspace) == {1: 1}
    assert wrong(workspace) == []


# --- coming and going


def kept(workspace: Workspace) -> frozenset[str]:
    """The names of what all rows carry."""
    with workspace.database.plain.begin() as connection:
        return carrying.whole(connection, workspace.database.schema)


def tables_of(workspace: Workspace, model: Model) -> Tables:
    return Tables(model, workspace.database.schema, workspace.database.dialect)


def forget(workspace: Workspace) -> None:
    """Keep nothing any longer, as for a model without rules."""
    with workspace.database.plain.begin() as connection:
        drop_stale(connection, tables_of(workspace, sales(None)))
    assert kept(workspace) == frozenset()


def differ(workspace: Workspace, place: Carried) -> int:
    with workspace.database.plain.begin() as connection:
        return carrying.wrong(connection, workspace.database.schema, place)


def test_rows_that_are_there_are_filled_in_batches_while_others_write(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "BATCH", 7)
    place, schema, link = carried(workspace), workspace.database.schema, about(workspace, "deal", 1)
    forget(workspace)
    insert(workspace, "remark", *({"id": i, "about": replace(link, id=i % 3 + 1)} for i in range(-5, 40)))
    assert differ(workspace, place) == 45
    with workspace.database.plain.begin() as connection:
        begun = carrying.begin(connection, schema, place)
    last: int | None = carrying.BEFORE_ALL
    for batch in range(100):
        if batch == 2:  # rows that are filled, rows that are not, new ones
            with workspace.database.plain.begin() as connection:
                change(workspace, connection, "deal", 2, owner=3)
                change(workspace, connection, "remark", -5, about=replace(link, id=2))
                change(workspace, connection, "remark", 38, about=replace(link, id=2))
                put(workspace, connection, "remark", {"id": 99, "about": replace(link, id=2)})
        if last is None:
            break
        with workspace.database.plain.begin() as connection:
            last = carrying.fill(connection, schema, place, last)
    assert batch == 8
    assert place.name not in kept(workspace)
    assert differ(workspace, place) == 0
    with workspace.database.plain.begin() as connection:
        assert carrying.finish(connection, schema, place, begun)
    assert place.name in kept(workspace)


def test_what_was_ended_before_it_was_finished_is_not_read(workspace: Workspace) -> None:
    place, schema = carried(workspace), workspace.database.schema
    forget(workspace)
    with workspace.database.plain.begin() as connection:
        begun = carrying.begin(connection, schema, place)
    for again in (False, True):
        with workspace.database.plain.begin() as connection:
            if again:  # by another process, which fills it anew
                carrying.begin(connection, schema, place)
            else:
                carrying.end(connection, schema, place.name)
            assert not carrying.finish(connection, schema, place, begun)
    assert place.name not in kept(workspace)


def test_a_rule_that_comes_again_finds_nothing_old(workspace: Workspace) -> None:
    place, link = carried(workspace), about(workspace, "deal", 1)
    insert(workspace, "remark", {"id": 1, "about": link}, {"id": 2, "about": replace(link, id=2)})
    forget(workspace)
    with workspace.database.plain.begin() as connection:
        change(workspace, connection, "deal", 1, owner=3)
        change(workspace, connection, "remark", 2, about=about(workspace, "company", 1))
    assert differ(workspace, place) == 2
    install_model(workspace, replace(sales(), version=2))
    assert held(workspace) == {1: 3, 2: None}


def test_without_its_rule_nothing_is_read_from_rows_and_with_another_all_of_it_is(
    workspace: Workspace,
) -> None:
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 1)})
    before = carried(workspace)
    both = replace(sales("owner = me OR created_by = me"), version=2)
    tables = tables_of(workspace, both)
    grow(workspace.database, tables, both.entities.values())
    assert before.name in kept(workspace), "the model in force reads by it until the other one is"
    install_model(workspace, both)
    with workspace.database.plain.begin() as connection:
        drop_stale(connection, tables)
    after = carried(workspace)
    assert (len(before.columns), len(after.columns)) == (1, 2) and before.name not in kept(workspace)
    install_model(workspace, replace(sales("amount > 5"), version=3))
    with workspace.read() as tx:
        assert tx.tables[tx.model.entities["remark"].uid].carried == {}
        assert (
            missing_steps(
                read_catalog(tx.connection, tx.tables.schema), tx.tables, tx.model.entities.values()
            )
            == ()
        )


# --- which rules


@pytest.mark.parametrize(
    ("rule", "links"),
    [
        ("owner = me", {"owner"}),
        ("owner.department IN my.departments", {"owner"}),
        ("company.owner = me", {"company"}),
        ("created_by = me OR owner IN my.subordinates", {"created_by", "owner"}),
        ("owner = me AND company.owner = me", {"company", "owner"}),
        ("owner <> me", None),
        ("NOT (owner = me)", None),
        ("owner = me OR owner IS NULL", None),
        ("owner = me AND amount > 5", None),
        ("owner = 1", None),
        ("SHARED()", None),
        ("owner = me OR SHARED()", None),
        ("COUNT(items WHERE created_by = me) > 0", None),
    ],
)
def test_only_rules_that_give_nothing_without_a_record_are_asked_of_what_is_carried(
    rule: str, links: set[str] | None
) -> None:
    model = sales(rule)
    (grant,) = model.roles["sees"].grants
    deal = model.entities["deal"]
    asked = asked_links(deal, grant)
    assert (None if asked is None else {deal.by_uid[uid].name for uid in asked}) == links
    rows = {
        name: carried_by(model, model.entities[name], "postgresql")
        for name in ("remark", "deal_item", "deal")
    }
    assert [len(found) for found in rows.values()] == ([0, 0, 0] if links is None else [1, 1, 0])
    assert all(not carried_by(model, entity, "sqlite") for entity in model.entities.values())


def test_a_record_that_is_asked_for_many_links_is_carried_by_no_row() -> None:
    links = ("owner = me", "created_by = me", "updated_by = me", "company.owner = me", "boss = me")
    boss = "extends: deal\nfields:\n  - {name: boss, type: user, inverse: bossed}\n"
    for many in (4, 5):
        grant = SEES.replace("RULE", " OR ".join(links[:many]))
        model = factories.model({**NO_ROLES, "roles/sees.yaml": grant, "extensions/deal.yaml": boss})
        found = carried_by(model, model.entities["deal_item"], "postgresql")
        assert [len(each.columns) for each in found] == ([4] if many == 4 else [])


LEADS = """
    extends: deal
    fields:
      - {name: keeper, type: lookup, path: company.owner}
      - {name: watchers, type: users, inverse: watched}
      - {name: source_of, type: link_any, to: [user, company], inverse: caused}
"""


@pytest.mark.parametrize(
    ("rule", "links"),
    [
        ("keeper = me", None),
        ("watchers CONTAINS me", None),
        ("source_of AS user = me", None),
        ("source_of AS user.department IN my.departments", None),
        ("source_of AS company.owner = me", None),
        ("owner IN my.subordinates", {"owner"}),
        ("owner.department.head = me", {"owner"}),
        ("my.department.head = me", None),
        ("owner = me AND my.department.head = me", None),
        ("owner.department = my.department", None),
    ],
)
def test_only_stored_links_of_the_record_itself_are_carried(rule: str, links: set[str] | None) -> None:
    files = {**NO_ROLES, "extensions/deal.yaml": LEADS, "roles/sees.yaml": SEES.replace("RULE", rule)}
    model = factories.model(files)
    deal = model.entities["deal"]
    asked = asked_links(deal, model.roles["sees"].grants[0])
    assert (None if asked is None else {deal.by_uid[uid].name for uid in asked}) == links


def test_what_is_said_of_the_reader_alone_is_carried_of_no_person() -> None:
    """A path from the reader begins at a record of people, too, but at another one."""
    grants = 'name: sees\ngrants:\n  - {entity: user, actions: [read], rows: "my.department.head = me", fields: all}\n'
    model = factories.model({**NO_ROLES, "roles/sees.yaml": grants})
    assert asked_links(model.entities["user"], model.roles["sees"].grants[0]) is None


def test_what_the_system_brings_and_what_leads_to_rows_that_follow_carries_nothing() -> None:
    echo = REMARK.replace("name: remark", "name: echo").replace("[deal, company]", "[deal_item, deal]")
    rules = [
        '{entity: deal, actions: [read], rows: "owner = me", fields: all}',
        '{entity: deal_item, actions: [read], rows: "product.created_by = me OR deal.owner = me", fields: all}',
        '{entity: deal, actions: [show], rows: "created_by = me", fields: [margin]}',
        '{entity: deal, actions: [update], rows: "company.owner = me", fields: [name]}',
    ]
    role = "name: sees\ngrants:\n" + "".join(f"  - {rule}\n" for rule in rules)
    model = factories.model({**NO_ROLES, "roles/sees.yaml": role, "entities/echo.yaml": echo})
    deal = model.entities["deal"]
    (only,) = carried_by(model, model.entities["echo"], "postgresql")
    assert (only.entity, only.sources) == (deal.uid, (deal.by_name["owner"].column,))
    beside = [entity for entity in model.entities.values() if entity.solution == "system"]
    assert any(entity.follows is not None for entity in beside)
    assert all(carried_by(model, entity, "postgresql") == () for entity in beside)


def test_a_role_that_gives_records_in_another_way_too_has_nothing_carried() -> None:
    """Whoever has it is asked by looking the record up, and nobody would read what rows carried for it."""

    def role(name: str, *rules: str) -> dict[str, str]:
        grants = (f'  - {{entity: deal, actions: [read], rows: "{rule}", fields: all}}\n' for rule in rules)
        return {f"roles/{name}.yaml": f"name: {name}\ngrants:\n{''.join(grants)}"}

    both = role("both", "owner = me", "SHARED()")
    for roles, links in (
        (both, []),
        ({**both, **role("maker", "created_by = me")}, ["created_by"]),
        ({**both, **role("own", "owner = me", "company.owner = me")}, ["company", "owner"]),
    ):
        model = factories.model({**NO_ROLES, **roles})
        deal = model.entities["deal"]
        found = carried_by(model, model.entities["deal_item"], "postgresql")
        columns = sorted(deal.by_name[name].column for name in links)
        assert [list(each.sources) for each in found] == ([columns] if links else [])


def test_what_is_carried_otherwise_has_another_name() -> None:
    """The same link of two targets, of two links that lead there, and two links of one target."""
    one = Carried(table="e_a", link="f_a", any=True, entity="deal", target="e_deal", sources=("created_by",))
    others = [
        replace(one, entity="firm", target="e_firm"),
        replace(one, link="f_b"),
        replace(one, any=False),
        replace(one, sources=("created_by", "f_owner")),
        replace(one, table="e_b"),
    ]
    assert len({one.name, *(each.name for each in others)}) == 6
    assert replace(one).name == one.name


# --- several links


def links_of(workspace: Workspace, id: int, name: str = "remark") -> dict[str, int | None]:
    """What a row carries, by the name of the record's field."""
    with workspace.read() as tx:
        deal, table = tx.model.entities["deal"], tx.tables[tx.model.entities[name].uid].table
        place = tx.tables[tx.model.entities[name].uid].carried[deal.uid]
        row = tx.connection.execute(sa.select(table).where(table.c.id == id)).one()._mapping
        names = {field.column: field.name for field in deal.fields if field.stored}
        return {names[source]: row[place.column(source)] for source in place.sources}


def test_each_of_several_links_is_carried_in_its_own_column(workspace: Workspace) -> None:
    link = about(workspace, "deal", 1)
    with workspace.database.plain.begin() as connection:
        change(workspace, connection, "deal", 1, owner=2, company=1, created_by=3)
    insert(workspace, "remark", {"id": 1, "about": link})
    rule = "owner = me OR created_by = me OR company.owner = me"
    install_model(workspace, replace(sales(rule), version=2))
    with workspace.database.plain.begin() as connection:  # what kept the owner alone helps no longer
        drop_stale(connection, tables_of(workspace, sales(rule)))
    insert(workspace, "remark", {"id": 2, "about": link})
    insert(workspace, "deal_item", {"id": 1, "deal": 1})
    places = [(1, "remark"), (2, "remark"), (1, "deal_item")]

    def expect(**links: int | None) -> None:
        assert [links_of(workspace, *place) for place in places] == [links] * 3
        assert wrong(workspace) == []

    expect(owner=2, company=1, created_by=3)
    for given, left in (
        ({"company": 2}, (2, 2, 3)),
        ({"created_by": None}, (2, 2, None)),
        ({"owner": 1}, (1, 2, None)),
        ({"created_by": 1, "company": None}, (1, None, 1)),
        ({"company": 1}, (1, 1, 1)),
    ):
        with workspace.database.plain.begin() as connection:
            change(workspace, connection, "deal", 1, **given)
        expect(**dict(zip(("owner", "company", "created_by"), left, strict=True)))
    with workspace.read() as tx:
        deals = tx.tables[tx.model.entities["deal"].uid].table
    with workspace.database.plain.begin() as connection:
        connection.execute(deals.delete().where(deals.c.id == 1))
    expect(owner=None, company=None, created_by=None)
    insert(workspace, "deal", {"id": 1, "name": "again", "owner": 3, "company": 2})
    expect(owner=3, company=2, created_by=None)


@pytest.mark.parametrize("column", [0, 1])
def test_one_wrong_link_of_two_is_told(workspace: Workspace, column: int) -> None:
    install_model(workspace, replace(sales("owner = me OR created_by = me"), version=2))
    insert(workspace, "remark", {"id": 1, "about": about(workspace, "deal", 1)})
    assert wrong(workspace) == []
    place = carried(workspace)
    with workspace.database.plain.begin() as connection:
        connection.exec_driver_sql(f'UPDATE kubik."{place.table}" SET "{place.columns[column]}" = 3')
    assert len(wrong(workspace)) == 1


# --- what somebody else did to it


def test_what_is_switched_off_is_not_read(workspace: Workspace) -> None:
    place = carried(workspace)
    assert place.name in kept(workspace)
    with workspace.database.plain.begin() as connection:
        connection.exec_driver_sql(f'ALTER TABLE kubik."{place.table}" DISABLE TRIGGER "{place.name}"')
        assert place.name not in carrying.whole(connection, workspace.database.schema)
        connection.exec_driver_sql(f'ALTER TABLE kubik."{place.table}" ENABLE TRIGGER "{place.name}"')
        assert place.name in carrying.whole(connection, workspace.database.schema)


def test_a_workspace_in_another_schema_of_the_database_is_another_matter(workspace: Workspace) -> None:
    place, schema = carried(workspace), workspace.database.schema
    assert place.name in kept(workspace)
    said = (
        "CREATE SCHEMA other",
        f'CREATE TABLE other."{place.table}" (id bigint)',
        f'CREATE FUNCTION other."{place.name}_in"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
        f'CREATE TRIGGER "{place.name}" BEFORE INSERT ON other."{place.table}" FOR EACH ROW EXECUTE FUNCTION other."{place.name}_in"()',
        f"""COMMENT ON TRIGGER "{place.name}" ON other."{place.table}" IS '{carrying.WHOLE}'""",
    )
    with workspace.database.plain.begin() as connection:
        mine = carrying.begun_as(connection, schema, place)
        for each in said:
            connection.exec_driver_sql(each)
        assert carrying.begun_as(connection, schema, place) == mine
    forget(workspace)  # of this schema
    with workspace.database.plain.begin() as connection:
        assert carrying.begun_as(connection, schema, place) is None
        assert place.name in carrying.whole(connection, "other")
