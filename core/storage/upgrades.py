"""Making and upgrading Kubik's own tables: numbered steps, each safe to repeat, recorded in `kubik_meta`."""

from __future__ import annotations

import hashlib
import inspect
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from core.errors import KubikError
from core.storage.database import Database
from core.storage.expressions import postgresql
from core.storage.expressions.functions import definitions
from core.storage.moments import bring_since
from core.storage.own import OwnTables, own_tables
from core.storage.sharing import bring_shared
from metamodel.messages import message
from metamodel.text import FOLD_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step from the version before to ``number``; ``apply`` may find its work half done."""

    number: int
    apply: Callable[[sa.Connection, OwnTables], None]


def _first_tables(connection: sa.Connection, own: OwnTables) -> None:
    own.metadata.create_all(connection)
    if connection.execute(sa.select(own.head.c.version)).first() is None:
        connection.execute(own.head.insert().values(version=0))


def _drafts(connection: sa.Connection, own: OwnTables) -> None:
    own.draft.create(connection, checkfirst=True)


def _actions(connection: sa.Connection, own: OwnTables) -> None:
    """The column of the journal for the action that did a change."""
    _add_columns(connection, own.journal, "action")


def _identity(connection: sa.Connection, own: OwnTables) -> None:
    """Who acts as whom, what a token leaves of rights, second factors and links of invitation."""
    _add_columns(connection, own.journal, "behalf")
    _add_columns(connection, own.session, "agent", "proved_at", "strong", "acting", "mode")
    _add_columns(connection, own.token, "scope", "hint")
    for table in (own.factor, own.recovery, own.invitation, own.challenge, own.security):
        table.create(connection, checkfirst=True)


def _add_columns(connection: sa.Connection, table: sa.Table, *names: str) -> None:
    """Give an older table the columns it has today, where they are not there yet; they are empty."""
    place = connection.dialect.identifier_preparer.format_table(table)
    for name in names:
        kind = table.c[name].type.compile(connection.dialect)
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text(f'ALTER TABLE {place} ADD COLUMN IF NOT EXISTS "{name}" {kind}'))
        elif all(column["name"] != name for column in sa.inspect(connection).get_columns(table.name)):
            connection.execute(sa.text(f'ALTER TABLE {place} ADD COLUMN "{name}" {kind}'))


def _sightings(connection: sa.Connection, own: OwnTables) -> None:
    """Who saw personal data."""
    own.sighting.create(connection, checkfirst=True)
    own.sighted.create(connection, checkfirst=True)


def _members(connection: sa.Connection, own: OwnTables) -> None:
    own.member.create(connection, checkfirst=True)


def _batches(connection: sa.Connection, own: OwnTables) -> None:
    """The column of the journal for the job that did a change."""
    _add_columns(connection, own.journal, "job")
    next(i for i in own.journal.indexes if i.name == "kubik_journal_job").create(connection, checkfirst=True)


def _search(connection: sa.Connection, own: OwnTables) -> None:
    """Where the search rows of each entity are; they are made by a job, and until then texts are looked through."""
    _add_columns(connection, own.head, "search")
    own.search.create(connection, checkfirst=True)


def _looks(connection: sa.Connection, own: OwnTables) -> None:
    """Views that people save, and how they like to see lists."""
    own.view.create(connection, checkfirst=True)
    own.preference.create(connection, checkfirst=True)


def _documents(connection: sa.Connection, own: OwnTables) -> None:
    """Documents that were issued, and the column of the journal for them."""
    _add_columns(connection, own.journal, "document")
    own.document.create(connection, checkfirst=True)
    own.document_file.create(connection, checkfirst=True)


def _templates(connection: sa.Connection, own: OwnTables) -> None:
    own.template.create(connection, checkfirst=True)


def _kept_data(connection: sa.Connection, own: OwnTables) -> None:
    """What issued documents were made from, so that each is to be had in its other formats, too."""
    _add_columns(connection, own.document, "label", "templates", "data")


STEPS: tuple[Step, ...] = (
    Step(number=1, apply=_first_tables),
    Step(number=2, apply=_drafts),
    Step(number=3, apply=_actions),
    Step(number=4, apply=_identity),
    Step(number=5, apply=_members),
    Step(number=6, apply=_sightings),
    Step(number=7, apply=bring_since),
    Step(number=8, apply=_looks),
    Step(number=9, apply=_search),
    Step(number=10, apply=_batches),
    Step(number=11, apply=bring_shared),
    Step(number=12, apply=_templates),
    Step(number=13, apply=_documents),
    Step(number=14, apply=_kept_data),
)
"""In order; a released step is never changed, a new one is added behind it."""

CURRENT = STEPS[-1].number

_NAME = "workspace"

_FUNCTIONS = "functions"
"""The fact that says which functions of expressions are in the schema."""


def make_database(database: Database, time_zone: str) -> None:
    """Make the workspace's own tables where there are none, and remember its time zone."""
    own = own_tables(database.schema, database.dialect)
    if database.file is not None and not database.file.parent.is_dir():
        raise KubikError("KBK6002", message("there is no folder {folder}", folder=str(database.file.parent)))
    with database.plain.begin() as connection:
        _alone(connection, database)
        # IF NOT EXISTS asks for the right to create schemas even when it is there.
        if database.schema is not None and not sa.inspect(connection).has_schema(database.schema):
            connection.execute(sa.schema.CreateSchema(database.schema))
        if _version(connection, own) is None:
            own.meta.create(connection, checkfirst=True)
            facts = {"schema_version": "0", "time_zone": time_zone, "fold_version": str(FOLD_VERSION)}
            connection.execute(own.meta.insert(), [{"key": k, "value": v} for k, v in facts.items()])
        _climb(connection, own)
        _make_functions(connection, database, own)


