"""Imports as jobs: begun with a copy of the file, each chunk committed with its position, gone on with after a crash."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor, system_actor
from core.access.standing import actor_of_standing, write_standing
from core.errors import KubikError
from core.i18n import texts
from core.jobs.jobs import KEPT, Job, job_columns, make_job, start_job
from core.jobs.running import JobCancelled, Run, take
from core.jobs.worker import Outcome
from core.records.importing.importer import check_file, import_file
from core.records.importing.reading import decode, read_table
from core.records.importing.report import Report, errors_file, load_report
from core.records.importing.task import Options, Progress
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import Message, message

KIND = "import"


def start_import(workspace: Workspace, actor: Actor, entity: str, data: bytes, options: Options) -> int:
    """Ask for an import to be done in the background; its job. What refuses the whole file refuses it here."""
    check_file(workspace, actor, entity, data, options)
    name = secrets.token_hex(16)  # a job's own copy: the same file may be sent again before it is done
    parameters = _parameters(workspace, actor, entity, data, options, name)
    return workspace.write(lambda tx: start_job(tx, KIND, parameters, by=actor.person))


def run_import(
    workspace: Workspace,
    actor: Actor,
    entity: str,
    data: bytes,
    options: Options,
    progress: Progress | None = None,
) -> Report:
    """Do an import here and now, as a job that another process goes on with when this one dies.

    The same import that was broken off before is gone on with where it stands: no line is written twice.
    """
    table = check_file(workspace, actor, entity, data, options)
    if options.dry_run:
        return import_file(workspace, actor, entity, data, options, progress)
    parameters = _parameters(workspace, actor, entity, data, options, hashlib.sha256(data).hexdigest()[:32])
    worker = f"command {secrets.token_hex(8)}"

    def begin(tx: Transaction) -> Job:
        unfinished = _unfinished(tx, parameters)
        return take(tx, unfinished or start_job(tx, KIND, parameters, by=actor.person), worker)

    run = Run(workspace, workspace.write(begin), worker)
    try:
        report = _go_on(run, actor, data, progress)
    except (KubikError, JobCancelled) as error:
        refusal = (
            error
            if isinstance(error, KubikError)
            else KubikError("KBK5003", message("the import was cancelled"))
        )
        run.finish("failed", error=refusal.detail, code=refusal.code)
        _drop_copy(run)
        raise refusal from error
    result, name = _outcome(run, report, table.text)
    run.finish("done", result=result, errors_file=name)
    return report


def import_job(run: Run) -> Outcome:
    """The handler of the kind `import` for workers."""
    try:
        data = _folder(run.workspace).joinpath(run.job.parameters["file"]).read_bytes()
        with run.workspace.read() as tx:
            actor = system_actor() if run.job.by is None else actor_of_standing(tx, run.job)
        report = _go_on(run, actor, data, None)
        result, name = _outcome(run, report, decode(data))
    except (KubikError, JobCancelled) as error:
        if isinstance(error, JobCancelled) or error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            _drop_copy(run)  # nobody goes on with it
        raise
    return Outcome(result=result, errors_file=name)


def _go_on(run: Run, actor: Actor, data: bytes, progress: Progress | None) -> Report:
    parameters = run.job.parameters
    render = _render(parameters)

    def checkpoint(tx: Transaction, report: Report) -> None:
        run.keep(tx, report.saved(render), done=report.position, total=report.total)

    return import_file(
        run.workspace, actor, parameters["entity"], data, Options(**parameters["options"]), progress,
        checkpoint=checkpoint, report=None if run.saved is None else load_report(run.saved),
    )  # fmt: skip


def _outcome(run: Run, report: Report, text: str) -> tuple[dict[str, Any], str | None]:
    """What the job leaves to be seen; the copy of the file goes, the file of errors stays."""
    render = _render(run.job.parameters)
    folder = _folder(run.workspace)
    name = None
    if report.errors:
        name = f"errors-{run.job.id}.csv"
        table = read_table(text, run.job.parameters["options"]["delimiter"])
        reason = render(message("Reason"))
        folder.joinpath(name).write_text(
            "\ufeff" + errors_file(table, report.errors, render, reason), encoding="utf-8", newline=""
        )
    _drop_copy(run)
    return report.saved(render), name


def _drop_copy(run: Run) -> None:
    _folder(run.workspace).joinpath(run.job.parameters["file"]).unlink(missing_ok=True)


def _unfinished(tx: Transaction, parameters: dict[str, Any]) -> int | None:
    """The job of the very same import that did not come to its end."""
    table = tx.tables.own.job
    rows = tx.connection.execute(
        sa.select(*job_columns(table))
        .where(table.c.kind == KIND, table.c.state.in_(("queued", "running")))
        .order_by(table.c.id)
    )
    return next((job.id for job in map(make_job, rows) if dict(job.parameters) == parameters), None)


def _parameters(
    workspace: Workspace, actor: Actor, entity: str, data: bytes, options: Options, name: str
) -> dict[str, Any]:
    """What a job knows of the import; the file is kept under that name beside the database until the job is done."""
    folder = _folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    _forget_files(folder)
    place = folder / f"{name}.csv"
    if not place.exists():
        fresh = folder / f"{name}.{secrets.token_hex(4)}.part"
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    language = options.language or actor.language
    return {
        "entity": entity, "file": place.name, "by": actor.login, **write_standing(actor),
        "options": {**asdict(options), "language": language, "mapping": dict(options.mapping)},
    }  # fmt: skip


def _forget_files(folder: Path) -> None:
    """Remove what is older than any job that can still be asked about: files of errors, copies nobody came back for."""
    oldest = (datetime.now(UTC) - KEPT).timestamp()
    for path in folder.iterdir():
        if path.suffix in (".csv", ".part") and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _folder(workspace: Workspace) -> Path:
    return workspace.settings.home / "imports"


def _render(parameters: Any) -> Callable[[Message], str]:
    return texts(parameters["options"]["language"]).render
