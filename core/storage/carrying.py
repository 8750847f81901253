"""What rows carry of the record that decides about them, kept true by triggers of PostgreSQL: begun, filled, ended.

The database itself does it, in the transaction of whatever writes a row or a record, so nobody can forget it. A row that
is written, or led elsewhere, reads the record and keeps it from changing (FOR SHARE) until it is committed; a record
whose links change hands them on to the rows that follow it. A record that is not there cannot be kept from coming: a row
that leads to none waits for whoever makes records, and keeps others from it. Who would hand on links from an older state
of the database, not seeing rows that came since (REPEATABLE READ), is refused; Kubik writes at READ COMMITTED.

Rights are read from what is carried once all rows carry it: the trigger then bears the word `WHOLE` as its comment, and
whoever drops it takes that away with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from core.storage.carried import Carried, carried_by
from core.storage.tables import Tables
from metamodel.model import Entity, Model

WHOLE = "all rows carry it"

BATCH = 5000
"""Rows that are filled at once: writers of both tables wait as long, a tenth of a second or two."""

BEFORE_ALL = -(2**63)
"""No row has so small an id."""

SMALL = 20_000
"""Rows of a table that are filled at once, where its model is put in force; more are filled by a job."""

_WHOLE = """
SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND t.tgenabled <> 'D' AND starts_with(t.tgname, 'c_')
AND obj_description(t.oid, 'pg_trigger') = :whole
"""
_REFUSED = """
  IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION 'records are written at READ COMMITTED' USING ERRCODE = 'feature_not_supported';
  END IF;"""
"""Who sees an older state of the database is refused."""

_FUNCTIONS = """
SELECT DISTINCT regexp_replace(p.proname, '_(in|out|new)$', '') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = :schema AND p.proname ~ '^c_[a-z0-9]+_[0-9a-f]+_(in|out|new)$'
"""


def whole(connection: sa.Connection, schema: str | None) -> frozenset[str]:
    """The names (`Carried.name`) of what all rows carry. Nothing on SQLite."""
    if schema is None:
        return frozenset()
    return frozenset(connection.execute(sa.text(_WHOLE), {"schema": schema, "whole": WHOLE}).scalars())


def missing(connection: sa.Connection, tables: Tables, entities: Iterable[Entity]) -> list[Carried]:
    """What rows of these entities are to carry, and not all of them do."""
    wanted = [carried for entity in entities for carried in tables.carried_by(entity)]
    there = whole(connection, tables.schema) if wanted else frozenset()
    return [carried for carried in wanted if carried.name not in there]


def is_small(connection: sa.Connection, schema: str | None, carried: Carried) -> bool:
    """Whether there are few rows to fill."""
    rows = f"SELECT 1 FROM {_name(schema, carried.table)} OFFSET {SMALL} LIMIT 1"
    return connection.execute(sa.text(rows)).first() is None


def widen(connection: sa.Connection, schema: str | None, carried: Carried) -> None:
    """The columns, where the table lacks some: readers of it wait meanwhile, so nothing else is done beside."""
    asked = sa.text(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:place) AND NOT attisdropped"
    )
    place = _name(schema, carried.table)
    there = set(connection.execute(asked, {"place": place}).scalars())
    lacking = [column for column in carried.columns if column not in there]
    if there and lacking:
        columns = ", ".join(f'ADD COLUMN IF NOT EXISTS "{column}" bigint' for column in lacking)
        _run(connection, f"ALTER TABLE {place} {columns}")


def begin(connection: sa.Connection, schema: str | None, carried: Carried) -> int:
    """The columns, and what keeps them true from now on in every row that is written; `finish` wants to be told which it
    was."""
    widen(connection, schema, carried)
    place = _name(schema, carried.table)
    _run(connection, f"LOCK TABLE {place} IN SHARE ROW EXCLUSIVE MODE")  # two who begin at once take turns
    end(connection, schema, carried.name)
    for statement in (*_taking(schema, carried), *_handing(schema, carried), *_coming(schema, carried)):
        _run(connection, statement)
    return begun_as(connection, schema, carried) or 0


def _taking(schema: str | None, carried: Carried) -> Iterator[str]:
    """A row that is written, or led elsewhere, takes the links of its record. One that leads to none waits for those who
    make records."""
    function = _name(schema, f"{carried.name}_in")
    links = ", ".join(f't."{source}"' for source in carried.sources)
    into = ", ".join(f'NEW."{column}"' for column in carried.columns)
    record = _record(carried, "NEW")
    take = (
        f"SELECT {links} INTO {into} FROM {_name(schema, carried.target)} t WHERE t.id = {record} FOR SHARE"
    )
    yield f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {take};
  IF NOT FOUND AND ({record}) IS NOT NULL THEN
    {_REFUSED}
    PERFORM pg_advisory_xact_lock({_lock(schema, carried)});
    {take};
  END IF;
  RETURN NEW;
END $$"""
    yield f"""
CREATE TRIGGER "{carried.name}" BEFORE INSERT OR UPDATE OF "{carried.link}" ON {_name(schema, carried.table)}
FOR EACH ROW EXECUTE FUNCTION {function}()"""


