"""The HTTP API under ``/api``: operations on records, changes, the model, and their description."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.hookspecs import hookimpl
from core.web.operations import Operation


@hookimpl
def kubik_operations() -> Sequence[Operation]:
    """Every call of the API."""
    from renderers.api import (
        access,
        actions,
        batch,
        changes,
        comments,
        description,
        events,
        files,
        history,
        imports,
        jobs,
        keys,
        merging,
        model,
        pivot,
        records,
        searching,
        secrets,
    )

    parts = (
        records,
        actions,
        comments,
        files,
        secrets,
        access,
        batch,
        keys,
        changes,
        searching,
        history,
        events,
        model,
        jobs,
        imports,
        merging,
        pivot,
        description,
    )
    return tuple(operation for part in parts for operation in part.OPERATIONS)


@hookimpl
def kubik_templates() -> Sequence[Path]:
    """The page of the API."""
    return [Path(__file__).parent / "templates"]
