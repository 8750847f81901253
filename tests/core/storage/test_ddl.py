"""The physical schema grows by steps that may be repeated and cut short; readers and writers go on meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from core.errors import KubikError
from core.storage.catalog import read_catalog
from core.storage.ddl import drop_stale, grow, leftovers, missing_steps, purge
from core.storage.indexes import indexes_of
from core.storage.install import install_model
from core.storage.prepared import Prepared
from core.storage.tables import Tables
from core.storage.views import remake_views
from core.storage.workspace import Transaction, Workspace
from metamodel.expression.types import number
from metamodel.model import Constraint, Entity, Field, Model
from tests import factories
from tests.core.storage.samples import link, make_entity, make_field, make_model, sample_model
from tests.core.storage.test_types import save


def steps_of(workspace: Workspace, tables: Tables) -> list[str]:
    with workspace.read() as tx:
        catalog = read_catalog(tx.connection, tables.schema)
        return [s.kind for s in missing_steps(catalog, tables, tables.model.entities.values())]


def changed(model: Model, entity: str, *more: Field, **changes: Any) -> Model:
    old = model.entities[entity]
    new: Entity = replace(old, fields=(*old.fields, *more), **changes)
    return replace(model, version=model.version + 1, entities={**model.entities, entity: new})


def tables_of(workspace: Workspace, model: Model) -> Tables:
    return Tables(model, workspace.database.schema, workspace.database.dialect)


def test_a_model_lacks_nothing_once_it_is_installed(workspace: Workspace) -> None:
    assert steps_of(workspace, tables_of(workspace, sample_model())) == []


def test_growing_adds_what_is_new_and_only_that(workspace: Workspace) -> None:
    workspace.write(lambda tx: save(tx, {"dealname": "before"}))
    model = changed(
        sample_model(),
        "deal",
        make_field("deal", "phone", "text", indexed=True),
        make_field("deal", "margin", "money", result=number(2)),
    )
    model = replace(
        model, entities={**model.entities, "note": make_entity("note", link("note", "deal", "deal"))}
    )
    tables = tables_of(workspace, model)
    assert steps_of(workspace, tables) == ["columns", "index", "table", *["index"] * 4]
    made: list[str] = []
    grow(workspace.database, tables, model.entities.values(), lambda step: made.append(step.kind))
    assert made == ["columns", "index", "table", *["index"] * 4]
    assert steps_of(workspace, tables) == []
    grow(workspace.database, tables, model.entities.values())
    with workspace.read() as tx:
        place = tables["deal"]
        row = tx.connection.execute(
            sa.select(place.columns["dealname"].value, place.columns["dealmargin"].value)
        ).one()
        assert tuple(row) == ("before", None)


def test_growing_goes_on_after_any_step(workspace: Workspace) -> None:
    model = changed(
        sample_model(), "deal", *(make_field("deal", f"extra{n}", "text", unique=True) for n in range(3))
    )
    tables = tables_of(workspace, model)

    class Cut(Exception):
        pass

    def cut(step: object) -> None:
        raise Cut

    for left in (4, 3, 2, 1):
        assert len(steps_of(workspace, tables)) == left
        with pytest.raises(Cut):
            grow(workspace.database, tables, model.entities.values(), cut)
    assert steps_of(workspace, tables) == []


def test_a_unique_index_over_equal_values_is_refused_by_name_and_can_be_made_later(
    workspace: Workspace,
) -> None:
    workspace.write(lambda tx: [save(tx, {"dealname": "Ёлка"}), save(tx, {"dealname": "елка"})])
    model = changed(sample_model(), "deal", constraints=(Constraint(uid="uq", unique=("dealname",)),))
    tables = tables_of(workspace, model)
    with pytest.raises(KubikError) as caught:
        grow(workspace.database, tables, model.entities.values())
    assert caught.value.code == "KBK1103"
    assert "name" in str(caught.value.detail)
    table = tables["deal"].table
    workspace.write(
        lambda tx: tx.connection.execute(table.update().where(table.c.id == 2).values(deleted_at=tx.now))
    )
    grow(workspace.database, tables, model.entities.values())
    assert steps_of(workspace, tables) == []
    with pytest.raises(sa.exc.IntegrityError):
        workspace.write(lambda tx: save(tx, {"dealname": "ЁЛКА"}))


def test_unique_is_among_live_rows_and_by_the_folded_text(workspace: Workspace) -> None:
    first = workspace.write(lambda tx: save(tx, {"dealorder": "Straße"}))
    with pytest.raises(sa.exc.IntegrityError):
        workspace.write(lambda tx: save(tx, {"dealorder": "STRASSE"}))
    workspace.write(lambda tx: [save(tx, {"dealorder": None}), save(tx, {"dealorder": None})])
    workspace.write(
        lambda tx: tx.connection.execute(
            tx.tables["deal"]
            .table.update()
            .where(tx.tables["deal"].table.c.id == first)
            .values(deleted_at=tx.now)
        )
    )
    assert workspace.write(lambda tx: save(tx, {"dealorder": "STRASSE"}))


def test_a_rule_taken_away_binds_nobody(workspace: Workspace) -> None:
    old = sample_model()
    fields = tuple(replace(f, unique=False) for f in old.entities["deal"].fields)
    model = replace(
        old, version=2, entities={**old.entities, "deal": replace(old.entities["deal"], fields=fields)}
    )
    tables = tables_of(workspace, model)
    assert len(workspace.write(lambda tx: drop_stale(tx.connection, tables))) == 1
    assert workspace.write(lambda tx: [save(tx, {"dealorder": "a"}), save(tx, {"dealorder": "A"})])


def test_an_index_that_was_cut_short_is_made_again(workspace: Workspace) -> None:
    if workspace.database.dialect == "sqlite":
        return  # there an index is made whole or not at all
    tables = tables_of(workspace, sample_model())
    index = next(i for i in indexes_of(tables, "deal") if i.unique)
    with workspace.database.outside.connect() as connection:
        connection.exec_driver_sql(
            f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'kubik.{index.name}'::regclass"
        )
    assert steps_of(workspace, tables) == ["index"]
    grow(workspace.database, tables, tables.model.entities.values())
    assert steps_of(workspace, tables) == []


def test_purge_drops_what_no_definition_names(workspace: Workspace) -> None:
    old = sample_model()
    workspace.write(lambda tx: save(tx, {"dealname": "kept", "dealorder": "gone"}))
    fields = tuple(f for f in old.entities["deal"].fields if f.name not in ("order", "stage"))
    entities = {n: e for n, e in old.entities.items() if n != "deal_item"}
    model = replace(
        old, version=2, entities={**entities, "deal": replace(old.entities["deal"], fields=fields)}
    )
    tables = tables_of(workspace, model)

    def action(tx: Transaction) -> Sequence[tuple[str, str | None]]:
        remake_views(tx.connection, tables)
        found = leftovers(read_catalog(tx.connection, tables.schema), tables)
        purge(tx.connection, tables, found)
        return [(each.table, each.column) for each in found]

    assert set(workspace.write(action)) == {
        ("e_deal", "f_dealorder"), ("e_deal", "k_dealorder"), ("e_deal", "w_dealorder"),
        ("e_deal", "f_dealstage"), ("e_dealitem", None),
    }  # fmt: skip
    assert workspace.write(action) == []
    with workspace.read() as tx:
        name = tables["deal"].columns["dealname"].value
        assert tx.connection.execute(sa.select(name)).scalars().all() == ["kept"]


def test_people_read_and_write_while_columns_come(workspace: Workspace) -> None:
    """A prepared statement lists its columns, so a new one changes nothing for it."""
    model = sample_model()
    tables = tables_of(workspace, model)
    reading = Prepared(
        sa.select(*tables["deal"].table.columns).order_by(tables["deal"].table.c.id), workspace.database
    )
    workspace.write(lambda tx: save(tx, {"dealname": "one"}))
    stop = threading.Event()
    errors: list[BaseException] = []

    def work(action: Any) -> None:
        try:
            while not stop.is_set():
                action()
        except BaseException as error:
            errors.append(error)

    def read() -> None:
        with workspace.read() as tx:
            assert reading.rows(tx.connection, {})[0][0] == 1

    threads = [
        threading.Thread(target=work, args=(read,)),
        threading.Thread(
            target=work, args=(lambda: workspace.write(lambda tx: save(tx, {"dealname": "x"})),)
        ),
    ]
    for thread in threads:
        thread.start()
    try:
        for number_ in range(10):
            model = changed(model, "deal", make_field("deal", f"more{number_}", "text", indexed=True))
            grow(workspace.database, tables_of(workspace, model), model.entities.values())
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []


def test_indexes_follow_the_rules_of_the_design(workspace: Workspace) -> None:
    tables = tables_of(workspace, sample_model())
    found = {(i.columns, i.unique, i.rows) for i in indexes_of(tables, "deal")}
    assert found == {
        (("bin_id",), False, "bin"),
        (("deleted_at", "id"), False, "bin"),
        (("created_at", "id", "deleted_at"), False, "all"),
        (("k_dealorder",), True, "live"),
        (("f_dealcount", "id", "deleted_at"), False, "all"),
        (("f_dealstage", "created_at", "id", "deleted_at"), False, "all"),
        (("f_dealowner", "created_at", "id", "deleted_at"), False, "all"),
        (("f_dealcompany", "created_at", "id", "deleted_at"), False, "all"),
    }
    items = {i.columns for i in indexes_of(tables, "dealitem")}
    assert ("f_dealitemdeal", "position", "id") in items
    # what decides who sees a row is asked of each row of an order
    assert ("created_at", "id", "deleted_at", "f_dealitemdeal") in items


def test_links_that_rules_of_reading_lead_along_have_an_index_in_the_order_of_lists() -> None:
    grant = '{entity: deal, actions: [read, update], rows: "company.owner = me OR owner = me", fields: all}'
    role = f"name: account\ngrants:\n  - {grant}\n"
    for files, expected in [({}, {"owner"}), ({"roles/account.yaml": role}, {"owner", "company"})]:
        model = factories.model(files)
        deal = model.entities["deal"]
        names = {field.column: field.name for field in deal.fields}
        found = [i.columns for i in indexes_of(Tables(model, schema=None), deal.uid)]
        by_id = {names[c[0]] for c in found if c[1:] == ("id", "deleted_at")}
        assert by_id & {"owner", "company"} == expected


def test_the_default_sort_has_its_index(workspace: Workspace) -> None:
    for sort, columns in [
        (("name",), ("k_thingname", "id", "deleted_at")),
        (("-name",), ("k_thingname", "id", "deleted_at")),
        (("-count", "name"), ("-f_thingcount", "k_thingname", "id", "deleted_at")),
        (("name", "-created_at"), ("k_thingname", "-created_at", "-id", "deleted_at")),
    ]:
        thing = make_entity(
            "thing",
            make_field("thing", "name", "text"),
            make_field("thing", "count", "integer"),
            default_sort=sort,
        )
        tables = tables_of(workspace, make_model(thing, version=2))
        assert columns in [i.columns for i in indexes_of(tables, "thing")]


def test_readable_views_say_names_dates_and_decimals(workspace: Workspace) -> None:
    user = make_entity(
        "order",
        make_field("order", "select", "text"),
        make_field("order", "group", "money", result=number(2)),
        *(
            f
            for f in sample_model().entities["deal"].fields
            if f.name in ("stage", "closes_on", "met_at", "hot")
        ),
    )
    install_model(workspace, make_model(user, version=2))
    schema = "" if workspace.database.schema is None else f"{workspace.database.schema}."

    def action(tx: Transaction) -> None:
        tx.connection.exec_driver_sql(
            f"INSERT INTO {schema}e_order (f_orderselect, f_ordergroup, f_dealstage, f_dealcloseson, f_dealmetat, created_at)"
            + (
                " VALUES ('Ёлка', 1250, 'stwon', '2026-11-21', 1795260600000000, 0)"
                if tx.dialect == "sqlite"
                else " VALUES ('Ёлка', 12.50, 'stwon', '2026-11-21', '2026-11-21T11:30:00Z', '1970-01-01T00:00:00Z')"
            )
        )

    workspace.write(action)
    with workspace.read() as tx:
        row = tx.connection.exec_driver_sql(f"SELECT * FROM {schema}v_order").mappings().one()
        names = read_catalog(tx.connection, workspace.database.schema).views
    assert names == {"v_order"}, "views of entities that are gone are gone"
    assert row["select"] == "Ёлка"
    assert Decimal(str(row["group"])) == Decimal("12.5")
    assert row["stage"] == "won"
    assert str(row["closes_on"]) == "2026-11-21"
    assert str(row["met_at"])[:19] == "2026-11-21 11:30:00"
    assert "deleted_at" not in row


def test_views_are_remade_only_when_they_say_something_else(workspace: Workspace) -> None:
    tables = tables_of(workspace, sample_model())
    made: list[str] = []
    listen = lambda c, cursor, text, *rest: made.append(text) if "VIEW" in text else None  # noqa: E731
    sa.event.listen(workspace.database.engine, "before_cursor_execute", listen)
    workspace.write(lambda tx: remake_views(tx.connection, tables))
    assert made == []
    fields = tuple(
        replace(f, name="title") if f.name == "name" else f for f in tables.model.entities["deal"].fields
    )
    model = replace(
        tables.model,
        version=2,
        entities={**tables.model.entities, "deal": replace(tables.model.entities["deal"], fields=fields)},
    )
    workspace.write(lambda tx: remake_views(tx.connection, tables_of(workspace, model)))
    assert len(made) == 2


def test_a_workspace_installed_twice_is_the_same(workspace: Workspace) -> None:
    install_model(workspace, sample_model(version=2))
    with workspace.read() as tx:
        assert tx.model.version == 2


def test_the_columns_of_a_board_are_indexed_in_its_order() -> None:
    board = "{name: b, entity: deal, kind: board, group_by: owner, columns: [name], sort: [-closes_on]}"
    model = factories.model({"views/b.yaml": board})
    deal = model.entities["deal"]
    columns = tuple(deal.by_name[name].column for name in ("owner", "closes_on"))
    wanted = (*columns, "id", "deleted_at")
    assert wanted in [index.columns for index in indexes_of(Tables(model, None), deal.uid)]
    assert wanted not in [index.columns for index in indexes_of(Tables(factories.model(), None), deal.uid)]
