"""Imports: a file becomes a job that writes its rows into records."""

from __future__ import annotations

from typing import Any

from core.errors import KubikError
from core.jobs.jobs import read_job
from core.records.importing import Options, start_import
from core.web import wire
from core.web.caller import reading
from core.web.exchange import Answer, Call, answer_json
from core.web.multipart_form import read_parts
from core.web.operations import MAX_FILE, Operation
from metamodel.errors import Problem
from metamodel.messages import Message, message
from renderers.api.jobs import JOB, described, identifier, job_of

MODES = ("create", "update", "upsert")
ENCODINGS = ("utf-8", "utf8", "utf-8-sig")
KNOWN = ("entity", "mapping", "mode", "key", "encoding", "delimiter", "dry_run", "quiet")


def start(call: Call) -> Answer:
    """Take a file and what is to be done with it; the answer is the job."""
    with reading(call) as (_, actor):
        pass  # the caller is known; the import opens transactions of its own
    parts = read_parts(call)
    for name in ("file", "options"):
        if name not in parts:
            raise wrong(f"/{name}", message("The part “{name}” of the form is missing.", name=name))
    asked = wire.expect_object(wire.decode(parts["options"].data))
    entity, options = read_options(asked, call.language)
    workspace = call.site.workspace
    job = start_import(workspace, actor, entity, parts["file"].data, options)
    with workspace.read() as transaction:
        found = read_job(transaction, job)
    return answer_json(described(found), 202, (b"location", f"/api/jobs/{job}".encode()))


def read_options(asked: dict[str, Any], language: str) -> tuple[str, Options]:
    """The entity and the options of an import, each of its type."""
    for name in asked:
        if name not in KNOWN:
            raise wrong(f"/options/{name}", message("“{name}” is not known here.", name=name[:100]))
    entity = asked.get("entity")
    mapping = {} if asked.get("mapping") is None else asked["mapping"]
    if not isinstance(entity, str):
        raise wrong("/options/entity", message("The name of an entity is expected."))
    fits = isinstance(mapping, dict) and all(v is None or isinstance(v, str) for v in mapping.values())
    if not fits:
        raise wrong("/options/mapping", message("An object of columns and names of fields is expected."))
    mode = asked.get("mode", "create")
    if mode not in MODES:
        raise wrong("/options/mode", message("One of these is expected: {allowed}.", allowed=list(MODES)))
    if str(asked.get("encoding") or "utf-8").lower() not in ENCODINGS:
        raise wrong("/options/encoding", message("One of these is expected: {allowed}.", allowed=["utf-8"]))
    for name in ("key", "delimiter"):
        if asked.get(name) is not None and not isinstance(asked[name], str):
            raise wrong(f"/options/{name}", message("A text is expected."))
    delimiter = asked.get("delimiter") or None
    if delimiter is not None and (len(delimiter) > 1 or delimiter in '"\r\n'):
        raise wrong("/options/delimiter", message("One character that parts the columns is expected."))
    for name in ("dry_run", "quiet"):
        if not isinstance(asked.get(name, False), bool):
            raise wrong(f"/options/{name}", message("True or false is expected."))
    return entity, Options(
        mode=mode,
        key=asked.get("key"),
        mapping=mapping,
        delimiter=delimiter,
        language=language,
        dry_run=asked.get("dry_run", False),
    )


def wrong(pointer: str, why: Message) -> KubikError:
    """KBK2000 at a part of the form."""
    return KubikError("KBK2000", why, errors=[Problem(pointer=pointer, code="KBK2000", message=why)])


def read_errors(call: Call) -> Answer:
    """The refused lines of an import with their reasons, as a CSV file to be repaired and imported again."""
    with reading(call) as (transaction, actor):
        job = job_of(transaction, actor, identifier(call))
    path = (
        None if job.errors_file is None else call.site.workspace.settings.home / "imports" / job.errors_file
    )
    if path is None or not path.is_file():
        raise KubikError("KBK2006")
    disposition = f'attachment; filename="{job.errors_file}"'.encode()
    return Answer(
        body=path.read_bytes(),
        media_type=b"text/csv; charset=utf-8",
        headers=[(b"content-disposition", disposition)],
    )


FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "options": {
            "type": "object",
            "properties": {
                "entity": {"type": "string"},
                "mapping": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
                "mode": {"enum": list(MODES), "default": "create"},
                "key": {"type": "string"},
                "delimiter": {"type": "string"},
                "dry_run": {"type": "boolean", "default": False},
            },
            "required": ["entity"],
        },
    },
    "required": ["file", "options"],
    "contentMediaType": "multipart/form-data",
}

OPERATIONS = (
    Operation(
        method="POST",
        path="/api/imports",
        run=start,
        summary="Import a file",
        body_limit=MAX_FILE,
        request=FORM,
        answer=JOB,
        status=202,
    ),
    Operation(
        method="GET",
        path="/api/jobs/{id}/errors",
        run=read_errors,
        summary="Refused lines of an import",
        answer={"type": "string", "contentMediaType": "text/csv"},
    ),
)
