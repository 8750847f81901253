"""Personal data: who saw it, an extract of what is kept of a person, erasure with an act."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl
from core.web.operations import Operation


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.personal.erasing import Erasing, job_state
    from renderers.personal.pages import personal_page, record_page

    return [personal_page, record_page, Erasing, job_state]


@hookimpl
def kubik_operations() -> Sequence[Operation]:
    """Its calls of the API."""
    from renderers.personal.api import OPERATIONS

    return OPERATIONS
