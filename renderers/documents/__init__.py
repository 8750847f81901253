"""Documents of records: their calls of the API, and what a person sees of them on cards and above lists."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl
from core.web.operations import Operation


@hookimpl
def kubik_operations() -> Sequence[Operation]:
    """The calls of the API."""
    from renderers.documents.api import OPERATIONS
    from renderers.documents.configuring.api import TEMPLATE_OPERATIONS

    return (*OPERATIONS, *TEMPLATE_OPERATIONS)


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.documents.configuring.pages import HANDLERS as CONFIGURING
    from renderers.documents.many_pages import HANDLERS as MANY
    from renderers.documents.pages import HANDLERS

    return (*HANDLERS, *MANY, *CONFIGURING)
