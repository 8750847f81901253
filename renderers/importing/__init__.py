"""Import: a file is sent, understood, fitted to fields, tried, taken in, and taken back."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.importing import checking, columns, history, running

    return (*history.HANDLERS, *columns.HANDLERS, *checking.HANDLERS, *running.HANDLERS)
