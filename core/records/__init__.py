"""The only writer of records: every write of every caller goes through these functions, rights and rules included."""

from core.automation import Ran
from core.records.actions import buttons, inputs_shown, list_buttons, run_action
from core.records.api import batch, create, delete, restore, sync_roles, update, upsert
from core.records.closure import rebuild_closure
from core.records.marks import (
    Answer,
    first_answer,
    keep_answer,
    known_answer,
    mark_origin,
    origins,
    set_external,
)
from core.records.moving import move, take_back
from core.records.rehearse import Rehearsal, Standing, Tried, rehearse, standing
from core.records.shapes import BATCH_LIMIT, Batch, BatchSaved, Ready, Retake, Saved, Values

__all__ = [
    "BATCH_LIMIT", "Answer", "Batch", "BatchSaved", "Ran", "Ready", "Rehearsal", "Retake", "Saved", "Standing", "Tried",
    "Values", "batch", "buttons", "create", "delete", "first_answer", "inputs_shown", "keep_answer", "known_answer", "list_buttons", "mark_origin", "move", "origins",
    "rebuild_closure", "rehearse", "restore", "run_action", "set_external", "standing", "sync_roles", "take_back", "update", "upsert",
]  # fmt: skip
