"""Tables of people: their keys and proofs, and how they like to see things."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.own.making import identity, table
from core.storage.types import BIG, TEXT, Flag, Instant, JsonText


def people(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "credential": table(  # the hash of a user's password
            metadata, "credential",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("hash", TEXT, nullable=False),
            sa.Column("changed_at", Instant(), nullable=False),
        ),
        "session": table(  # who is signed in; only a hash of what the browser holds
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
        "token": table(  # keys of programs; only a hash of what was printed once
            metadata, "token",
            identity(),
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
        "attempt": table(  # refused sign-ins, by login and by address
            metadata, "attempt",
            sa.Column("key", TEXT, primary_key=True),
            sa.Column("since", Instant(), nullable=False),
            sa.Column("count", BIG, nullable=False),
            sa.Index("kubik_attempt_since", "since"),
        ),
    }  # fmt: skip


def proofs(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "factor": table(  # the second factor of a user: what makes its codes
            metadata, "factor",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("secret", TEXT, nullable=False),  # encrypted
            sa.Column("salt", TEXT, nullable=False),  # of the recovery codes
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("last_step", BIG),  # the time step of the last code that was taken
        ),
        "recovery": table(  # codes that are good once, in place of the second factor
            metadata, "recovery",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("hash", TEXT, primary_key=True),
            sa.Column("used_at", Instant()),
        ),
        "invitation": table(  # links that let somebody choose a password; only a hash of what was sent
            metadata, "invitation",
            sa.Column("hash", TEXT, primary_key=True),
            sa.Column("user", BIG, nullable=False),
            sa.Column("kind", TEXT, nullable=False),  # invite, reset
            sa.Column("by", BIG),
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("ends_at", Instant(), nullable=False),
            sa.Index("kubik_invitation_user", "user"),
        ),
        "challenge": table(  # sign-ins whose password was right and whose second factor is awaited
            metadata, "challenge",
            sa.Column("hash", TEXT, primary_key=True),
            sa.Column("user", BIG, nullable=False),
            sa.Column("created_at", Instant(), nullable=False),
            sa.Column("ends_at", Instant(), nullable=False),
            sa.Index("kubik_challenge_ends_at", "ends_at"),
        ),
        "security": table(  # what happened to somebody's keys, and who looked as whom
            metadata, "security",
            identity(),
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


def looks(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "view": table(  # views that people saved for themselves, and shared with roles
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
        "preference": table(  # how somebody likes to see things: widths of columns, density, the view to begin with
            metadata, "preference",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("key", TEXT, primary_key=True),
            sa.Column("value", JsonText(), nullable=False),
        ),
    }  # fmt: skip
