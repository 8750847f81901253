"""Stages on screens: the dialog of a move, taking it back, the bar on a card."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.stages.pages import MoveOne, undo_move

    return [MoveOne, undo_move]
