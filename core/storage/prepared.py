"""A statement compiled once and run many times through the driver, its rows converted column by column."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa

from core.storage.database import Database

_Convert = Callable[[Any], Any]

_EXPLAINED = itertools.count()


class _Places(dict[str, str]):
    """The places of parameters, $1 and so on, as a text that is filled with them asks for their names."""

    def __missing__(self, name: str) -> str:
        self[name] = place = f"${len(self) + 1}"
        return place


class Prepared:
    """One statement of one database, kept as long as its plan.

    It is given its parameters by the names of its `bindparam`s; literals in it are kept with it. An expanding IN
    would make another statement each time and is refused: sets are sub-selects. Errors are the driver's own.
    """

    def __init__(self, statement: sa.Executable, database: Database) -> None:
        dialect = database.engine.dialect
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise ValueError("a statement with an expanding parameter cannot be prepared")
        self.text: str = str(compiled)
        self._dialect = dialect
        self._types: list[Any] = [c.type for c in getattr(statement, "exported_columns", ())]
        self._converters: list[tuple[int, _Convert]] | None = None
        places = _Places()
        self._raw = b"" if compiled.positional else (self.text % places).encode()
        """The words as PostgreSQL's server takes them."""
        self._names: Sequence[str] = tuple(compiled.positiontup or () if compiled.positional else places)
        self._constants: dict[str, Any] = {}
        self._given: list[tuple[str, str, _Convert | None]] = []
        for bind, name in compiled.bind_names.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.required:
                self._given.append((name, bind.key, convert))
            else:
                value = bind.effective_value
                self._constants[name] = value if convert is None else convert(value)

    @property
    def parameters(self) -> frozenset[str]:
        """Names that must be given."""
        return frozenset(key for _, key, _ in self._given)

    @property
    def order(self) -> Sequence[str]:
        """The names of its parameters in the order in which it takes them, where they are told by place."""
        return self._names if self._dialect.name == "sqlite" else ()

    def rows(self, connection: sa.Connection, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows, as the engine's values."""
        return list(zip(*self.columns(connection, parameters), strict=True))

    def columns(
        self, connection: sa.Connection, parameters: Mapping[str, Any], *, raw_from: int | None = None
    ) -> list[Sequence[Any]]:
        """All rows, as the engine's values, a sequence for each column; no columns when there is no row.

        From the column ``raw_from`` on they stay as the driver gave them: `converted` makes a row of them values.
        """
        cursor = self._execute(connection, parameters)
        columns: list[Any] = list(zip(*cursor.fetchall(), strict=True))
        if columns and self._converters is None:
            self._converters = self._find_converters(cursor.description)
        if columns and self._converters:
            for place, convert in self._converters:
                if raw_from is None or place < raw_from:
                    columns[place] = list(map(convert, columns[place]))
        return columns

    def pieces(
        self, connection: sa.Connection, parameters: Mapping[str, Any], size: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """All rows as the driver gives them, so many at a time, however many there are: the memory does not grow.

        PostgreSQL keeps them in a cursor of its own, which ends with the iteration or the transaction.
        """
        if self._dialect.name == "sqlite":
            cursor = self._execute(connection, parameters)
        else:
            driver: Any = connection.connection.dbapi_connection
            cursor = driver.cursor(name=f"kubik_{secrets.token_hex(8)}")
            cursor.execute(self.text, self._bound(parameters))
        try:
            while rows := cursor.fetchmany(size):
                yield rows
        finally:
            cursor.close()

    @property
    def types(self) -> Sequence[Any]:
        """The types of the columns that are selected, in order."""
        return self._types

    def converted(self, values: Sequence[Any], first: int) -> list[Any]:
        """Values of one row that `columns` left raw, beginning with the column ``first``."""
        converters = dict(self._converters or ())
        return [
            converters[place](value) if place in converters else value
            for place, value in enumerate(values, start=first)
        ]

    def explain(self, connection: sa.Connection, parameters: Mapping[str, Any]) -> str:
        """How the database would find these rows, in its own words."""
        words = "EXPLAIN "
        if (
            self._dialect.name == "sqlite"
        ):  # said anew: the driver keeps one that was said, with the plan of that time
            words = f"EXPLAIN QUERY PLAN /* {next(_EXPLAINED)} */ "
        return "\n".join(str(row[-1]) for row in self._execute(connection, parameters, words))

    def run(self, connection: sa.Connection, parameters: Mapping[str, Any]) -> int:
        """Run it for what it changes; how many rows that were."""
        count: int = self._execute(connection, parameters).rowcount
        return count

    def _execute(self, connection: sa.Connection, parameters: Mapping[str, Any], before: str = "") -> Any:
        bound = self._bound(parameters)
        driver: Any = connection.connection.dbapi_connection
        values = [bound[name] for name in self._names]
        if self._dialect.name == "sqlite":
            return driver.execute(before + self.text, values)
        # in the words of the server: psycopg reads those of its own anew each time where they are long, as with many grants
        return psycopg.RawCursor(driver).execute(before.encode() + self._raw if before else self._raw, values)

    def _bound(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What the driver is given for each parameter."""
        values = self._constants.copy()
        for name, key, convert in self._given:
            value = parameters[key]
            values[name] = value if convert is None else convert(value)
        return values

    def _find_converters(self, description: Sequence[Any]) -> list[tuple[int, _Convert]]:
        found: list[tuple[int, _Convert]] = []
        for place, (kind, column) in enumerate(zip(self._types, description, strict=True)):
            convert = kind.dialect_impl(self._dialect).result_processor(self._dialect, column[1])
            if convert is not None:
                found.append((place, convert))
        return found
