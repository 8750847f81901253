"""`kubik check` of the database: silent when all is well, one sentence for each fault put in by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.storage.check import check_storage
from core.storage.indexes import indexes_of
from core.storage.tables import encode_values
from core.storage.workspace import Transaction, Workspace
from tests.core.storage.test_types import save


def insert(tx: Transaction, entity: str, **values: object) -> int:
    definition = tx.model.entity_by_uid[entity]
    table = tx.tables[entity].table
    encoded = encode_values(tx.tables, definition, {entity + name: value for name, value in values.items()})
    return int(tx.connection.execute(table.insert().values(encoded).returning(table.c.id)).scalar_one())


def fill(tx: Transaction) -> None:
    """Departments in a tree with its closure, a deal with items and long texts."""
    closure = tx.tables.own.closure
    above: list[int] = []
    for name in ("whole", "part", "part of part"):
        above.append(insert(tx, "department", name=name, parent=above[-1] if above else None))
        rows = [{"entity": "department", "ancestor": a, "descendant": above[-1]} for a in above]
        tx.connection.execute(closure.insert(), rows)
    deal = save(tx, {"dealname": "Ёлка", "dealnote": "ё" * 300, "dealcompany": above[-1]})
    insert(tx, "dealitem", deal=deal)


def place(tx: Transaction) -> str:
    return "" if tx.tables.schema is None else f"{tx.tables.schema}."


FAULTS: list[tuple[str, Callable[[Transaction], str]]] = [
    ("entity role: the table e_role is missing", lambda tx: f"DROP TABLE {place(tx)}e_role"),
    (
        "entity deal: columns are missing: w_dealnote",
        lambda tx: f"ALTER TABLE {place(tx)}e_deal DROP COLUMN w_dealnote",
    ),
    ("the view v_deal is missing", lambda tx: f"DROP VIEW {place(tx)}v_deal"),
    ("entity deal: links company that lead to nothing: 1", lambda tx: f"UPDATE {place(tx)}e_deal SET f_dealcompany = 99"),
    ("entity deal_item: child rows without a parent: 1", lambda tx: f"UPDATE {place(tx)}e_dealitem SET f_dealitemdeal = NULL"),
    (
        "entity deal_item: child rows without a parent: 1",
        lambda tx: f"UPDATE {place(tx)}e_deal SET deleted_at = created_at",
    ),
    (
        "entity deal: keys of f_dealname that do not fit their texts: 1",
        lambda tx: f"UPDATE {place(tx)}e_deal SET k_dealname = 'ёлка'",
    ),
    (
        "entity deal: keys of f_dealnote that do not fit their texts: 1",
        lambda tx: f"UPDATE {place(tx)}e_deal SET w_dealnote = NULL",
    ),
    (
        "entity department: the tree's closure has too many rows (0) or too few (1)",
        lambda tx: f"DELETE FROM {place(tx)}kubik_closure WHERE ancestor = 1 AND descendant = 3",
    ),
    (
        "entity department: the tree's closure has too many rows (1) or too few (0)",
        lambda tx: f"INSERT INTO {place(tx)}kubik_closure (entity, ancestor, descendant) VALUES ('department', 3, 1)",
    ),
    ("entity department: record 1 stands under itself", lambda tx: f"UPDATE {place(tx)}e_department SET f_departmentparent = 3"),
    ("the table kubik_number is missing", lambda tx: f"DROP TABLE {place(tx)}kubik_number"),
    ("the keys of texts are of version 0, this Kubik makes 1", lambda tx: f"UPDATE {place(tx)}kubik_meta SET value = '0' WHERE key = 'fold_version'"),
]  # fmt: skip


def test_a_sound_workspace_has_no_fault(workspace: Workspace) -> None:
    workspace.write(fill)
    assert list(map(str, check_storage(workspace))) == []
    assert list(map(str, check_storage(workspace, whole=True))) == []


@pytest.mark.parametrize(("told", "statement"), FAULTS)
def test_a_fault_is_told(workspace: Workspace, told: str, statement: Callable[[Transaction], str]) -> None:
    workspace.write(fill)

    def harm(tx: Transaction) -> None:
        if "DROP COLUMN" in statement(tx) or "e_role" in statement(tx):
            for view in ("v_deal", "v_role"):
                tx.connection.exec_driver_sql(f"DROP VIEW {place(tx)}{view}")
        tx.connection.exec_driver_sql(statement(tx))

    workspace.write(harm)
    assert told in list(map(str, check_storage(workspace)))


def test_a_missing_index_is_told(workspace: Workspace) -> None:
    with workspace.read() as tx:
        index = indexes_of(tx.tables, "deal")[0].name
    workspace.write(lambda tx: tx.connection.exec_driver_sql(f"DROP INDEX {place(tx)}{index}"))
    assert list(map(str, check_storage(workspace))) == [f"entity deal: the index {index} is missing"]


def test_a_configuration_that_is_not_stored_is_told(workspace: Workspace) -> None:
    head = workspace.own.head
    workspace.write(lambda tx: tx.connection.execute(head.update().values(version=77)))
    assert [str(fault) for fault in check_storage(workspace)] == [
        "the configuration in force cannot be read: version 77 of the configuration is missing"
    ]


def test_a_damaged_file_is_told(workspace: Workspace) -> None:
    file = workspace.database.file
    if file is None:
        return
    workspace.write(lambda tx: [save(tx, {"dealname": "x" * 500}) for _ in range(500)])
    workspace.close()
    content = bytearray(file.read_bytes())
    for page in range(len(content) // 4096 - 30, len(content) // 4096):
        content[page * 4096 + 100 : page * 4096 + 3000] = b"\xff" * 2900
    file.write_bytes(content)
    faults = list(map(str, check_storage(workspace)))
    assert any("damaged" in fault or "cannot be read" in fault for fault in faults)
