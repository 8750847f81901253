"""Documents over HTTP: made of one record at once, of many by a job, and those that were issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.documents.issuing.issue import issue
from core.documents.issuing.job import own_documents, start_documents
from core.documents.issuing.once import once as issued_once
from core.documents.issuing.order import FORMATS, LATER, MEDIA_TYPES, Order, check_formats, wrong
from core.documents.issuing.preparing import formats_of
from core.documents.keeping.packing import packed
from core.documents.offering import find_type
from core.errors import KubikError
from core.query.cursor import read_cursor, write_cursor
from core.query.issued import Issued, document, documents_of, note_opened
from core.query.names import readable_entity
from core.query.query import Link
from core.query.read import record as read_record
from core.query.read import titles
from core.records.bulk import MOST_NAMED, Choice
from core.storage.workspace import Transaction
from core.web.caller import caller, reading, writing
from core.web.exchange import Answer, Call, answer_json
from core.web.idempotency import fingerprint, key_of, once
from core.web.issued_files import day_of, preview, send_issued
from core.web.operations import Operation
from core.web.parameters import whole_number
from core.web.sending import send_file
from core.web.ways import way_of
from metamodel.labels import LANGUAGES
from metamodel.messages import message
from metamodel.text import LARGEST
from renderers.api.jobs import described, job_of
from renderers.api.records import CURSOR, LIMIT, MAX_LIMIT, known_members
from renderers.api.schemas import INSTANT, page

MEMBERS = ("record", "records", "filter", "format", "date", "preview", "language")
OF_WHICH = ("record", "records", "filter")


def make_document(call: Call) -> Answer:
    """A document of a record as its file, or of many as a job."""
    body = call.json_object()
    known_members(body, MEMBERS)
    given = [name for name in OF_WHICH if name in body]
    if len(given) != 1:
        raise wrong("", message("Exactly one of these is expected: {known}.", known=list(OF_WHICH)))
    order = read_order(call, body)
    looks = body.get("preview", False)
    if not isinstance(looks, bool):
        raise wrong("/preview", message("True or false is expected."))
    if given == ["record"]:
        id = _id(body["record"], "/record")
        return preview(call, order, id, inline=False) if looks else _one(call, order, id)
    if looks:
        raise wrong("/preview", message("A preview is made of one record."))
    return _many(call, order, _choice(body))


def read_order(call: Call, body: Mapping[str, Any]) -> Order:
    """What is asked for; without a format the first that the document is made in."""
    language = body.get("language")
    if language is not None and language not in LANGUAGES:
        raise wrong("/language", message("The language is one of: {known}.", known=list(LANGUAGES)))
    format, day = body.get("format"), body.get("date")
    if format is not None and not isinstance(format, str):
        raise wrong("/format", message("A text is expected."))
    if day is not None and not isinstance(day, str):
        raise wrong("/date", message("A text is expected."))
    name = call.values["template"]
    with reading(call) as (tx, actor):
        type_ = find_type(tx, actor, name)
        formats = (format,) if format is not None else formats_of(tx.workspace, type_)[:1]
    return Order(type=name, formats=check_formats(formats), date=_day(day), language=language)


def _day(written: str | None) -> dt.date | None:
    try:
        return day_of(written)
    except KubikError as error:
        raise wrong("/date", error.detail) from None


def _one(call: Call, order: Order, record: int) -> Answer:
    def who(tx: Transaction) -> Actor:
        tx.way = way_of(call.path)
        return caller(tx, call)

    key = key_of(call)
    beside = issued_once(key, fingerprint(call)) if key else None
    issued = issue(call.site.workspace, who, order, record, beside)
    answer = send_issued(call, issued, order.formats[0], inline=False)
    answer.headers.append((b"location", f"/api/documents/{issued.id}".encode()))
    return answer


def _many(call: Call, order: Order, choice: Choice) -> Answer:
    def action(tx: Transaction, actor: Actor) -> Answer:
        job = start_documents(tx, actor, order, choice)
        return answer_json(
            described(job_of(tx, actor, job), call.language), 202, (b"location", f"/api/jobs/{job}".encode())
        )

    return writing(call, once(call, action))


def _choice(body: Mapping[str, Any]) -> Choice:
    if "filter" in body:
        if not isinstance(body["filter"], str):
            raise wrong("/filter", message("A text is expected."))
        return Choice(filter=body["filter"] or None)
    named = body["records"]
    if not isinstance(named, list) or not named:
        raise wrong("/records", message("A list of ids is expected."))
    if len(named) > MOST_NAMED:
        raise KubikError("KBK2005", message("At most {most} records are chosen one by one.", most=MOST_NAMED))
    return Choice(ids=tuple(_id(each, f"/records/{index}") for index, each in enumerate(named)))


def _id(value: Any, pointer: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST:
        raise wrong(pointer, message("The id of a record is expected."))
    return value


# --- documents that were issued


def read_document(call: Call) -> Answer:
    """A document that was issued."""
    with reading(call) as (tx, actor):
        found = document(tx, actor, call.identifier())
        return answer_json(told(tx, actor, [found])[0])


def read_document_file(call: Call) -> Answer:
    """A file of it."""
    with reading(call) as (tx, actor):
        found = document(tx, actor, call.identifier())
        if call.values["format"] not in found.formats:
            raise KubikError("KBK2006")
        note_opened(tx, actor, found)
    return send_issued(call, found, call.values["format"], inline=False)


def list_documents(call: Call) -> Answer:
    """The documents of a record that the caller may open, the newest first."""
    limit = whole_number(call.query, "limit", 50, 1, MAX_LIMIT)
    with reading(call) as (tx, actor):
        entity = readable_entity(tx.model, grants_of(tx.model, actor), call.values["entity"])
        id = call.identifier()
        read_record(tx, actor, entity.name, id, ("id",))
        bound = ("documents", entity.uid, id, actor.user)
        cursor = call.query.get("cursor")
        before = read_cursor(tx.workspace.secret_key, bound, cursor, 1)[0] if cursor else None
        found = documents_of(tx, actor, entity.uid, id, before, limit + 1)
        shown = found[:limit]
        following = (
            write_cursor(tx.workspace.secret_key, bound, (shown[-1].id,)) if len(found) > limit else None
        )
        return answer_json({"items": told(tx, actor, shown), "next": following})


def told(tx: Transaction, actor: Actor, documents: Sequence[Issued]) -> list[dict[str, Any]]:
    """Documents as the API tells them."""
    user = tx.model.entities["user"]
    authors = {each.author for each in documents if each.author is not None}
    people: Mapping[int, Link] = titles(tx, actor, user, authors) if authors else {}
    return [
        {
            "id": each.id, "document": known.name if (known := tx.model.document_by_uid.get(each.type)) else None,
            "entity": tx.model.entity_by_uid[each.entity].name, "record": each.record, "number": each.number,
            "date": each.date, "name": each.name, "language": each.language, "at": each.at,
            "by": people.get(each.author) if each.author is not None else None, "erased": each.erased is not None,
            "files": [
                {
                    "format": format,
                    "size": file.size if (file := each.file(format)) else None,
                    "url": f"/api/documents/{each.id}/{format}",
                }
                for format in each.formats
            ],
        }
        for each in documents
    ]  # fmt: skip


def zip_of_job(call: Call, job: int) -> Answer:
    """The documents that a job of the caller has issued, as far as they may open them, in one file."""
    with reading(call) as (tx, actor):
        found, documents = own_documents(tx, actor, job)
        if found.state not in ("done", "cancelled", "failed") or not documents:
            raise KubikError("KBK2006")
        for each in documents:
            note_opened(tx, actor, each)
        known = tx.model.documents.get(str(found.parameters["type"]))
        label = known.label.in_language(actor.language) if known else None
        name = (
            f"{label or found.parameters['type']} {found.created_at.astimezone(tx.workspace.zone).date()}.zip"
        )
    file, size = packed(call.site.workspace.files, documents)
    return send_file(call, file, size, name=name, kind="application/zip", tag=call.request_id, inline=False)


ISSUED = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "document": {"type": ["string", "null"], "description": "The name of its definition"},
        "entity": {"type": "string"},
        "record": {"type": "integer"},
        "number": {"type": ["string", "null"]},
        "date": {"type": "string", "format": "date"},
        "name": {"type": "string", "description": "Of its files, without an ending"},
        "language": {"enum": list(LANGUAGES)},
        "at": INSTANT,
        "by": {"type": ["object", "null"]},
        "erased": {"type": "boolean", "description": "Its files went with somebody's personal data"},
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "format": {"enum": list(FORMATS)},
                    "size": {
                        "type": ["integer", "null"],
                        "description": "null until somebody asks for this format",
                    },
                    "url": {"type": "string"},
                },
            },
        },
    },
}
_BINARY = {"type": "string", "contentMediaType": MEDIA_TYPES["pdf"]}

OPERATIONS = (
    Operation(
        method="POST", path="/api/documents/{template}", run=make_document, about="document", slow=True,
        summary="A document of one record as its file, of many as a job", answer=_BINARY,
        request={
            "type": "object", "additionalProperties": False,
            "properties": {
                "record": {"type": "integer", "minimum": 1},
                "records": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
                "filter": {"type": "string", "description": "An expression about the records"},
                "format": {"enum": [*FORMATS, *LATER]},
                "date": {"type": "string", "format": "date", "description": "Of the document; today when absent"},
                "preview": {"type": "boolean", "default": False, "description": "Takes no number, keeps nothing"},
                "language": {"enum": list(LANGUAGES)},
            },
        },
    ),
    Operation(
        method="GET", path="/api/documents/{id}", run=read_document, summary="A document that was issued",
        answer=ISSUED,
    ),
    Operation(
        method="GET", path="/api/documents/{id}/{format}", run=read_document_file, slow=True,
        summary="A file of it, also in a format that nobody has asked for yet",
        answer=_BINARY,
    ),
    Operation(
        method="GET", path="/api/records/{entity}/{id}/documents", run=list_documents, about="print",
        summary="Documents of a record", parameters=(LIMIT, CURSOR), answer=page(ISSUED),
    ),
)  # fmt: skip
