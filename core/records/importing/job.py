"""Imports as jobs: begun with a copy of the file, each chunk committed with its position, gone on with after a crash."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from core.access.actor import Actor
from core.access.standing import actor_of_standing, write_standing
from core.errors import KubikError
from core.i18n import texts
from core.jobs.jobs import job_columns, make_job, start_job
from core.jobs.running import JobCancelled, Run, begin_here, failing
from core.jobs.worker import Outcome
from core.records.importing.beside import Errand
from core.records.importing.beside.process import folder_for
from core.records.importing.hints import Hints
from core.records.importing.importer import check_rows, make_task, run_task
from core.records.importing.keeping import folder_of, hash_of, kept_copy
from core.records.importing.opening import rows_of, task_of
from core.records.importing.recipe import Recipe
from core.records.importing.report import Report, load_report
from core.records.importing.spool import Spool, write_errors
from core.records.importing.task import Import, Options, Progress
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import Message, message

KIND = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be imported: a file under the name its person knows, as a recipe or, into one entity, as options say."""

    file: Path
    name: str
    recipe: Recipe | None = None
    entity: str = ""
    options: Options = field(default_factory=Options)

    @property
    def dry_run(self) -> bool:
        return self.options.dry_run if self.recipe is None else self.recipe.dry_run

    @property
    def hints(self) -> Hints:
        if self.recipe is not None:
            return self.recipe.source
        return Hints(encoding=self.options.encoding, delimiter=self.options.delimiter)


def start_import(
    workspace: Workspace, actor: Actor, entity: str, data: bytes | Path, options: Options | None = None, *,
    name: str = "file.csv", recipe: Recipe | None = None,
) -> int:  # fmt: skip
    """Ask for an import to be done in the background; its job. What refuses the whole file refuses it here."""
    with kept_copy(workspace, data, name, secrets.token_hex(16)) as file:
        order = Order(file=file, name=name, recipe=recipe, entity=entity, options=options or Options())
        parameters = _checked(workspace, actor, order)
        return workspace.write(
            lambda tx: start_job(tx, KIND, parameters, by=actor.person, total=parameters["total"])
        )


def run_import(
    workspace: Workspace, actor: Actor, entity: str, data: bytes | Path, options: Options | None = None,
    progress: Progress | None = None, *, name: str = "file.csv", recipe: Recipe | None = None,
    errors: Path | None = None,
) -> Report:  # fmt: skip
    """Do an import here and now, as a job that another process goes on with when this one dies.

    The same import that was broken off before is gone on with where it stands: no line is written twice. Refused lines
    are written to the file ``errors``, too.
    """
    with kept_copy(workspace, data, name, hash_of(data)) as file:
        order = Order(file=file, name=name, recipe=recipe, entity=entity, options=options or Options())
        parameters = _checked(workspace, actor, order)
        if order.dry_run:
            try:
                return _try(workspace, actor, parameters, progress, errors)
            finally:
                file.unlink(missing_ok=True)

        def begin(tx: Transaction) -> int:
            total = parameters["total"]
            return _unfinished(tx, parameters) or start_job(
                tx, KIND, parameters, by=actor.person, total=total
            )

        run = begin_here(workspace, begin)
    with failing(run, message("the import was cancelled")):
        try:
            report, outcome = _go_on(run, actor, progress)
        except (KubikError, JobCancelled):
            _drop_copies(run)
            raise
    run.finish("done", result=outcome.result, errors_file=outcome.errors_file)
    if errors is not None and outcome.errors_file is not None:
        shutil.copyfile(folder_of(workspace) / outcome.errors_file, errors)
    report.job = run.job.id
    return report


def _try(
    workspace: Workspace,
    actor: Actor,
    parameters: Mapping[str, Any],
    progress: Progress | None,
    errors: Path | None,
) -> Report:
    """A dry run: no job, nothing stays."""
    render = texts(parameters["language"]).render
    place = folder_of(workspace) / f"refused-{secrets.token_hex(8)}.part"
    spool = Spool(place, 0)
    try:
        with task_of(workspace, actor, parameters, None) as task:
            task.checkpoint = lambda tx, state: _spooled(spool, state, render)
            task.errand = _errand(workspace, task, parameters)
            report = run_task(task, parameters["total"], progress)
            if errors is not None and report.refused:
                write_errors(errors, task.table, spool, render(message("Reason")), _mark(task), task.context)
            return report
    finally:
        place.unlink(missing_ok=True)


def _spooled(spool: Spool, state: Report, render: Callable[[Message], str]) -> None:
    spool.add((each.sheet, each.line, _told(each.column, each.message, render)) for each in state.fresh)


