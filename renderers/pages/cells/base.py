"""What the drawers of cells share: the mark of a hidden value, the slot of a frame, text as HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from metamodel.expression.types import Type
from metamodel.model import Field

if TYPE_CHECKING:
    from renderers.pages.cells import Cells

HIDDEN = object()
"""Stands for a value that the reader may not see."""

SLOT = "\ue000"
"""A private character that marks where values go when a frame is rendered."""

One = Callable[[Any], str]
"""A value that is there to HTML."""

Drawer = Callable[["Cells", Field, Type], Callable[[Sequence[Any]], One]]
"""How values of a column are drawn: once for the column, then for its values together, then for each."""


def quoted(value: Any) -> str:
    """A value as text of HTML; most texts hold nothing to be escaped, and finding that out is quicker."""
    text = value if isinstance(value, str) else str(value)
    if "&" in text or "<" in text or ">" in text or '"' in text or "'" in text:
        return str(escape(text))
    return text
