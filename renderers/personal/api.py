"""Personal data over HTTP: the extract of a record, and who saw what."""

from __future__ import annotations

from core.i18n import texts
from core.query.extract import extract
from core.query.sighted import sightings
from core.web.caller import reading
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from core.web.parameters import Parameter, one_of, whole_number
from core.web.sending import send_file
from core.web.ways import WAYS
from renderers.api.records import CURSOR, LIMIT, MAX_LIMIT
from renderers.pages.cells import cells_of
from renderers.personal.packing import packed


def read_extract(call: Call) -> Answer:
    """A zip with everything about a record that the caller may read and export."""
    zone = call.site.workspace.zone
    with reading(call) as (transaction, actor):
        found = extract(transaction, actor, call.values["entity"], call.identifier())
        spoken = texts(actor.language)
        cells = cells_of(call.site.templates.environment, spoken, zone, transaction.model)
        file, size = packed(transaction, actor, found, cells, spoken, zone)
    return send_file(
        call, file, size, name=f"{found.entity.name}-{found.id}.zip", kind="application/zip",
        tag=call.request_id, inline=False,
    )  # fmt: skip


def read_sightings(call: Call) -> Answer:
    """Who was shown personal data, the newest first."""
    given = call.query
    record = whole_number(given, "id", 0, 0, 2**53) or None
    with reading(call) as (transaction, actor):
        page = sightings(
            transaction, actor, entity=given.get("entity"), record=record if given.get("entity") else None,
            by=whole_number(given, "by", 0, 0, 2**53) or None,
            way=one_of(given, "way", ("", *WAYS)) or None, cursor=given.get("cursor"),
            limit=whole_number(given, "limit", 50, 1, MAX_LIMIT),
        )  # fmt: skip
        items = [
            {
                "at": each.at, "by": each.by, "behalf": each.behalf, "way": each.way, "entity": each.entity.name,
                "fields": [field.name for field in each.fields], "count": each.count, "id": each.record,
            }
            for each in page.items
        ]  # fmt: skip
    return answer_json({"items": items, "next": page.next})


OPERATIONS = (
    Operation(
        method="GET", path="/api/personal/{entity}/{id}/extract", run=read_extract, about="export",
        summary="Everything about a record as a zip",
    ),
    Operation(
        method="GET", path="/api/personal/sightings", run=read_sightings,
        summary="Who was shown personal data, the newest first",
        parameters=(
            Parameter(name="entity", about="The name of an entity"),
            Parameter(name="id", about="The id of a record of it, child rows included", schema={"type": "integer", "minimum": 1}),
            Parameter(name="by", about="The id of a user", schema={"type": "integer", "minimum": 1}),
            Parameter(name="way", about="How it was seen", schema={"enum": list(WAYS)}),
            LIMIT, CURSOR,
        ),
        answer={
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": {"type": "object"}}, "next": {"type": ["string", "null"]},
            },
        },
    ),
)  # fmt: skip