def _handing(schema: str | None, carried: Carried) -> Iterator[str]:
    """A record whose links change hands them on to its rows, and nothing when it goes."""
    place, target = _name(schema, carried.table), _name(schema, carried.target)
    function = _name(schema, f"{carried.name}_out")
    given = ", ".join(f'"{carried.column(source)}" = NEW."{source}"' for source in carried.sources)
    empty = ", ".join(f'"{column}" = NULL' for column in carried.columns)
    yield f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {_REFUSED}
  IF TG_OP = 'DELETE' THEN
    UPDATE {place} f SET {empty} WHERE f."{carried.link}" = {_link(carried, "OLD")};
  ELSE
    UPDATE {place} f SET {given} WHERE f."{carried.link}" = {_link(carried, "NEW")};
  END IF;
  RETURN NULL;
END $$"""
    yield f"""
CREATE TRIGGER "{carried.name}_gone" AFTER DELETE ON {target}
FOR EACH ROW EXECUTE FUNCTION {function}()"""
    sources = ", ".join(f'"{source}"' for source in carried.sources)
    differ = " OR ".join(f'OLD."{s}" IS DISTINCT FROM NEW."{s}"' for s in carried.sources)
    yield f"""
CREATE TRIGGER "{carried.name}_changed" AFTER UPDATE OF {sources} ON {target}
FOR EACH ROW WHEN ({differ}) EXECUTE FUNCTION {function}()"""


def _coming(schema: str | None, carried: Carried) -> Iterator[str]:
    """Records that come, many of one statement at once, find the rows that lead to them already: by the index of their
    link, however many PostgreSQL thinks there are."""
    place, function = _name(schema, carried.table), _name(schema, f"{carried.name}_new")
    given = ", ".join(f'"{carried.column(source)}" = n."{source}"' for source in carried.sources)
    yield f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  {_REFUSED}
  PERFORM pg_advisory_xact_lock_shared({_lock(schema, carried)});
  UPDATE {place} f SET {given} FROM added n WHERE f."{carried.link}" = {_link(carried, "n")};
  RETURN NULL;
END $$"""
    yield f"""
CREATE TRIGGER "{carried.name}_there" AFTER INSERT ON {_name(schema, carried.target)}
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {function}()"""


def begun_as(connection: sa.Connection, schema: str | None, carried: Carried) -> int | None:
    """The number that PostgreSQL knows its trigger by; None when it is not begun, or switched off."""
    asked = sa.text(
        "SELECT oid FROM pg_trigger WHERE tgname = :name AND tgrelid = to_regclass(:place) AND tgenabled <> 'D'"
    )
    given = {"name": carried.name, "place": _name(schema, carried.table)}
    return connection.execute(asked, given).scalar_one_or_none()


def fill(connection: sa.Connection, schema: str | None, carried: Carried, after: int) -> int | None:
    """Fill the rows behind that id, a batch of them; the last one's id, None when there are no more.

    Nobody writes either table meanwhile, so what is read of a record is true when it is written. Two who fill at once take
    turns.
    """
    place, target = _name(schema, carried.table), _name(schema, carried.target)
    _run(connection, f"LOCK TABLE {target}, {place} IN SHARE ROW EXCLUSIVE MODE")
    some = sa.text(
        f"SELECT max(id) FROM (SELECT id FROM {place} WHERE id > :after ORDER BY id LIMIT {BATCH}) batch"
    )
    last: int | None = connection.execute(some, {"after": after}).scalar_one()
    if last is not None:
        connection.execute(sa.text(_filling(carried, place, target)), {"after": after, "last": last})
    return last


