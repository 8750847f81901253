"""Template files over HTTP: sent and checked, then named by their SHA-256 in a model; got back as they were sent."""

from __future__ import annotations

import io
from typing import Any

from core.documents.checking import Checked, Fault, check
from core.documents.reading import tags_of
from core.documents.reading.package import MOST_OF_A_TEMPLATE, within_limit
from core.errors import KubikError
from core.i18n import Texts, texts
from core.solutions.permitting import require_configure
from core.storage.templates import keep_template, sha256_of, template_bytes
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from core.web.sending import send_file
from core.web.taking import Upload
from metamodel.documents import Format
from metamodel.errors import Problem, unknown
from metamodel.messages import Message, message
from renderers.api.files import sent_file

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def format_of(file_name: str) -> Format:
    """The format of a template by the name of its file; KBK5008 for what is none."""
    name = file_name.lower()
    if name.endswith(".docx"):
        return "docx"
    if name.endswith((".html", ".htm")):
        return "html"
    if name.endswith((".xlsx", ".xls", ".ods", ".txt", ".csv", ".xml")):
        raise _refused(
            message(
                "Templates of this kind are not made in this version: take Word (.docx) or a page (.html)."
            )
        )
    if name.endswith((".docm", ".dotm")):
        raise _refused(message("The file has macros (.docm): save it as .docx, without them."))
    raise _refused(message("A template is a Word document (.docx) or a page (.html)."))


def _refused(why: Message) -> KubikError:
    return KubikError("KBK5008", why, [Problem(pointer="/file", code="KBK5008", message=why)])


def contents(call: Call, upload: Upload) -> bytes:
    """The bytes of a file that was sent; KBK5008 when it is too large."""
    stored = upload.stored
    assert stored is not None
    if stored.size > MOST_OF_A_TEMPLATE:
        within_limit(b"\0" * (MOST_OF_A_TEMPLATE + 1))
    with call.site.workspace.files.open(stored.hash) as file:
        return file.read()


def send_template(call: Call) -> Answer:
    """A file that stands in no document yet; with ``entity`` it is checked against it (KBK5009 with each fault)."""
    with reading(call) as (tx, actor):
        require_configure(tx, actor)
    upload = sent_file(call)
    format, data = format_of(upload.file_name), contents(call, upload)
    entity = dict(call.taken.texts).get("entity") if call.taken is not None else None
    found: Checked | None = None
    if entity is None:
        tags_of(format, data)
    else:
        with reading(call) as (tx, _):
            if entity not in tx.model.entities:
                raise KubikError(
                    "KBK1002", unknown("there is no entity “{name}”", entity[:100], tx.model.entities)
                )
            found = check(tx.model, tx.model.entities[entity], format, data)
    if found is not None and found.faults:
        problems = [Problem(pointer="/file", code="KBK5009", message=fault.words()) for fault in found.faults]
        told = [described(fault, texts(call.language)) for fault in found.faults]
        raise KubikError("KBK5009", errors=problems, faults=told)
    sha256 = writing(call, lambda tx, actor: keep_template(tx, data))
    answer: dict[str, Any] = {"sha256": sha256, "file": upload.file_name, "size": len(data), "format": format}
    if found is not None:
        answer["reads"] = sorted(found.needs.paths())
    return answer_json(answer, 201, (b"location", f"/api/templates/{sha256}".encode()))


def described(fault: Fault, spoken: Texts) -> dict[str, Any]:
    """A fault as the API tells it."""
    place = fault.place
    return {
        "kind": fault.kind, "message": spoken.render(fault.message),
        "hint": spoken.render(fault.hint) if fault.hint is not None else None, "tag": fault.tag,
        "place": {
            "part": place.part, "paragraph": place.paragraph, "table": place.table, "row": place.row,
            "words": spoken.render(place.words()), "near": place.near,
        },
        "repair": dict(fault.repair.texts) if fault.repair is not None and fault.repair.texts else None,
    }  # fmt: skip


def read_template(call: Call) -> Answer:
    """A file as it was sent."""
    sha256 = call.values["sha256"]
    with reading(call) as (tx, actor):
        require_configure(tx, actor)
        data = template_bytes(tx, sha256)
        named = [
            t
            for d in tx.model.documents.values()
            for t in (*d.templates, *d.switched_off)
            if t.sha256 == sha256
        ]
    word = data.startswith(b"PK")
    name = named[0].file if named else f"template.{'docx' if word else 'html'}"
    return send_file(
        call, io.BytesIO(data), len(data), name=name, kind=WORD if word else "text/html", tag=sha256_of(data)[:40],
        inline=False,
    )  # fmt: skip


_FORM = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}, "entity": {"type": "string"}},
    "required": ["file"],
    "contentMediaType": "multipart/form-data",
}
_TEMPLATE = {
    "type": "object",
    "properties": {
        "sha256": {"type": "string"}, "file": {"type": "string"}, "size": {"type": "integer"},
        "format": {"enum": ["docx", "html"]}, "reads": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["sha256", "file", "size", "format"],
}  # fmt: skip

TEMPLATE_OPERATIONS = (
    Operation(
        method="POST", path="/api/templates", run=send_template, about="configure", takes_files=True,
        summary="Send a template file of a document", request=_FORM, answer=_TEMPLATE, status=201,
    ),
    Operation(
        method="GET", path="/api/templates/{sha256}", run=read_template, about="configure",
        summary="A template file",
    ),
)  # fmt: skip