def _mark(task: Import) -> str:
    return (task.hints.delimiter if task.hints is not None else None) or ","


def import_job(run: Run) -> Outcome:
    """The handler of the kind `import` for workers."""
    try:
        with run.workspace.read() as tx:
            actor = actor_of_standing(tx, run.job)
        return _go_on(run, actor, None)[1]
    except KubikError as error:
        if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            _drop_copies(run)  # nobody goes on with it
        raise
    except JobCancelled:
        if any((run.job.parameters.get(each) or {}).get("dry_run") for each in ("recipe", "options")):
            _drop_copies(run)
        raise


def _go_on(run: Run, actor: Actor, progress: Progress | None) -> tuple[Report, Outcome]:
    parameters = run.job.parameters
    render = texts(parameters["language"]).render
    held = 0 if run.saved is None else int(run.saved.get("spool", 0))
    spool = Spool(_spool_path(run), held)
    report = None if run.saved is None else load_report(run.saved)

    def checkpoint(tx: Transaction, state: Report) -> None:
        nonlocal held
        length = spool.add(
            (each.sheet, each.line, _told(each.column, each.message, render)) for each in state.fresh
        )
        run.keep(tx, {**state.saved(), "spool": length}, done=state.position, total=parameters["total"])
        held = length

    with task_of(run.workspace, replace(actor, job=run.job.id), parameters, report) as task:
        task.checkpoint, task.errand = checkpoint, _errand(run.workspace, task, parameters)
        try:
            report = run_task(task, parameters["total"], progress)
        except JobCancelled as stopped:
            stopped.result = {**task.report.saved(), "spool": held}  # to go on from there
            raise
        name = _write_errors(run, task, spool, render) if report.refused else None
    _drop_copies(run)
    return report, Outcome(result=report.saved(), errors_file=name)


def _errand(workspace: Workspace, task: Import, parameters: Mapping[str, Any]) -> Errand:
    """How a second process may open the same import."""
    folder = folder_for(folder_of(workspace), secrets.token_hex(8))
    return Errand(settings=workspace.settings, actor=task.actor, parameters=parameters, folder=folder)


def _told(column: str, what: Message | str, render: Callable[[Message], str]) -> str:
    text = what if isinstance(what, str) else render(what)
    return f"{column}: {text}" if column else text


def _write_errors(run: Run, task: Import, spool: Spool, render: Callable[[Message], str]) -> str:
    """The file of refused lines, in the format in which they came."""
    hints = task.hints or Hints()
    ending = "xlsx" if hints.format in ("xlsx", "xls", "xlsb", "ods") else "csv"
    name = f"errors-{run.job.id}.{ending}"
    path = folder_of(run.workspace) / name
    write_errors(path, task.table, spool, render(message("Reason")), _mark(task), task.context)
    return name


def _checked(workspace: Workspace, actor: Actor, order: Order) -> dict[str, Any]:
    """What a job knows of an import whose file and recipe are in order."""
    with rows_of(order.file, order.name, order.hints) as rows:
        task = make_task(workspace, actor, rows, order.options, entity=order.entity, recipe=order.recipe)
        total = check_rows(task)
        recipe = None if order.recipe is None else replace(order.recipe, source=rows.hints)
        language = task.context.language
        source = Recipe(source=rows.hints).written().get("source", {})
        parameters = {
            "entity": order.entity or (recipe.main.entity if recipe is not None else ""), "file": order.file.name,
            "name": order.name, "by": actor.login, **write_standing(actor), "total": total, "source": source,
            "header": list(rows.header), "recipe": None if recipe is None else recipe.written(), "language": language,
            "options": {**asdict(order.options), "language": language, "mapping": dict(order.options.mapping)},
        }  # fmt: skip
        known: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(parameters))  # as a job keeps them
        return known


def _drop_copies(run: Run) -> None:
    (folder_of(run.workspace) / run.job.parameters["file"]).unlink(missing_ok=True)
    _spool_path(run).unlink(missing_ok=True)


def _spool_path(run: Run) -> Path:
    return folder_of(run.workspace) / f"refused-{run.job.id}.part"


def _unfinished(tx: Transaction, parameters: dict[str, Any]) -> int | None:
    """The job of the very same import that did not come to its end."""
    table = tx.tables.own.job
    rows = tx.connection.execute(
        sa.select(*job_columns(table))
        .where(table.c.kind == KIND, table.c.state.in_(("queued", "running")))
        .order_by(table.c.id)
    )
    return next((job.id for job in map(make_job, rows) if dict(job.parameters) == parameters), None)
