"""Tables beside records: numbers, trees, where records came from, documents issued for them, work in the background."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.own.making import identity, table
from core.storage.types import BIG, TEXT, Day, Flag, Instant, JsonText


def records(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "number": table(  # the last number taken of a series in its period
            metadata, "number",
            sa.Column("series", TEXT, primary_key=True),
            sa.Column("period", TEXT, primary_key=True),
            sa.Column("last", BIG, nullable=False),
        ),
        "closure": table(  # every record of a tree with itself and all above it
            metadata, "closure",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("ancestor", BIG, primary_key=True, autoincrement=False),
            sa.Column("descendant", BIG, primary_key=True, autoincrement=False),
            sa.Index("kubik_closure_up", "entity", "descendant", "ancestor"),
        ),
        "member": table(  # everybody in a group, those of the groups inside it included
            metadata, "member",
            sa.Column("user", BIG, primary_key=True, autoincrement=False),
            sa.Column("group", BIG, primary_key=True, autoincrement=False),
            sa.Index("kubik_member_group", "group", "user"),
        ),
        "shared": table(  # for whom there are shares (a person, group, role, department), by the age of their records
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
        "origin": table(  # which records came with a solution or an import, and under which key
            metadata, "origin",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("record", BIG, primary_key=True, autoincrement=False),
            sa.Column("kind", TEXT, primary_key=True),
            sa.Column("key", TEXT),
            sa.Index("kubik_origin_key", "entity", "kind", "key"),
        ),
        "external": table(  # the identifier another system knows a record by
            metadata, "external",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("value", TEXT, primary_key=True),
            sa.Column("record", BIG, nullable=False),
            sa.Index("kubik_external_record", "entity", "record"),
        ),
        "hand": table(  # which fields of a record that follow others were changed by hand
            metadata, "hand",
            sa.Column("entity", TEXT, primary_key=True),
            sa.Column("record", BIG, primary_key=True, autoincrement=False),
            sa.Column("fields", JsonText(), nullable=False),
        ),
        "draft": table(  # what people typed into forms and did not save; secrets never
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
        "idempotency": table(  # answers kept for a day, so that a repeated request is not done twice
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


def documents(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "document": table(  # documents that were issued for records; none is ever taken out, since it may bear a number
            metadata, "document",
            identity(),
            sa.Column("type", TEXT, nullable=False),  # uid of its definition
            sa.Column("entity", TEXT, nullable=False),
            sa.Column("record", BIG, nullable=False),
            sa.Column("number", TEXT),
            sa.Column("date", Day(), nullable=False),
            sa.Column("name", TEXT, nullable=False),  # of its files, without an ending
            sa.Column("language", TEXT, nullable=False),
            sa.Column("at", Instant(), nullable=False),
            sa.Column("by", BIG),
            sa.Column("behalf", BIG),  # the person as whom it was issued, when not as oneself
            sa.Column("job", BIG),
            sa.Column("model", BIG, nullable=False),  # the version of the configuration
            sa.Column("made_of", JsonText(), nullable=False),  # [[entity uid, [field uids], [ids]]]
            sa.Column("label", TEXT),  # what the document is called in its own text
            sa.Column("templates", JsonText()),  # {format: [file, SHA-256, format of the template]}, of all it can be had in
            sa.Column("data", JsonText()),  # what it was made from, for the formats that nobody has asked for yet
            sa.Column("erased", Instant()),  # when its files were taken away with somebody's personal data
            sa.Index("kubik_document_record", "entity", "record", "id"),
            sa.Index("kubik_document_job", "job", "id"),
            sequence=True,
        ),
        "document_file": table(  # the files of a document, one a format
            metadata, "document_file",
            sa.Column("document", BIG, primary_key=True, autoincrement=False),
            sa.Column("format", TEXT, primary_key=True),
            sa.Column("hash", TEXT, nullable=False),  # of the contents, in the store of files
            sa.Column("size", BIG, nullable=False),
            sa.Column("template", TEXT, nullable=False),  # SHA-256 of the template it was made from
            sa.Index("kubik_document_file_hash", "hash"),
            sa.Index("kubik_document_file_template", "template"),
        ),
    }  # fmt: skip


def work(metadata: sa.MetaData) -> dict[str, sa.Table]:
    return {
        "job": table(  # background work, committed with the data that asked for it
            metadata, "job",
            identity(),
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
