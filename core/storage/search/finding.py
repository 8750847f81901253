"""Records that may be what a search is after, by the index of trigrams; and the condition that tells of each record."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from core.storage.prepared import Prepared
from core.storage.search.asked import Reading, Term
from core.storage.search.latin import latin
from core.storage.search.places import Place, trigrams_name
from core.storage.search.words import GAP, SHORT, STEM
from core.storage.types import BIG, TEXT

SAMPLE = 1000
"""The newest records by which it is told how frequent a word is."""

MOST_TRIGRAMS = 8
"""Trigrams of a word that the index is asked for: the text itself is compared anyway."""

Shape = tuple[tuple[int, ...], ...]
"""How many forms each term of each reading has: what a statement is made for."""

Texts = Callable[[str], sa.ColumnElement[bool]]
"""Whether one of the texts that count holds the text of the parameter of that name."""


def shape_of(readings: Sequence[Reading]) -> Shape:
    """The shape of what is looked for."""
    return tuple(tuple(len(term) for term in reading) for reading in readings)


def patterns(readings: Sequence[Reading]) -> dict[str, str]:
    """The values of the parameters of `matches`."""
    return dict(_named(readings))


def matches(shape: Shape, holds: Texts) -> sa.ColumnElement[bool]:
    """Whether every term of some reading is found."""
    return sa.or_(
        sa.false(),
        *(
            sa.and_(
                *(
                    sa.or_(*(holds(_name(r, t, f)) for f in range(forms)))
                    for t, forms in enumerate(terms)
                )
            )
            for r, terms in enumerate(shape)
        ),
    )  # fmt: skip


def holds_in(columns: Sequence[sa.ColumnElement[Any]], dialect: str) -> Texts:
    """Whether one of the columns holds a text."""
    find = sa.func.strpos if dialect == "postgresql" else sa.func.instr

    def holds(name: str) -> sa.ColumnElement[bool]:
        text = sa.bindparam(name, type_=TEXT)
        return sa.or_(sa.false(), *(find(column, text, type_=sa.Integer()) > 0 for column in columns))

    return holds


def _named(readings: Sequence[Reading]) -> list[tuple[str, str]]:
    return [
        (_name(r, t, f), form)
        for r, reading in enumerate(readings)
        for t, term in enumerate(reading)
        for f, form in enumerate(term)
    ]


def _name(reading: int, term: int, form: int) -> str:
    return f"search_{reading}_{term}_{form}"


# --- statements over the search rows alone, which no right limits: nothing of their answer may be shown


class Finder:
    """The statements over the search rows of one place, for searches of one shape; prepared once."""

    def __init__(self, place: Place, shape: Shape, database: Any) -> None:
        self._place = place
        self._dialect = database.dialect
        rows = place.table
        found = matches(shape, holds_in(place.texts, self._dialect))
        newest = sa.select(rows).order_by(rows.c.id.desc()).limit(sa.literal_column(str(SAMPLE))).subquery()
        texts = [newest.c[c.name] for c in place.texts]
        sampled = sa.select(
            sa.func.count(), sa.func.sum(sa.case((matches(shape, holds_in(texts, self._dialect)), 1)))
        )
        self._sample = Prepared(sampled.select_from(newest), database)
        self._size = Prepared(sa.select(sa.func.max(rows.c.id)), database)
        self._indexed = Prepared(self._by_index(found, shape), database)
        self._behind = Prepared(
            sa.select(rows.c.id).where(rows.c.id > sa.bindparam("indexed", type_=BIG), found).limit(_limit()),
            database,
        )

    def _by_index(self, found: sa.ColumnElement[bool], shape: Shape) -> sa.Select[Any]:
        rows = self._place.table
        if self._dialect == "postgresql":
            terms = [
                sa.and_(
                    *(
                        rows.c.key.like(sa.bindparam(f"like_{r}_{t}", type_=sa.Text()))
                        for t in range(len(reading))
                    )
                )
                for r, reading in enumerate(shape)
            ]
            return sa.select(rows.c.id).where(sa.or_(sa.false(), *terms), found).limit(_limit())
        name = trigrams_name(rows.name)
        trigrams = sa.table(name, sa.column("rowid", BIG), sa.column(name, TEXT))
        match = trigrams.c[name].op("MATCH")(sa.bindparam("match", type_=TEXT))
        joined = trigrams.join(rows, rows.c.id == trigrams.c.rowid)
        return sa.select(rows.c.id).select_from(joined).where(match, found).limit(_limit())

    def size(self, connection: sa.Connection) -> int:
        """The highest id that has a search row."""
        return int(self._size.columns(connection, {})[0][0] or 0)

    def sample(self, connection: sa.Connection, values: Mapping[str, Any]) -> float:
        """About which part of all records is found, judged by the newest."""
        (looked,), (found,) = self._sample.columns(connection, values)
        return (found or 0) / looked if looked else 0.0

    def candidates(self, connection: sa.Connection, readings: Sequence[Reading], most: int) -> list[int]:
        """Ids of records in which everything is found, in whichever class of their texts: at most so many."""
        values: dict[str, Any] = {**patterns(readings), "limit": most, "indexed": self._place.indexed}
        if not self._place.indexed:
            return _ids(self._behind.columns(connection, values))
        if self._dialect == "postgresql":
            likes = {
                f"like_{r}_{t}": f"%{latin(common(term))}%"
                for r, reading in enumerate(readings)
                for t, term in enumerate(reading)
            }
            with planned_anew(connection):
                return _ids(self._indexed.columns(connection, values | likes))
        values["match"] = " OR ".join(f"({_match(reading)})" for reading in readings)
        found = _ids(self._indexed.columns(connection, values))
        if len(found) < most:
            found += _ids(self._behind.columns(connection, {**values, "limit": most - len(found)}))
        return found


def _ids(columns: Sequence[Sequence[Any]]) -> list[int]:
    return list(columns[0]) if columns else []


def _limit() -> sa.ColumnElement[int]:
    return sa.bindparam("limit", type_=sa.Integer())


def _match(reading: Reading) -> str:
    """A reading as FTS5 is asked: the trigrams of one form of each term."""
    return " AND ".join(f"({_of_term(term)})" for term in reading)


@contextmanager
def planned_anew(connection: sa.Connection) -> Iterator[None]:
    """Let PostgreSQL plan for the very words: whether the index pays off depends on how frequent they are."""
    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    try:
        yield
    finally:
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")


def common(term: Term) -> str:
    """What all forms of a term have in common, by which the index is asked: nothing is lost by the rest."""
    if len(term) == 1:
        return term[0]
    bare = [form.strip(GAP + STEM) for form in term]
    shortest = min(bare, key=len)
    if all(shortest in form for form in bare):
        return shortest
    return os.path.commonprefix(bare)  # noqa: RUF071  # letters are meant


def _of_term(term: Term) -> str:
    """The trigrams that cover what the forms of a term have in common; of less than three letters those of each."""
    shared = common(term)
    if len(shared) >= SHORT:
        return _of_form(shared)
    return " OR ".join(f"({_of_form(form)})" for form in term)


def _of_form(form: str) -> str:
    starts = [*range(0, len(form) - 2, 3), len(form) - 3]
    trigrams = list(dict.fromkeys(form[at : at + 3] for at in starts))
    return " AND ".join(f'"{trigram}"' for trigram in trigrams[:MOST_TRIGRAMS])
