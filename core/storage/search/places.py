"""Where the search rows of each entity are: which table, which columns, how far they have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.storage.database import SEARCH
from core.storage.own import OwnTables
from core.storage.search.layout import Column, Layout
from core.storage.types import BIG, TEXT

KEPT = 3
"""States of the index that are kept in memory: transactions still read an older one."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The search rows of an entity, one a record by its id: ``t0`` … hold its texts by the columns of the layout.

    On PostgreSQL ``key`` holds all of them in letters that a trigram index knows in any locale, see `latin`. ``ready``:
    every record has its row. ``indexed``: the trigrams of records up to that id are in the index; what is behind is
    looked through (PostgreSQL indexes as it writes: there it is 1 once the index is made).
    """

    entity: str
    generation: int
    layout: Layout
    ready: bool
    indexed: int
    table: sa.Table

    @property
    def texts(self) -> tuple[sa.Column[Any], ...]:
        """The columns with the texts, in the order of the layout."""
        return tuple(self.table.c[f"t{at}"] for at in range(len(self.layout.columns)))


Places = Mapping[str, Place]
"""By uid of the entity; one that is not there has no search rows."""


def table_name(entity: str, generation: int) -> str:
    """The physical name of the table with an entity's search rows."""
    return f"s_{entity}_{generation}"


def trigrams_name(table: str) -> str:
    """The physical name of its index of trigrams."""
    return f"g_{table.removeprefix('s_')}"


def search_table(schema: str | None, entity: str, generation: int, layout: Layout, dialect: str) -> sa.Table:
    """The table of search rows."""
    texts = [sa.Column(f"t{at}", TEXT) for at in range(len(layout.columns))]
    if dialect == "postgresql":
        texts.append(sa.Column("key", sa.Text()))
    return sa.Table(
        table_name(entity, generation),
        sa.MetaData(schema=schema),
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        *texts,
    )


class KeptPlaces:
    """What is known of the states of the index, by the number under which each is in force."""

    def __init__(self, own: OwnTables) -> None:
        self._own = own
        self._known: dict[int, Places] = {}

    def of(self, connection: sa.Connection) -> Places:
        """The places as the transaction of the connection sees them."""
        state: int = connection.info.get(SEARCH) or 0
        known = self._known.get(state)
        if known is None:
            known = read_places(connection, self._own)
            self._known = dict(sorted({**self._known, state: known}.items())[-KEPT:])
        return known


def read_places(connection: sa.Connection, own: OwnTables) -> Places:
    """The places as they are stored."""
    found = {}
    for row in connection.execute(sa.select(own.search)):
        layout = Layout(columns=tuple(read_column(each) for each in row.columns), key=row.key)
        table = search_table(own.search.schema, row.entity, row.generation, layout, connection.dialect.name)
        found[row.entity] = Place(
            entity=row.entity, generation=row.generation, layout=layout, ready=row.ready, indexed=row.indexed,
            table=table,
        )  # fmt: skip
    return found


def read_column(written: Mapping[str, Any]) -> Column:
    """A column of a layout as it was stored."""
    return Column(
        fields=tuple(written["fields"]), link=written["link"], through=written["through"], title=written["title"],
        literal=written["literal"],
    )  # fmt: skip