def upgrade(database: Database) -> None:
    """Bring an existing workspace's own tables up to date; KBK6002 when there is none or it is from the future."""
    own = own_tables(database.schema, database.dialect)
    if database.file is not None and not database.file.exists():
        raise _missing()
    with database.outside.connect() as connection:
        version = _version(connection, own)
        if version is None:
            raise _missing()
        if version == CURRENT and _functions_are_there(connection, database, own):
            return
    with database.plain.begin() as connection:
        _alone(connection, database)
        _climb(connection, own)
        _make_functions(connection, database, own)


def _climb(connection: sa.Connection, own: OwnTables) -> None:
    version = _version(connection, own) or 0
    if version > CURRENT:
        raise KubikError(
            "KBK6002",
            message(
                "the data was written by a newer Kubik (its form is {found}, this one knows {known}): update Kubik",
                found=version,
                known=CURRENT,
            ),
        )
    for step in STEPS:
        if step.number > version:
            step.apply(connection, own)
            connection.execute(
                own.meta.update().where(own.meta.c.key == "schema_version").values(value=str(step.number))
            )


def _functions_are_there(connection: sa.Connection, database: Database, own: OwnTables) -> bool:
    return read_fact(connection, own, _FUNCTIONS) == _functions_mark(database)


def _make_functions(connection: sa.Connection, database: Database, own: OwnTables) -> None:
    """Put the functions of expressions into a PostgreSQL schema (an SQLite connection brings its own)."""
    if database.schema is None or _functions_are_there(connection, database, own):
        return
    for text in definitions(database.schema):
        connection.connection.dbapi_connection.execute(text)  # type: ignore[union-attr]
    write_fact(connection, own, _FUNCTIONS, _functions_mark(database))


def _functions_mark(database: Database) -> str | None:
    """What the functions are made from: their source and Python's tables of Unicode (making them takes a second)."""
    if database.schema is None:
        return None
    source = hashlib.sha256(inspect.getsource(postgresql).encode()).hexdigest()
    return f"{unicodedata.unidata_version} {source}"


def _alone(connection: sa.Connection, database: Database) -> None:
    if database.dialect == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(database.lock_key("upgrade"))))


def _version(connection: sa.Connection, own: OwnTables) -> int | None:
    if not sa.inspect(connection).has_table(own.meta.name, schema=own.meta.schema):
        return None
    value = connection.execute(
        sa.select(own.meta.c.value).where(own.meta.c.key == "schema_version")
    ).scalar_one_or_none()
    return None if value is None else int(value)


def _missing() -> KubikError:
    return KubikError("KBK6002", message("there is no installation here: run `kubik init` first"))


def workspace_name(database: Database) -> str:
    """The name that a workspace has for ever, wherever it is moved: made when it is asked for the first time."""
    name = read_meta(database, _NAME)
    if name is None:
        own = own_tables(database.schema, database.dialect)
        with database.plain.begin() as connection:
            _alone(connection, database)
            name = read_fact(connection, own, _NAME)
            if name is None:
                name = secrets.token_hex(16)
                write_fact(connection, own, _NAME, name)
    return name


def read_meta(database: Database, key: str) -> str | None:
    """A fact about the workspace."""
    own = own_tables(database.schema, database.dialect)
    with database.outside.connect() as connection:
        return read_fact(connection, own, key)


def read_fact(connection: sa.Connection, own: OwnTables, key: str) -> str | None:
    """A fact about the workspace, in a transaction."""
    value: str | None = connection.execute(
        sa.select(own.meta.c.value).where(own.meta.c.key == key)
    ).scalar_one_or_none()
    return value


def write_fact(connection: sa.Connection, own: OwnTables, key: str, value: str | None) -> None:
    """Remember a fact about the workspace in place of what was known."""
    connection.execute(own.meta.delete().where(own.meta.c.key == key))
    connection.execute(own.meta.insert().values(key=key, value=value))
