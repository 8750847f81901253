"""Export: lists as CSV, XLSX and JSON, at once or as a job."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl
from core.query.exporting import Exporter
from core.web.operations import Operation


@hookimpl
def kubik_exporters() -> Sequence[Exporter]:
    """The built-in formats."""
    from renderers.exporting.formats import built_in

    return built_in()


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.exporting.pages import HANDLERS

    return HANDLERS


@hookimpl
def kubik_operations() -> Sequence[Operation]:
    """The calls of the API."""
    from renderers.exporting.api import OPERATIONS

    return OPERATIONS
