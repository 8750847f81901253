"""Personal data: who saw it, an extract of what is kept of a person, erasure with an act."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    return []