def _filling(carried: Carried, place: str, target: str) -> str:
    given = ", ".join(f'"{carried.column(source)}" = s."{source}"' for source in carried.sources)
    links = ", ".join(f't."{source}"' for source in carried.sources)
    return f"""
UPDATE {place} f SET {given} FROM (
  SELECT r.id, {links} FROM {place} r LEFT JOIN {target} t ON t.id = {_record(carried, "r")}
  WHERE r.id > :after AND r.id <= :last) s
WHERE s.id = f.id AND ({_differ(carried)})"""


def finish(connection: sa.Connection, schema: str | None, carried: Carried, begun: int) -> bool:
    """Rights are read from it by transactions that begin afterwards; who calls lets them know. Not when it was ended
    meanwhile, for a model that has no use for it: then all of it must be done again."""
    place = _name(schema, carried.table)
    _run(connection, f"LOCK TABLE {place} IN SHARE UPDATE EXCLUSIVE MODE")  # nobody begins it anew meanwhile
    if begun_as(connection, schema, carried) != begun:
        return False
    _run(connection, f"""COMMENT ON TRIGGER "{carried.name}" ON {place} IS '{WHOLE}'""")
    _run(connection, f"ANALYZE {place}")
    return True


def end(connection: sa.Connection, schema: str | None, name: str) -> None:
    """Keep it true no longer; the columns stay, for who reads an older state of the database."""
    for part in PARTS:
        end_part(connection, schema, name, part)


PARTS = ("in", "out", "new")
"""What rows take when they are written, and what records hand on: that it is begun says the first one, so it goes first."""


def end_part(connection: sa.Connection, schema: str | None, name: str, part: str) -> None:
    """The function of one table; its triggers there go with it."""
    _run(connection, f"DROP FUNCTION IF EXISTS {_name(schema, f'{name}_{part}')}() CASCADE")


def end_stale(connection: sa.Connection, schema: str | None, model: Model) -> None:
    """Keep nothing that the model has no use for."""
    for name in stale(connection, schema, model):
        end(connection, schema, name)


def stale(connection: sa.Connection, schema: str | None, model: Model) -> list[str]:
    """The names of what is kept, or half of it, and the model has no use for."""
    if schema is None:
        return []
    wanted = {carried.name for carried in all_carried(model)}
    there = connection.execute(sa.text(_FUNCTIONS), {"schema": schema}).scalars().all()
    return [name for name in there if name not in wanted]


def all_carried(model: Model) -> Iterator[Carried]:
    """What rows of the model's entities carry."""
    for entity in model.entities.values():
        yield from carried_by(model, entity, "postgresql")


def wrong(connection: sa.Connection, schema: str | None, carried: Carried) -> int:
    """How many rows carry something else than the record holds: none, unless somebody wrote past the triggers."""
    place, target = _name(schema, carried.table), _name(schema, carried.target)
    asked = f"""
SELECT count(*) FROM {place} f LEFT JOIN {target} s ON s.id = {_record(carried, "f")} WHERE {_differ(carried)}"""
    return int(connection.execute(sa.text(asked)).scalar_one())


def _differ(carried: Carried) -> str:
    """Whether a row `f` carries something else than the record `s`."""
    return " OR ".join(f'f."{carried.column(s)}" IS DISTINCT FROM s."{s}"' for s in carried.sources)


def _record(carried: Carried, row: str) -> str:
    """The id of the record that a row leads to, null where it leads to one of another entity."""
    link = f'{row}."{carried.link}"'
    if not carried.any:
        return link
    begins = f"'{carried.entity}:'"
    return f"CASE WHEN starts_with({link}, {begins}) THEN CAST(substr({link}, {len(carried.entity) + 2}) AS bigint) END"


def _lock(schema: str | None, carried: Carried) -> int:
    """The number of the lock on records that come, which those who make them share."""
    digest = hashlib.sha256(f"kubik {schema} coming {carried.target}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _link(carried: Carried, record: str) -> str:
    """The link to a record."""
    return f"'{carried.entity}:' || {record}.id" if carried.any else f"{record}.id"


def _name(schema: str | None, name: str) -> str:
    return f'"{schema}"."{name}"'


def _run(connection: sa.Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
