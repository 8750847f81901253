"""Imports: a file becomes a job that writes its rows into records."""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import Any

from core.access.actor import Actor
from core.errors import KubikError
from core.jobs.jobs import Job, read_job
from core.records.importing import Options, errors_path, start_import
from core.records.importing.going_on import go_on
from core.records.importing.recipe import Recipe, read_recipe
from core.records.takeback import KIND as TAKE_BACK
from core.records.takeback import Foresight, foresee, start_take_back
from core.records.takeback.task import SCOPES
from core.storage.workspace import Transaction
from core.web import wire
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call, answer_json
from core.web.multipart_form import read_parts
from core.web.operations import MAX_FILE, Operation
from metamodel.errors import Problem
from metamodel.messages import Message, message
from renderers.api.jobs import JOB, described, identifier, job_of

MODES = ("create", "update", "upsert")
KNOWN = ("entity", "mapping", "mode", "key", "encoding", "delimiter", "dry_run", "quiet", "recipe")
MEDIA = {
    ".csv": b"text/csv; charset=utf-8",
    ".xlsx": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def start(call: Call) -> Answer:
    """Take a file and what is to be done with it; the answer is the job."""
    with reading(call) as (_, actor):
        pass  # the caller is known; the import opens transactions of its own
    parts = read_parts(call)
    for name in ("file", "options"):
        if name not in parts:
            raise wrong(f"/{name}", message("The part “{name}” of the form is missing.", name=name))
    asked = wire.expect_object(wire.decode(parts["options"].data))
    entity, options, recipe = read_options(asked, call.language)
    workspace = call.site.workspace
    file = parts["file"]
    job = start_import(
        workspace, actor, entity, file.data, options, name=file.file_name or "file.csv", recipe=recipe
    )
    with workspace.read() as transaction:
        found = read_job(transaction, job)
    return answer_json(described(found, call.language), 202, (b"location", f"/api/jobs/{job}".encode()))


def read_options(asked: dict[str, Any], language: str) -> tuple[str, Options, Recipe | None]:
    """The entity and the options of an import, each of its type; or a recipe, which says all of it."""
    for name in asked:
        if name not in KNOWN:
            raise wrong(f"/options/{name}", message("“{name}” is not known here.", name=name[:100]))
    for name in ("dry_run", "quiet"):
        if not isinstance(asked.get(name, False), bool):
            raise wrong(f"/options/{name}", message("True or false is expected."))
    if asked.get("recipe") is not None:
        beside = next((name for name in asked if name not in ("recipe", "dry_run")), None)
        if beside is not None:
            raise wrong(
                f"/options/{beside}", message("A recipe says everything: nothing else stands beside it.")
            )
        recipe = read_recipe(asked["recipe"], "/options/recipe")
        dry = asked.get("dry_run", recipe.dry_run)
        return "", Options(), replace(recipe, language=recipe.language or language, dry_run=dry)
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
    for name in ("key", "delimiter", "encoding"):
        if asked.get(name) is not None and not isinstance(asked[name], str):
            raise wrong(f"/options/{name}", message("A text is expected."))
    delimiter = asked.get("delimiter") or None
    if delimiter is not None and (len(delimiter) > 1 or delimiter in '"\r\n'):
        raise wrong("/options/delimiter", message("One character that parts the columns is expected."))
    options = Options(
        mode=mode, key=asked.get("key"), mapping=mapping, delimiter=delimiter, language=language,
        encoding=_encoding(asked.get("encoding")), dry_run=asked.get("dry_run", False),
    )  # fmt: skip
    return entity, options, None


def _encoding(name: str | None) -> str | None:
    if not name:
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise wrong("/options/encoding", message("This encoding is not known.")) from None


def wrong(pointer: str, why: Message) -> KubikError:
    """KBK2000 at a part of the form."""
    return KubikError("KBK2000", why, errors=[Problem(pointer=pointer, code="KBK2000", message=why)])


def read_errors(call: Call) -> Answer:
    """The refused lines of an import with their reasons, as a CSV file to be repaired and imported again."""
    with reading(call) as (transaction, actor):
        job = job_of(transaction, actor, identifier(call))
    path = errors_path(call.site.workspace, job)
    if path is None:
        raise KubikError("KBK2006")
    disposition = f'attachment; filename="{path.name}"'.encode()
    return Answer(
        body=path.read_bytes(),
        media_type=MEDIA[path.suffix],
        headers=[(b"content-disposition", disposition)],
    )


def look(call: Call) -> Answer:
    """What a taking back of the import would meet."""
    with reading(call) as (transaction, actor):
        job_of(transaction, actor, identifier(call))
        return answer_json(_foreseen(foresee(transaction, actor, identifier(call))))


def revert(call: Call) -> Answer:
    """Take an import back; the answer is the job that does it."""
    asked = call.json_object() if call.body else {}
    for name in asked:
        if name != "scope":
            raise wrong(f"/{name}", message("“{name}” is not known here.", name=name[:100]))
    scope = asked.get("scope", "untouched")
    if scope not in SCOPES:
        raise wrong("/scope", message("One of these is expected: {allowed}.", allowed=list(SCOPES)))
    job = identifier(call)

    def act(transaction: Transaction, actor: Actor) -> Job:
        if job_of(transaction, actor, job).kind == TAKE_BACK:
            raise KubikError("KBK1104", message("There is nothing to take back."))
        return read_job(transaction, start_take_back(transaction, actor, job, scope))

    found = writing(call, act)
    return answer_json(described(found, call.language), 202, (b"location", f"/api/jobs/{found.id}".encode()))


def resume(call: Call) -> Answer:
    """Go on with an import that was stopped; the answer is the same job."""
    job = identifier(call)

    def act(transaction: Transaction, actor: Actor) -> Job:
        job_of(transaction, actor, job)
        return go_on(transaction, actor, job)

    return answer_json(
        described(writing(call, act), call.language), 202, (b"location", f"/api/jobs/{job}".encode())
    )


def _foreseen(found: Foresight) -> dict[str, Any]:
    counts = {
        name: getattr(found, name) for name in ("created", "updated", "deleted", "restored", "taken_back")
    }
    since = [
        {
            "entity": each["entity"], "id": each["id"], "title": each.get("title"),
            "at": each["at"], "by": each["by"], "kind": each["kind"], "fields": sorted(each["changes"]),
        }
        for each in found.since
    ]  # fmt: skip
    return {**counts, "since": since, "since_count": found.since_count}


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
                "encoding": {"type": "string"},
                "delimiter": {"type": "string"},
                "recipe": {"type": "object", "description": "see docs/integrators/api.md"},
                "dry_run": {"type": "boolean", "default": False},
            },
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
    Operation(
        method="GET",
        path="/api/imports/{id}/revert",
        run=look,
        summary="What taking an import back would meet",
        answer={"type": "object"},
    ),
    Operation(
        method="POST",
        path="/api/imports/{id}/revert",
        run=revert,
        summary="Take an import back",
        request={"type": "object", "properties": {"scope": {"enum": list(SCOPES)}}},
        answer=JOB,
        status=202,
    ),
    Operation(
        method="POST",
        path="/api/imports/{id}/go-on",
        run=resume,
        summary="Go on with an import that was stopped",
        answer=JOB,
        status=202,
    ),
)
