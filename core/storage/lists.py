"""Lists of links as they are stored: the ids that a record leads to, in order, in a table of the field's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

CHUNK = 500

Ids = tuple[int, ...]


def read_lists(connection: sa.Connection, table: sa.Table, records: Iterable[int]) -> dict[int, Ids]:
    """The lists of these records in one such table; a record without one is absent."""
    found: dict[int, list[int]] = {}
    ordered = sa.select(table.c.record, table.c.target).order_by(table.c.record, table.c.position)
    for some in _chunks(sorted(records)):
        for record, target in connection.execute(ordered.where(table.c.record.in_(some))):
            found.setdefault(record, []).append(target)
    return {record: tuple(targets) for record, targets in found.items()}


def write_lists(
    connection: sa.Connection,
    table: sa.Table,
    lists: Mapping[int, Sequence[int] | None],
    *,
    new: bool = False,
) -> None:
    """Write the lists of these records, each as a whole; ``new`` records have none that would go."""
    for some in () if new else _chunks(list(lists)):
        connection.execute(table.delete().where(table.c.record.in_(some)))
    pairs = [
        {"record": record, "target": target, "position": place}
        for record, targets in lists.items()
        for place, target in enumerate(targets or (), start=1)
    ]
    if pairs:
        connection.execute(table.insert(), pairs)


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
