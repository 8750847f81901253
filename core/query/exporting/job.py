"""Exports as jobs: many records become a file that only who asked for it may fetch, for 30 days."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.standing import actor_of_standing, asked_so, write_standing
from core.errors import KubikError
from core.jobs.jobs import KEPT, Job, job_columns, make_job, read_job, start_job
from core.jobs.running import JobCancelled, Run
from core.jobs.worker import Outcome
from core.query.erased import last_act
from core.query.exporting.known import exporters
from core.query.exporting.reading import Export, begin_export, narrowed_of
from core.query.exporting.taken import dated_name, note_taken
from core.query.exporting.writing import Exporter, Manner, exporter_named
from core.query.names import readable_entity
from core.query.query import Query
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message
from metamodel.model import Entity

KIND = "export"
WAY = "export"
TOLD = 1.0
"""Seconds between two reports of how far an export is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that a job made: where it is, what it is called, and what is in it."""

    path: Path
    name: str
    format: Exporter
    rows: int
    size: int


def start_export(tx: Transaction, actor: Actor, query: Query, format: str, manner: Manner, total: int) -> int:
    """Ask for an export to be made in the background; its job. KBK2006, KBK4002, KBK2009 for another format."""
    entity = readable_entity(tx.model, grants_of(tx.model, actor), query.entity)
    narrowed_of(tx, grants_of(tx.model, actor), entity)
    parameters = {
        "entity": entity.name, "format": exporter_named(exporters(), format).name, "manner": asdict(manner),
        "query": {
            "fields": query.fields, "filter": query.filter, "search": query.search, "sort": query.sort,
            "deleted": query.deleted, "ids": query.ids,
        },
        **write_standing(actor),
    }  # fmt: skip
    return start_job(tx, KIND, parameters, by=actor.person, total=total)


def export_job(run: Run) -> Outcome:
    """The handler of the kind `export` for workers. One that was broken off begins again, and one amid which personal data
    was erased."""
    asked = run.job.parameters
    format = exporter_named(exporters(), asked["format"])
    manner = Manner(**asked["manner"])
    given = asked["query"]
    question = Query(
        entity=asked["entity"], fields=None if given["fields"] is None else tuple(given["fields"]),
        filter=given["filter"], search=given["search"], sort=tuple(given["sort"]), deleted=given["deleted"],
        ids=None if given["ids"] is None else tuple(given["ids"]),
    )  # fmt: skip
    folder = folder_of(run.workspace)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    forget_files(run.workspace)
    part, whole = folder / f"{run.job.id}.part", folder / f"{run.job.id}.{format.name}"
    while True:
        export, act = _write_part(run, question, format, manner, part)
        size = part.stat().st_size  # an erasure may take the whole away as soon as it is one
        part.replace(whole)
        with run.workspace.read() as tx:
            if last_act(tx) == act:
                break
        whole.unlink(missing_ok=True)  # it may have what was erased meanwhile
    run.progress(export.written, export.written)
    result = {
        "entity": export.entity.name, "format": format.name, "rows": export.written, "size": size,
        "name": file_name(export.entity, format, manner, run.workspace), "left_out": list(export.left_out),
    }  # fmt: skip
    return Outcome(result=result)


def _write_part(
    run: Run, question: Query, format: Exporter, manner: Manner, part: Path
) -> tuple[Export, int]:
    """Write the rows into a file that nobody is given yet; the last act of an erasure before they were read."""
    try:
        with run.workspace.read() as tx:
            tx.way, act = WAY, last_act(tx)
            actor = replace(actor_of_standing(tx, run.job), language=manner.language)
            with part.open("wb") as file:
                export = begin_export(tx, actor, question)
                note_taken(run.workspace, actor, export.entity, export.total, format.name)
                format.write(export, file, manner, _told(run))
    except (KubikError, JobCancelled):
        part.unlink(missing_ok=True)
        raise
    return export, act


def file_name(entity: Entity, format: Exporter, manner: Manner, workspace: Workspace) -> str:
    """What an export is called when it is saved: the entity and the day."""
    label = entity.label_many.in_language(manner.language) if manner.labels else ""
    return dated_name(label or entity.name, workspace, format.name)


def exported_file(tx: Transaction, actor: Actor, job: int) -> Made:
    """The file of a finished export of the actor's own, asked for with this key or a wider one, of an entity that they
    may still export; KBK5003 for any other job, KBK2006 when the file is no more."""
    found = own_export(tx, actor, job)
    path = folder_of(tx.workspace) / f"{found.id}.{found.parameters['format']}"
    entity = tx.model.entities.get(found.parameters["entity"])
    if entity is None or not grants_of(tx.model, actor).may(entity.uid, "export") or not path.is_file():
        raise KubikError("KBK2006")
    result = found.result
    return Made(
        path=path, name=result["name"], format=exporter_named(exporters(), found.parameters["format"]),
        rows=result["rows"], size=result["size"],
    )  # fmt: skip


def own_export(tx: Transaction, actor: Actor, job: int) -> Job:
    """An export that the actor asked for; KBK5003 for any other job."""
    found = read_job(tx, job, by=actor.person)
    if found.kind != KIND or not asked_so(actor, found):
        raise KubikError("KBK5003", message("there is no such job"))
    return found


def own_exports(tx: Transaction, actor: Actor, limit: int = 50) -> Sequence[Job]:
    """The exports that the actor asked for, the newest first."""
    table = tx.tables.own.job
    select = sa.select(*job_columns(table)).where(table.c.kind == KIND, table.c.by == actor.person)
    found = map(make_job, tx.connection.execute(select.order_by(table.c.id.desc()).limit(limit)))
    return [job for job in found if asked_so(actor, job)]


def forget_files(workspace: Workspace) -> None:
    """Remove files of exports that are older than any job that can still be asked about."""
    oldest = (datetime.now(UTC) - KEPT).timestamp()
    for path in folder_of(workspace).glob("*.*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def folder_of(workspace: Workspace) -> Path:
    """Where files of exports wait to be fetched."""
    return workspace.settings.home / "exports"


def _told(run: Run) -> Callable[[int, int], None]:
    """Tells how far it is from time to time, which is when a cancelled job stops."""
    last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TOLD:
            run.progress(done, total)
            last = time.monotonic()

    return progress
