"""Files: sent first, then named by their ids in records."""

from __future__ import annotations

from core.access.actor import Actor
from core.errors import KubikError
from core.query.query import FileLink
from core.records import delete
from core.records.attachments import ATTACHMENT, attach, attachment, attachments
from core.records.uploads import clean_name, keep_file, measured
from core.storage.workspace import Transaction
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from core.web.parameters import whole_number
from core.web.taking import Upload
from metamodel.errors import Problem
from metamodel.fields.file import FILE_SCHEMA, REASONS
from metamodel.messages import Message, message
from metamodel.text import LARGEST
from renderers.api.records import CURSOR, LIMIT, MAX_LIMIT, known_members
from renderers.api.schemas import INSTANT, page

FORM = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}},
    "required": ["file"],
    "contentMediaType": "multipart/form-data",
}


def send(call: Call) -> Answer:
    """A file that stands in no record yet; its sender alone sees it, and in a day it goes if it still does not."""
    upload = sent_file(call)
    return answer_json(kept(call, upload), 201)


def sent_file(call: Call) -> Upload:
    """The one file of a call's form."""
    if call.taken is None:
        raise KubikError("KBK2000", message("A form with a file is expected (multipart/form-data)."))
    uploads = [upload for upload in call.taken.uploads if upload.part == "file"]
    if len(uploads) != 1 or len(call.taken.uploads) != 1:
        raise _wrong("KBK2000", message("The form holds one file, in the part “{name}”.", name="file"))
    if uploads[0].stored is None:
        raise _wrong("KBK5004", REASONS[uploads[0].refused])
    return uploads[0]


def kept(call: Call, upload: Upload) -> FileLink:
    """The record of a file that was taken."""
    stored = upload.stored
    assert stored is not None
    name = clean_name(upload.file_name)
    kind, measures = measured(call.site.workspace, stored, name)

    def action(transaction: Transaction, actor: Actor) -> FileLink:
        return keep_file(transaction, actor, stored, name, kind, measures)

    return writing(call, action)


def _wrong(code: str, why: Message) -> KubikError:
    return KubikError(code, why, errors=[Problem(pointer="/file", code=code, message=why)])


def list_attached(call: Call) -> Answer:
    """The files of a record, the newest first."""
    limit = whole_number(call.query, "limit", 50, 1, MAX_LIMIT)
    with reading(call) as (transaction, actor):
        items, following = attachments(
            transaction, actor, call.values["entity"], call.identifier(), call.query.get("cursor"), limit
        )
    return answer_json({"items": items, "next": following})


def attach_file(call: Call) -> Answer:
    """A file sent with the call, or one that was sent before."""
    entity, record = call.values["entity"], call.identifier()
    file = kept(call, sent_file(call)).id if call.taken is not None else _named(call)

    def action(transaction: Transaction, actor: Actor) -> Answer:
        saved = attach(transaction, actor, entity, record, file)
        where = f"/api/records/{entity}/{record}/files/{saved.id}".encode()
        return answer_json(
            attachment(transaction, actor, entity, record, saved.id), 201, (b"location", where)
        )

    return writing(call, action)


def detach(call: Call) -> Answer:
    """A file of a record into the bin."""
    entity, record, number = call.values["entity"], call.identifier(), call.identifier("attachment")

    def action(transaction: Transaction, actor: Actor) -> None:
        attachment(transaction, actor, entity, record, number)
        delete(transaction, actor, ATTACHMENT, number)

    writing(call, action)
    return Answer(status=204)


def _named(call: Call) -> int:
    body = call.json_object()
    known_members(body, ("id",))
    file = body.get("id")
    if isinstance(file, bool) or not isinstance(file, int) or not 0 < file <= LARGEST:
        why = message("The id of a file that was sent is expected.")
        raise KubikError("KBK3002", why, errors=[Problem(pointer="/id", code="KBK3002", message=why)])
    return file


_ATTACHED = {
    "type": "object",
    "properties": {
        **dict(FILE_SCHEMA)["properties"],
        "id": {"type": ["integer", "null"], "description": "null of a file that the caller may not read"},
        "attachment": {"type": "integer"},
        "at": INSTANT,
        "by": {"type": "object"},
    },
}
_FILES = "/api/records/{entity}/{id}/files"

OPERATIONS = (
    Operation(
        method="GET", path=_FILES, run=list_attached, about="read", summary="Files of a record",
        parameters=(LIMIT, CURSOR), answer=page(_ATTACHED),
    ),
    Operation(
        method="POST", path=_FILES, run=attach_file, about="update", summary="Hang a file on a record",
        takes_files=True, request=FORM, answer=_ATTACHED, status=201,
    ),
    Operation(
        method="DELETE", path=f"{_FILES}/{{attachment}}", run=detach, about="update",
        summary="Take a file off a record", status=204,
    ),
    Operation(
        method="POST", path="/api/files", run=send, summary="Send a file", takes_files=True, request=FORM,
        answer=dict(FILE_SCHEMA), status=201,
    ),
)  # fmt: skip
