"""The HTTP API under ``/api``: operations on records, changes, the model, jobs, and their description."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl
from core.web.operations import Operation
from renderers.api import batch, changes, description, events, jobs, keys, model, records


@hookimpl
def kubik_operations() -> Sequence[Operation]:
    """Every call of the API."""
    return (
        *records.OPERATIONS,
        *batch.OPERATIONS,
        *keys.OPERATIONS,
        *changes.OPERATIONS,
        *events.OPERATIONS,
        *model.OPERATIONS,
        *jobs.OPERATIONS,
        *description.OPERATIONS,
    )
