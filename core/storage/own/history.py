"""Tables of history: the journal, who saw personal data, how far readers of the journal are."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from core.storage.own.making import OWN, identity, table
from core.storage.types import BIG, TEXT, Instant, JsonText, TransactionId


def history(metadata: sa.MetaData, dialect: Literal["sqlite", "postgresql"]) -> dict[str, sa.Table]:
    tx: list[sa.schema.SchemaItem] = []
    if dialect == "postgresql":
        tx = [
            sa.Column("tx", TransactionId(), nullable=False, server_default=sa.func.pg_current_xact_id()),
            sa.Index("kubik_journal_tx", "tx"),
        ]
    return {
        "journal": table(  # one row a change of a record, in the transaction that made it
            metadata, "journal",
            identity("seq"),
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
            sa.Column("document", BIG),  # the document that was issued
            sa.Column("diff", JsonText()),
            sa.Index("kubik_journal_record", "entity", "record", "seq"),
            sa.Index(
                "kubik_journal_job", "job", "seq",
                sqlite_where=sa.text("job IS NOT NULL"), postgresql_where=sa.text("job IS NOT NULL"),
            ),
            sequence=True,
        ),
        "sighting": table(  # somebody was shown personal data: by which way, which fields
            metadata, "sighting",
            identity(),
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
        "reader": table(  # how far each reader of the journal has come
            metadata, "reader",
            sa.Column("name", TEXT, primary_key=True),
            sa.Column("position", TEXT, nullable=False),
        ),
    }  # fmt: skip
