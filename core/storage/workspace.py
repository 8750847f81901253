"""A workspace: its database, its model, and the only two ways into it, one to read and one to write."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import psycopg
import sqlalchemy as sa

from core.errors import KubikError
from core.plugin_manager import start_plugins
from core.settings import Settings, secret_key, system_zone
from core.storage.carrying import whole
from core.storage.database import (
    BUSY_SECONDS,
    HEAD,
    SEARCH,
    Database,
    Dialect,
    is_conflict,
    is_lost,
    pause,
    too_many,
    unreachable,
)
from core.storage.files import file_store
from core.storage.later import Later
from core.storage.load import EMPTY, load_model
from core.storage.own import OwnTables, own_tables
from core.storage.patience import Waiting
from core.storage.pictures import Pictures
from core.storage.sealing import Sealing
from core.storage.search.places import KeptPlaces, Places
from core.storage.sighted import write_sightings
from core.storage.sightings import Sighting, Sightings
from core.storage.tables import Tables
from core.storage.upgrades import make_database, read_meta, upgrade, workspace_name
from metamodel.messages import message
from metamodel.model import Model

T = TypeVar("T")


class Companion(Protocol):
    """Something that a process keeps beside a workspace and that is closed with it."""

    def close(self) -> None:
        """Let go of processes and threads."""


C = TypeVar("C", bound=Companion)

RETRIES = 3
"""How often a conflicting write is done again."""

KEPT_MODELS = 3
KEPT_STATES = 6

State = tuple[int, int]
"""A state of what is kept: the version of the model, and the number of what stands beside the records."""

_DRIVER_ERRORS = (sa.exc.DBAPIError, psycopg.Error, sqlite3.Error)


@dataclass(slots=True, kw_only=True, eq=False)
class Transaction:
    """One transaction: a snapshot to read, or a write that commits whole. ``model`` is the one in force in it.

    ``now`` is its moment, in UTC and whole seconds, the same for everything it writes. What stands in
    ``after_commit`` is called once it is durable, and never when it is rolled back.
    """

    connection: sa.Connection
    model: Model
    tables: Tables
    workspace: Workspace
    now: datetime
    writing: bool
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    places: Places | None = None
    """Where the search rows of this transaction's entities are, once it was asked."""
    decided: dict[Any, Any] = field(default_factory=dict)
    """How the searches of this transaction are found, so that a page and its count agree."""
    way: str | None = None
    """By which way what is read here reaches a person (list, card, api …): views of personal data are noted with it.
    None for what the system reads for itself."""
    waiting: Waiting | None = None
    """Who waits for what is read here, and may go away meanwhile."""

    @property
    def dialect(self) -> Dialect:
        """Which database it is."""
        return self.workspace.database.dialect

    @property
    def searched(self) -> Places:
        """Where the search rows of each entity are."""
        if self.places is None:
            self.places = self.workspace.places.of(self.connection)
        return self.places


