"""The trial of an import: a job that writes nothing, begun by a form and never by looking."""

from __future__ import annotations

from dataclasses import replace

from core.errors import KubikError
from core.jobs.jobs import cancel_job
from core.records.importing import start_import
from core.records.importing.recipe import Recipe
from core.records.importing.unfinished import Unfinished, decide, file_of
from core.storage.workspace import Transaction
from core.web.context import Visit
from renderers.importing.desk import on_desk


def ready(who: Visit, token: str) -> tuple[Unfinished, Recipe]:
    """The recipe with the file read as it is now decided."""
    with who.workspace.read() as tx, on_desk(who, tx, token) as desk:
        return desk.made, replace(desk.recipe, source=desk.found.hints)


def begin_trial(who: Visit, token: str) -> None:
    """Try the import as it is decided now, in place of the trial before."""
    made, recipe = ready(who, token)
    if made.check is not None:
        old = made.check
        who.workspace.write(lambda tx: _cancel_quietly(tx, old, who))
    job = start_import(who.workspace, who.actor, "", file_of(who.workspace, made), name=made.name,
                       recipe=replace(recipe, dry_run=True))  # fmt: skip
    decide(who.workspace, made, recipe, check=job)


def _cancel_quietly(tx: Transaction, job: int, who: Visit) -> None:
    try:
        cancel_job(tx, job, by=who.actor.person)
    except KubikError as gone:
        if gone.code != "KBK5003":  # an old job may have been forgotten
            raise
