"""Tables of the configuration: its versions, what is planned, what search makes of it."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.own.making import table
from core.storage.types import BIG, TEXT, Flag, Instant, JsonText


def configuration(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "meta": table(  # facts about the workspace: schema_version, time_zone, fold_version …
            metadata, "meta",
            sa.Column("key", TEXT, primary_key=True),
            sa.Column("value", TEXT),
        ),
        "model": table(  # every version of the configuration, as its canonical document
            metadata, "model",
            sa.Column("version", BIG, primary_key=True, autoincrement=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", BIG),
            sa.Column("document", JsonText(), nullable=False),
            sa.Column("columns", JsonText(), nullable=False),  # {field uid: generation of its column}
            sa.Column("pending", JsonText(), nullable=False, default={}),  # always empty: the plan knows what it fills
            sa.Column("summary", JsonText()),  # what the change was, for people
        ),
        "head": table(  # one row: the version in force
            metadata, "head",
            sa.Column("version", BIG, nullable=False),
            sa.Column("search", BIG),  # goes up whenever a row of `search` changes
        ),
        "search": table(  # the search rows of each entity: where they are, what they hold, how far they have come
            metadata, "search",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("generation", BIG, nullable=False),  # of the table with the rows
            sa.Column("columns", JsonText(), nullable=False),
            sa.Column("key", TEXT, nullable=False),  # of the layout
            sa.Column("ready", Flag(), nullable=False),  # whether every record has its row
            sa.Column("indexed", BIG, nullable=False),  # up to which record the trigrams are indexed
        ),
        "plan": table(  # changes of the configuration that were planned, and how far one has come
            metadata, "plan",
            sa.Column("id", TEXT, primary_key=True),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", BIG),
            sa.Column("base", BIG, nullable=False),  # the version it was made for
            sa.Column("target", JsonText(), nullable=False),
            sa.Column("state", JsonText()),  # empty until it is begun
            sa.Column("applied", BIG),  # the version it became
        ),
        "template": table(  # template files of documents by their contents, found from every version and plan
            metadata, "template",
            sa.Column("sha256", TEXT, primary_key=True),
            sa.Column("content", sa.LargeBinary(), nullable=False),
            sa.Column("at", Instant(), nullable=False),
        ),
        "solution_data": table(  # the files of records that a solution brought
            metadata, "solution_data",
            sa.Column("solution", TEXT, primary_key=True),
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("text", TEXT, nullable=False),
        ),
    }  # fmt: skip
