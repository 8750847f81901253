"""Yes or no."""

from __future__ import annotations

from metamodel.model import Field
from renderers.forms.desk import Desk
from renderers.forms.widgets.base import WidgetKind


def words(desk: Desk, field: Field, text: str) -> str:
    """The answer in words."""
    return desk.texts.gettext("yes" if text == "true" else "no")


KINDS = (WidgetKind(name="boolean", words=words, grouped=True),)
