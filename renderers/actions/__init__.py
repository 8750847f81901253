"""Actions on screens: buttons on cards, rows and lists, and the dialog that asks what they need."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.actions.pages import OnList, OnRecord, options_above_list, options_on_record

    return [OnRecord, OnList, options_on_record, options_above_list]
