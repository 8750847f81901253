"""Kubik's own tables: configuration, journal, numbers, jobs, people's keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import sqlalchemy as sa

from core.storage.types import BIG, TEXT, Flag, Instant, JsonText, TransactionId

OWN = "kubik_"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTables:
    """The tables that no definition makes; each is documented where it is made below."""

    metadata: sa.MetaData
    meta: sa.Table
    model: sa.Table
    head: sa.Table
    search: sa.Table
    plan: sa.Table
    solution_data: sa.Table
    journal: sa.Table
    reader: sa.Table
    sighting: sa.Table
    sighted: sa.Table
    number: sa.Table
    job: sa.Table
    closure: sa.Table
    member: sa.Table
    shared: sa.Table
    origin: sa.Table
    external: sa.Table
    hand: sa.Table
    draft: sa.Table
    view: sa.Table
    preference: sa.Table
    idempotency: sa.Table
    credential: sa.Table
    session: sa.Table
    token: sa.Table
    attempt: sa.Table
    factor: sa.Table
    recovery: sa.Table
    invitation: sa.Table
    challenge: sa.Table
    security: sa.Table


@lru_cache(maxsize=16)
def own_tables(schema: str | None, dialect: Literal["sqlite", "postgresql"]) -> OwnTables:
    """The tables in that schema; the two databases differ only in how a journal row knows its transaction."""
    metadata = sa.MetaData(schema=schema)
    return OwnTables(
        metadata=metadata,
        **_configuration(metadata),
        **_history(metadata, dialect),
        **_records(metadata),
        **_work(metadata),
        **_people(metadata),
        **_proofs(metadata),
        **_looks(metadata),
    )


def _table(
    metadata: sa.MetaData, name: str, *parts: sa.schema.SchemaItem, sequence: bool = False, rowid: bool = True
) -> sa.Table:
    return sa.Table(OWN + name, metadata, *parts, sqlite_autoincrement=sequence, sqlite_with_rowid=rowid)


def _id(name: str = "id") -> sa.Column[int]:
    """A key that is given in order and never given twice."""
    return sa.Column(name, BIG, sa.Identity(), primary_key=True)


def _configuration(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "meta": _table(  # facts about the workspace: schema_version, time_zone, fold_version …
            metadata, "meta",
            sa.Column("key", TEXT, primary_key=True),
            sa.Column("value", TEXT),
        ),
        "model": _table(  # every version of the configuration, as its canonical document
            metadata, "model",
            sa.Column("version", BIG, primary_key=True, autoincrement=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", BIG),
            sa.Column("document", JsonText(), nullable=False),
            sa.Column("columns", JsonText(), nullable=False),  # {field uid: generation of its column}
            sa.Column("pending", JsonText(), nullable=False),  # fields whose new column is being filled
            sa.Column("summary", JsonText()),  # what the change was, for people
        ),
        "head": _table(  # one row: the version in force
            metadata, "head",
            sa.Column("version", BIG, nullable=False),
            sa.Column("search", BIG),  # goes up whenever a row of `search` changes
        ),
        "search": _table(  # the search rows of each entity: where they are, what they hold, how far they have come
            metadata, "search",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("generation", BIG, nullable=False),  # of the table with the rows
            sa.Column("columns", JsonText(), nullable=False),
            sa.Column("key", TEXT, nullable=False),  # of the layout
            sa.Column("ready", Flag(), nullable=False),  # whether every record has its row
            sa.Column("indexed", BIG, nullable=False),  # up to which record the trigrams are indexed
        ),
        "plan": _table(  # changes of the configuration that were planned, and how far one has come
            metadata, "plan",
            sa.Column("id", TEXT, primary_key=True),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", BIG),
            sa.Column("base", BIG, nullable=False),  # the version it was made for
            sa.Column("target", JsonText(), nullable=False),
            sa.Column("state", JsonText()),  # empty until it is begun
            sa.Column("applied", BIG),  # the version it became
        ),
        "solution_data": _table(  # the files of records that a solution brought
            metadata, "solution_data",
            sa.Column("solution", TEXT, primary_key=True),
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("text", TEXT, nullable=False),
        ),
    }  # fmt: skip


def _history(metadata: sa.MetaData, dialect: Literal["sqlite", "postgresql"]) -> dict[str, sa.Table]:
    tx: list[sa.schema.SchemaItem] = []
    if dialect == "postgresql":
        tx = [
            sa.Column("tx", TransactionId(), nullable=False, server_default=sa.func.pg_current_xact_id()),
            sa.Index("kubik_journal_tx", "tx"),
        ]
    return {
        "journal": _table(  # one row a change of a record, in the transaction that made it
            metadata, "journal",
            _id("seq"),
            *tx,
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", BIG),
            sa.Column("behalf", BIG),  # the person as whom it was done, when not as oneself
            sa.Column("kind", TEXT, nullable=False),
            sa.Column("entity", TEXT, nullable=False),
            sa.Column("record", BIG, nullable=False),
            sa.Column("version", BIG),
            sa.Column("action", TEXT),  # the uid of the action that did it, of none by hand
            sa.Column("job", BIG),  # the job that did it: an import, a change of many, their taking back
            sa.Column("diff", JsonText()),
            sa.Index("kubik_journal_record", "entity", "record", "seq"),
            sa.Index(
                "kubik_journal_job", "job", "seq",
                sqlite_where=sa.text("job IS NOT NULL"), postgresql_where=sa.text("job IS NOT NULL"),
            ),
            sequence=True,
        ),
        "sighting": _table(  # somebody was shown personal data: by which way, which fields
            metadata, "sighting",
            _id(),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", BIG),
            sa.Column("behalf", BIG),  # the person as whom it was seen, when not as oneself
            sa.Column("token", BIG),
            sa.Column("way", TEXT, nullable=False),  # list, card, api, export, extract …
            sa.Column("entity", TEXT, nullable=False),
            sa.Column("fields", JsonText(), nullable=False),  # uids
            sa.Column("count", BIG, nullable=False),  # records
            sa.Index("kubik_sighting_by", "by", "id"),
            sequence=True,
        ),
        "sighted": sa.Table(  # the records of a sighting: a row each, so narrow as it can be
            OWN + "sighted", metadata,
            sa.Column("record", BIG, primary_key=True, autoincrement=False),
            sa.Column("sighting", BIG, primary_key=True, autoincrement=False),
            sqlite_with_rowid=False,
        ),
        "reader": _table(  # how far each reader of the journal has come
            metadata, "reader",
            sa.Column("name", TEXT, primary_key=True),
            sa.Column("position", TEXT, nullable=False),
        ),
    }  # fmt: skip


def _records(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "number": _table(  # the last number taken of a series in its period
            metadata, "number",
            sa.Column("series", TEXT, primary_key=True),
            sa.Column("period", TEXT, primary_key=True),
            sa.Column("last", BIG, nullable=False),
        ),
        "closure": _table(  # every record of a tree with itself and all above it
            metadata, "closure",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("ancestor", BIG, primary_key=True, autoincrement=False),
            sa.Column("descendant", BIG, primary_key=True, autoincrement=False),
            sa.Index("kubik_closure_up", "entity", "descendant", "ancestor"),
        ),
        "member": _table(  # everybody in a group, those of the groups inside it included
            metadata, "member",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("group", BIG, primary_key=True, autoincrement=False),
            sa.Index("kubik_member_group", "group", "user"),
        ),
        "shared": _table(  # for whom there are shares (a person, group, role, department), by the age of their records
            metadata, "shared",
            sa.Column("kind", TEXT, primary_key=True),
            sa.Column("whom", BIG, primary_key=True, autoincrement=False),
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("made", Instant(), primary_key=True),
            sa.Column("record", BIG, primary_key=True, autoincrement=False),
            sa.Column("share", BIG, primary_key=True, autoincrement=False),
            sa.Index("kubik_shared_record", "kind", "whom", "entity", "record", "share"),
            sa.Index("kubik_shared_share", "share"),
            rowid=False,
        ),
        "origin": _table(  # which records came with a solution or an import, and under which key
            metadata, "origin",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("record", BIG, primary_key=True, autoincrement=False),
            sa.Column("kind", TEXT, primary_key=True),
            sa.Column("key", TEXT),
            sa.Index("kubik_origin_key", "entity", "kind", "key"),
        ),
        "external": _table(  # the identifier another system knows a record by
            metadata, "external",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("value", TEXT, primary_key=True),
            sa.Column("record", BIG, nullable=False),
            sa.Index("kubik_external_record", "entity", "record"),
        ),
        "hand": _table(  # which fields of a record that follow others were changed by hand
            metadata, "hand",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("record", BIG, primary_key=True, autoincrement=False),
            sa.Column("fields", JsonText(), nullable=False),
        ),
        "draft": _table(  # what people typed into forms and did not save; secrets never
            metadata, "draft",
            sa.Column("key", TEXT, primary_key=True),  # made by the form, so that two open ones have two drafts
            sa.Column("user", BIG, nullable=False),
            sa.Column("entity", TEXT, nullable=False),
            sa.Column("record", BIG),  # empty for a new record
            sa.Column("version", BIG),  # of the record, as the form was opened
            sa.Column("at", Instant(), nullable=False),
            sa.Column("content", JsonText(), nullable=False),
            sa.Index("kubik_draft_user", "user", "entity", "record"),
            sa.Index("kubik_draft_at", "at"),
        ),
        "idempotency": _table(  # answers kept for a day, so that a repeated request is not done twice
            metadata, "idempotency",
            sa.Column("caller", TEXT, primary_key=True),
            sa.Column("key", TEXT, primary_key=True),
            sa.Column("request", TEXT, nullable=False),  # a hash of method, path and body
            sa.Column("at", Instant(), nullable=False),
            sa.Column("status", BIG),
            sa.Column("headers", JsonText()),
            sa.Column("body", TEXT),
            sa.Index("kubik_idempotency_at", "at"),
        ),
    }  # fmt: skip


def _work(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "job": _table(  # background work, committed with the data that asked for it
            metadata, "job",
            _id(),
            sa.Column("kind", TEXT, nullable=False),
            sa.Column("state", TEXT, nullable=False),
            sa.Column("by", BIG),
            sa.Column("parameters", JsonText(), nullable=False),
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("started_at", Instant()),
            sa.Column("finished_at", Instant()),
            sa.Column("run_after", Instant(), nullable=False),
            sa.Column("done", BIG, nullable=False),
            sa.Column("total", BIG),
            sa.Column("saved", JsonText()),  # where to go on after a crash
            sa.Column("result", JsonText()),
            sa.Column("error", JsonText()),
            sa.Column("errors_file", TEXT),
            sa.Column("cancel", Flag(), nullable=False),
            sa.Column("worker", TEXT),
            sa.Column("lease", Instant()),
            sa.Column("attempts", BIG, nullable=False),
            sa.Index("kubik_job_waiting", "state", "run_after", "id"),
            sequence=True,
        ),
    }  # fmt: skip


def _people(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "credential": _table(  # the hash of a user's password
            metadata, "credential",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("hash", TEXT, nullable=False),
            sa.Column("changed_at", Instant(), nullable=False),
        ),
        "session": _table(  # who is signed in; only a hash of what the browser holds
            metadata, "session",
            sa.Column("hash", TEXT, primary_key=True),
            sa.Column("user", BIG, nullable=False),
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("seen_at", Instant(), nullable=False),
            sa.Column("ends_at", Instant(), nullable=False),
            sa.Column("address", TEXT),
            sa.Column("agent", TEXT),  # how the browser calls itself
            sa.Column("proved_at", Instant()),  # when the person last showed that it is them
            sa.Column("strong", Flag()),  # whether a second factor was given
            sa.Column("acting", BIG),  # the user as whom the person acts
            sa.Column("mode", TEXT),  # and how: view, deputy
            sa.Index("kubik_session_user", "user"),
            sa.Index("kubik_session_ends_at", "ends_at"),
        ),
        "token": _table(  # keys of programs; only a hash of what was printed once
            metadata, "token",
            _id(),
            sa.Column("hash", TEXT, nullable=False, unique=True),
            sa.Column("user", BIG, nullable=False),
            sa.Column("name", TEXT, nullable=False),
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("ends_at", Instant()),
            sa.Column("used_at", Instant()),
            sa.Column("scope", JsonText()),  # what it leaves of the user's rights
            sa.Column("hint", TEXT),  # how it begins, to be recognised
            sa.Index("kubik_token_user", "user"),
            sequence=True,
        ),
        "attempt": _table(  # refused sign-ins, by login and by address
            metadata, "attempt",
            sa.Column("key", TEXT, primary_key=True),
            sa.Column("since", Instant(), nullable=False),
            sa.Column("count", BIG, nullable=False),
            sa.Index("kubik_attempt_since", "since"),
        ),
    }  # fmt: skip


def _looks(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "view": _table(  # views that people saved for themselves, and shared with roles
            metadata, "view",
            sa.Column("uid", TEXT, primary_key=True),
            sa.Column("owner", BIG, nullable=False),
            sa.Column("entity", TEXT, nullable=False),
            sa.Column("label", TEXT, nullable=False),
            sa.Column("kind", TEXT, nullable=False),
            sa.Column("state", JsonText(), nullable=False),  # columns, filter and the like, by uids
            sa.Column("roles", JsonText(), nullable=False),  # uids of the roles it is shared with
            sa.Column("place", BIG, nullable=False),
            sa.Column("changed_at", Instant(), nullable=False),
            sa.Index("kubik_view_entity", "entity", "owner"),
        ),
        "preference": _table(  # how somebody likes to see things: widths of columns, density, the view to begin with
            metadata, "preference",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("key", TEXT, primary_key=True),
            sa.Column("value", JsonText(), nullable=False),
        ),
    }  # fmt: skip


def _proofs(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "factor": _table(  # the second factor of a user: what makes its codes
            metadata, "factor",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("secret", TEXT, nullable=False),  # encrypted
            sa.Column("salt", TEXT, nullable=False),  # of the recovery codes
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("last_step", BIG),  # the time step of the last code that was taken
        ),
        "recovery": _table(  # codes that are good once, in place of the second factor
            metadata, "recovery",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("hash", TEXT, primary_key=True),
            sa.Column("used_at", Instant()),
        ),
        "invitation": _table(  # links that let somebody choose a password; only a hash of what was sent
            metadata, "invitation",
            sa.Column("hash", TEXT, primary_key=True),
            sa.Column("user", BIG, nullable=False),
            sa.Column("kind", TEXT, nullable=False),  # invite, reset
            sa.Column("by", BIG),
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("ends_at", Instant(), nullable=False),
            sa.Index("kubik_invitation_user", "user"),
        ),
        "challenge": _table(  # sign-ins whose password was right and whose second factor is awaited
            metadata, "challenge",
            sa.Column("hash", TEXT, primary_key=True),
            sa.Column("user", BIG, nullable=False),
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("ends_at", Instant(), nullable=False),
            sa.Index("kubik_challenge_ends_at", "ends_at"),
        ),
        "security": _table(  # what happened to somebody's keys, and who looked as whom
            metadata, "security",
            _id(),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("user", BIG, nullable=False),
            sa.Column("by", BIG),
            sa.Column("kind", TEXT, nullable=False),
            sa.Column("address", TEXT),
            sa.Column("detail", TEXT),
            sa.Index("kubik_security_user", "user", "id"),
            sequence=True,
        ),
    }  # fmt: skip
