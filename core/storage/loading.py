"""Many new rows at once: ids given before they are stored, columns encoded whole, one statement of the driver for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.storage.prepared import Prepared

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

Column = tuple[sa.Column[Any], Sequence[Any]]
"""A column and its values, one for each row."""


def take_ids(tx: Transaction, table: sa.Table, count: int) -> range | list[int]:
    """Ids for so many new rows of a table with its own; nobody else gets them."""
    if tx.dialect == "sqlite":  # the only writer holds the lock
        sequence = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
        last = tx.connection.execute(sa.select(sequence.c.seq).where(sequence.c.name == table.name)).scalar()
        start = int(last or 0) + 1
        return range(start, start + count)
    named = tx.connection.dialect.identifier_preparer.format_table(table)
    sequence_of = sa.func.pg_get_serial_sequence(named, "id")
    each = sa.func.generate_series(1, count).table_valued("n")
    following = sa.func.nextval(sa.cast(sequence_of, _RegClass()))
    written = sa.func.string_agg(sa.cast(following, sa.Text()), sa.literal(","))  # read sooner than many rows
    taken = tx.connection.execute(sa.select(written).select_from(each)).scalar_one()
    return sorted(map(int, taken.split(",")))


class _RegClass(sa.types.UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "regclass"


def load_columns(tx: Transaction, table: sa.Table, columns: Sequence[Column]) -> None:
    """Insert the rows that the columns make; values are the engine's."""
    encoded = [_encoded(tx, column, values) for column, values in columns]
    names = [column for column, _ in columns]
    driver: Any = tx.connection.connection.dbapi_connection
    if tx.dialect == "sqlite":
        key = ("load", tx.dialect, tx.tables.schema, table.name, *(column.name for column in names))
        statement = tx.model.derived.get(key)
        if statement is None:
            given = {column: sa.bindparam(column.name, type_=column.type) for column in names}
            statement = tx.model.derived[key] = Prepared(
                table.insert().inline().values(given), tx.workspace.database
            )
        by_name = dict(zip((column.name for column in names), encoded, strict=True))
        driver.executemany(statement.text, zip(*(by_name[name] for name in statement.order), strict=True))
        return
    preparer = tx.connection.dialect.identifier_preparer
    listed = ", ".join(preparer.quote(column.name) for column in names)
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {preparer.format_table(table)} ({listed}) FROM STDIN") as copy,
    ):
        for row in zip(*encoded, strict=True):
            copy.write_row(row)


def written_already(column: sa.Column[Any], texts: Sequence[str]) -> Column:
    """A column of a document whose values are texts already as the database keeps them."""
    return sa.Column(column.name, sa.Text()), texts


def _encoded(tx: Transaction, column: sa.Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    """The values as the driver takes them; equal ones are converted once."""
    dialect = tx.connection.dialect
    convert: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return values
    first = values[0] if values else None
    if values.count(first) == len(values):
        return [None if first is None else convert(first)] * len(values)
    known: dict[Any, Any] = {}
    found: list[Any] = []
    for value in values:
        if value is None:
            found.append(None)
            continue
        encoded = known.get(value)
        if encoded is None:
            encoded = known[value] = convert(value)
        found.append(encoded)
    return found
