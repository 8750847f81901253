"""Exports over HTTP: streamed at once, and the files that jobs have made."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from core.documents.issuing.job import KIND as DOCUMENTS
from core.query.exporting import Manner, Progress, begin_export, exporter_named
from core.query.exporting.job import exported_file, file_name
from core.query.exporting.known import exporters
from core.query.exporting.taken import note_taken
from core.query.query import Query
from core.web.caller import reading
from core.web.exchange import Answer, Call
from core.web.operations import Operation
from core.web.parameters import Parameter, names, one_of
from core.web.sending import disposition, send_file
from metamodel.labels import LANGUAGES
from metamodel.text import number_of
from renderers.api.jobs import identifier, job_of
from renderers.documents.api import zip_of_job
from renderers.exporting.streaming import Following

SWITCH = {"enum": ["false", "true"]}


def read_export(call: Call) -> Answer:
    """All records of a question as a file, sent while it is made."""
    given = call.query
    format = exporter_named(exporters(), given.get("format", "csv"))
    language = given.get("language") or call.language
    workspace = call.site.workspace
    manner = Manner(
        language=language if language in LANGUAGES else "en", zone=workspace.zone.key,
        labels=_on(call, "labels"), mark=_on(call, "mark"), plain=_on(call, "plain"),
    )  # fmt: skip
    query = Query(
        entity=call.values["entity"], fields=names(given, "fields"), filter=given.get("filter") or None,
        search=given.get("search") or None, ids=_ids(call), sort=names(given, "sort") or (),
        deleted="only" if one_of(given, "deleted", ("none", "only")) == "only" else "none",
    )  # fmt: skip
    strict = not _on(call, "lenient")

    headers = [(b"content-disposition", b"attachment")]

    def produce(file: BinaryIO, progress: Progress) -> None:
        with reading(call) as (tx, caller):
            actor = replace(caller, language=manner.language)
            export = begin_export(tx, actor, query, strict=strict)
            note_taken(workspace, actor, export.entity, export.total, format.name)
            name = file_name(export.entity, format, manner, workspace)
            headers[0] = (
                b"content-disposition",
                disposition(name, inline=False),
            )  # sent with the first piece
            format.write(export, file, manner, progress)

    return Answer(media_type=format.media_type.encode(), headers=headers, stream=Following(produce))


def read_file(call: Call) -> Answer:
    """The file that an export of the caller's own has made, or the documents that a job of theirs has issued."""
    with reading(call) as (tx, actor):
        if job_of(tx, actor, identifier(call)).kind == DOCUMENTS:
            made = None
        else:
            made = exported_file(tx, actor, identifier(call))
    if made is None:
        return zip_of_job(call, identifier(call))
    file = made.path.open("rb")
    kind = made.format.media_type.partition(";")[0]
    tag = f"export-{made.path.stem}-{made.size}"
    return send_file(call, file, made.size, name=made.name, kind=kind, tag=tag, inline=False)


def _ids(call: Call) -> tuple[int, ...] | None:
    asked = names(call.query, "ids")
    return None if asked is None else tuple(id for text in asked if (id := number_of(text)) is not None)


def _on(call: Call, name: str) -> bool:
    return one_of(call.query, name, ("false", "true")) == "true"


OPERATIONS = (
    Operation(
        method="GET", path="/api/export/{entity}", run=read_export, about="export", in_loop=True,
        summary="All records as a file",
        parameters=(
            Parameter(name="format", about="csv, xlsx or json", schema={"type": "string", "default": "csv"}),
            Parameter(name="filter", about="An expression about the records"),
            Parameter(name="search", about="A text that stands in them"),
            Parameter(name="ids", about="Only these records: ids parted by commas"),
            Parameter(name="sort", about="Names of fields parted by commas, - before a descending one"),
            Parameter(name="fields", about="Names of fields and paths parted by commas; all of them when absent"),
            Parameter(name="deleted", about="only: those in the bin", schema={"enum": ["none", "only"]}),
            Parameter(name="language", about="Of numbers, dates and labels; that of Accept-Language when absent",
                      schema={"enum": list(LANGUAGES)}),
            Parameter(name="labels", about="Whether columns are headed by labels rather than names", schema=SWITCH),
            Parameter(name="mark", about="Whether a CSV begins with the mark by which Excel knows UTF-8", schema=SWITCH),
            Parameter(name="plain", about="Whether rich texts are written by their words alone", schema=SWITCH),
            Parameter(name="lenient", about="Whether fields that may not be exported are left out, not refused",
                      schema=SWITCH),
        ),
        answer={"type": "string", "contentMediaType": "text/csv"},
    ),
    Operation(
        method="GET", path="/api/jobs/{id}/file", run=read_file, summary="The file that an export has made, or a zip of documents",
        answer={"type": "string", "contentMediaType": "application/octet-stream"},
    ),
)  # fmt: skip
