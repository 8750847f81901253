"""Text with headings, lists and links."""

from __future__ import annotations

from metamodel.fields.html import plain_text
from metamodel.model import Field
from renderers.forms.desk import Desk
from renderers.forms.widgets.base import WidgetKind


def words(desk: Desk, field: Field, text: str) -> str:
    """Its words."""
    return plain_text(text)


KINDS = (WidgetKind(name="rich_text", words=words, wide=True),)