class Workspace:
    """One installation's data: `open` one that is there, `create` a new one; close it when done."""

    def __init__(
        self, settings: Settings, database: Database, zone: ZoneInfo, key: bytes, name: str = ""
    ) -> None:
        self.settings = settings
        self.database = database
        self.zone = zone
        self.secret_key = key
        self.sealing = Sealing(key=key, workspace=name)
        self.files = file_store(settings.home)
        self.pictures = Pictures()
        self._models: dict[int, Model] = {}
        self._tables: dict[State, tuple[Model, Tables]] = {}
        self._loading = threading.Lock()
        self._inside = threading.local()
        self._companions: dict[type[Any], Any] = {}
        self._later = Later()
        self.places = KeptPlaces(self.own)
        self.sightings = Sightings(self._write_sightings)
        """Who saw personal data."""

    @classmethod
    def create(cls, settings: Settings) -> Workspace:
        """A new workspace: folder, secret key, Kubik's own tables. One that is there is opened."""
        try:
            settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise KubikError(
                "KBK6002",
                message(
                    "the folder {folder} cannot be made: {why}", folder=str(settings.home), why=str(error)
                ),
            ) from error
        start_plugins()
        secret_key(settings, create=True)
        database = Database(settings)
        with _closed_on_error(database):
            make_database(database, settings.time_zone or system_zone())
        database.close()
        return cls.open(settings)

    @classmethod
    def open(cls, settings: Settings) -> Workspace:
        """The workspace of these settings, its own tables brought up to date.

        KBK6002 when there is none, or when a newer Kubik wrote it; KBK6003 when its server does not answer.
        """
        start_plugins()
        database = Database(settings)
        with _closed_on_error(database):
            upgrade(database)
            zone = read_meta(database, "time_zone")
            key = secret_key(settings, create=False)
            return cls(settings, database, ZoneInfo(zone or "UTC"), key, workspace_name(database))

    def close(self) -> None:
        """Finish what was left for later and close its connections."""
        self._later.close()
        with self._loading:
            companions, self._companions = list(self._companions.values()), {}
        for companion in companions:
            companion.close()
        self.sightings.close()
        self.pictures.close()
        self.database.close()

    def companion(self, kind: type[C]) -> C:
        """The one of its kind beside this workspace, made when it is asked for first."""
        with self._loading:
            found = self._companions.get(kind)
            if found is None:
                found = self._companions[kind] = kind()
        made: C = found
        return made

    def later(self, key: object, action: Callable[[Transaction], object]) -> None:
        """Write it soon, by a thread of the workspace; not at all while the same ``key`` is waiting to be.

        For notes that nobody misses when the process dies before: that a session is in use.
        """
        self._later.add(key, lambda: self.write(action))

    def _write_sightings(self, seen: Sequence[Sighting]) -> None:
        self.write(lambda tx: write_sightings(tx.connection, tx.tables.own, tx.dialect, seen))

    # --- transactions

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """One snapshot of everything: what is read in it belongs together. It can write nothing."""
        connection = self._connect(self.database.reading)
        try:
            yield self._transaction(connection, writing=False)
            connection.commit()  # psycopg forgets what it has prepared at every rollback
        except _DRIVER_ERRORS as error:
            if is_lost(error):
                connection.invalidate(error)
                raise unreachable() from error
            raise
        finally:
            connection.close()

    def write(self, action: Callable[[Transaction], T], *, exclusive: bool = False, bulk: bool = False) -> T:
        """Do ``action`` in one transaction and commit it; what it returns is durable.

        The whole action is done again, up to three times, when it conflicts with others: it must touch nothing
        but the transaction. ``exclusive`` waits for all writers and keeps them out: the switch of a model. ``bulk`` is
        one of thousands of rows, and takes memory for them.
        """
        if getattr(self._inside, "write", False):
            raise RuntimeError("a write began inside another one of the same thread")
        self._inside.write = True
        engine = self.database.loading if bulk else self.database.writing
        engine = self.database.switching if exclusive else engine
        patience = time.monotonic() + BUSY_SECONDS
        try:
            for attempt in range(RETRIES + 1):
                try:
                    with self.database.turn():
                        result, calls = self._write_once(action, engine)
                    for call in calls:
                        call()
                    return result
                except _DRIVER_ERRORS as error:
                    if not is_conflict(error) and not is_lost(error):
                        raise  # of what is lost before the commit nothing is saved: it may be done again
                if attempt == RETRIES or time.monotonic() > patience:
                    break
                pause(attempt)
            raise too_many()
        finally:
            self._inside.write = False

    def _write_once(
        self, action: Callable[[Transaction], T], engine: sa.Engine
    ) -> tuple[T, list[Callable[[], None]]]:
        connection = self._connect(engine)
        try:
            transaction = self._transaction(connection, writing=True)
            result = action(transaction)
            self._commit(connection)
        except _DRIVER_ERRORS as error:
            if is_lost(error):
                connection.invalidate(error)
            raise
        finally:
            connection.close()
        return result, transaction.after_commit

    def _commit(self, connection: sa.Connection) -> None:
        try:
            connection.commit()
        except _DRIVER_ERRORS as error:
            if is_lost(error):  # it may be saved or not: doing it again could save it twice
                connection.invalidate(error)
                raise KubikError(
                    "KBK6003",
                    message(
                        "the database was lost while saving; look whether it was saved before trying again"
                    ),
                ) from error
            raise

    def _connect(self, engine: sa.Engine) -> sa.Connection:
        """A connection in a transaction that has begun; those of the pool that died meanwhile are thrown away."""
        while True:
            try:
                connection = engine.connect()
            except sa.exc.TimeoutError as error:
                raise too_many() from error
            except _DRIVER_ERRORS as error:
                if is_lost(error):
                    raise unreachable() from error
                raise
            try:
                connection.begin()
                return connection
            except _DRIVER_ERRORS as error:
                connection.close()
                if not is_lost(error):
                    raise
            except BaseException:
                connection.close()
                raise

    # --- the model

    def _transaction(self, connection: sa.Connection, *, writing: bool) -> Transaction:
        model, tables = self._model(connection, writing)
        return Transaction(
            connection=connection,
            model=model,
            tables=tables,
            workspace=self,
            now=datetime.now(UTC).replace(microsecond=0),
            writing=writing,
        )

    def _model(self, connection: sa.Connection, writing: bool) -> tuple[Model, Tables]:
        state = connection.info[HEAD] or 0, connection.info.get(SEARCH) or 0
        known = self._tables.get(state)
        if known is not None:
            return known
        with self._loading:
            known = self._tables.get(state)
            if known is None:
                known = self._learn(connection, state)
                if not writing or self._still(connection, state):
                    kept = {**self._tables, state: known}
                    self._tables = {s: kept[s] for s in sorted(kept)[-KEPT_STATES:]}
        return known

    def _learn(self, connection: sa.Connection, state: State) -> tuple[Model, Tables]:
        """The model and its tables in that state: where rows carry more by now, a model that has derived nothing yet."""
        version, carrying = state[0], whole(connection, self.database.schema)
        known = [pair for (other, _), pair in self._tables.items() if other == version]
        for pair in known:
            if pair[1].carrying == carrying:
                return pair
        model = self._models.get(version)
        if model is None:
            self.remember(load_model(connection, self.own, version) if version else EMPTY)
            model = self._models[version]
        model = replace(model) if known else model
        return model, Tables(model, self.database.schema, self.database.dialect, carrying)

    def _still(self, connection: sa.Connection, state: State) -> bool:
        """Whether what was learned is true of the whole state: a write sees what others have committed since it began,
        which a reader that began with it does not."""
        head = self.own.head
        now = connection.execute(sa.select(head.c.version, head.c.search)).one_or_none()
        return now is None or (now.version or 0, now.search or 0) == state

    def remember(self, model: Model) -> None:
        """Keep a resolved model for the transactions in which its version is in force."""
        kept = {**self._models, model.version: model}
        self._models = {v: kept[v] for v in sorted(kept)[-KEPT_MODELS:]}
        self._tables = {state: pair for state, pair in self._tables.items() if state[0] != model.version}

    @property
    def own(self) -> OwnTables:
        """Kubik's own tables."""
        return own_tables(self.database.schema, self.database.dialect)


@contextmanager
def unnoted(tx: Transaction) -> Iterator[None]:
    """Read what nobody is shown: no view of personal data is noted meanwhile."""
    way, tx.way = tx.way, None
    try:
        yield
    finally:
        tx.way = way


@contextmanager
def tried(tx: Transaction) -> Iterator[None]:
    """Write what is only tried: it is taken back at the end, with what was to be called once it is durable."""
    calls = list(tx.after_commit)
    whole = tx.connection.begin_nested()
    try:
        yield
    finally:
        if whole.is_active:
            whole.rollback()
        tx.after_commit[:] = calls


@contextmanager
def _closed_on_error(database: Database) -> Iterator[None]:
    try:
        yield
    except _DRIVER_ERRORS as error:
        database.close()
        if is_lost(error):
            why = str(getattr(error, "orig", error)).splitlines()[0]
            raise KubikError("KBK6003", message("the database cannot be opened: {why}", why=why)) from error
        raise
    except BaseException:
        database.close()
        raise
