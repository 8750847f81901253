"""Files: sent first, then named by their ids in records."""

from __future__ import annotations

from core.access.actor import Actor
from core.errors import KubikError
from core.query.query import FileLink
from core.records.uploads import clean_name, keep_file, measured
from core.storage.workspace import Transaction
from core.web.caller import writing
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from core.web.taking import Upload
from metamodel.errors import Problem
from metamodel.fields.file import REASONS
from metamodel.messages import Message, message

FILE = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "type": {"type": "string"},
        "url": {"type": "string"},
    },
}
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


OPERATIONS = (
    Operation(
        method="POST", path="/api/files", run=send, summary="Send a file", takes_files=True, request=FORM,
        answer=FILE, status=201,
    ),
)  # fmt: skip
