"""Background work of an installation: which kinds of jobs there are, and the worker that runs them."""

from __future__ import annotations

from collections.abc import Mapping

from core.documents.issuing.job import KIND as DOCUMENTS
from core.documents.issuing.job import documents_job
from core.jobs.worker import Handler, Worker
from core.query.exporting.job import KIND as EXPORT
from core.query.exporting.job import export_job
from core.records.bulk import KIND as BULK
from core.records.bulk import bulk_job
from core.records.carrying import CARRY, carry_job, keep_carrying
from core.records.erasing import KIND as ERASE
from core.records.erasing import erase_job
from core.records.handover import HANDOVER, UNDO, handover_job, undo_job
from core.records.importing.job import KIND, import_job
from core.records.indexing.asking import INDEX
from core.records.indexing.job import index_job, keep_index
from core.records.sweeping import sweep_files
from core.records.takeback import KIND as TAKE_BACK
from core.records.takeback import take_back_job
from core.solutions.template_faults import sweep_old_templates
from core.storage.sighted import forget_sightings
from core.storage.workspace import Workspace


def handlers() -> Mapping[str, Handler]:
    """The handler of each kind of job."""
    return {
        BULK: bulk_job,
        KIND: import_job,
        EXPORT: export_job,
        ERASE: erase_job,
        HANDOVER: handover_job,
        UNDO: undo_job,
        TAKE_BACK: take_back_job,
        INDEX: index_job,
        CARRY: carry_job,
        DOCUMENTS: documents_job,
    }


def forget_old_sightings(workspace: Workspace) -> None:
    """Forget who saw personal data too long ago to be asked."""
    while workspace.write(lambda tx: forget_sightings(tx.connection, tx.tables.own, tx.now)):
        pass


def make_worker(workspace: Workspace) -> Worker:
    """A worker that runs every kind of job; it is not started yet."""
    return Worker(
        workspace,
        handlers(),
        chores=(sweep_files, forget_old_sightings, keep_index, keep_carrying, sweep_old_templates),
    )
