"""Requisites of Russian organisations and people: field types and formats of text with their check digits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.hookspecs import hookimpl
from metamodel.fields.base import FieldType
from metamodel.fields.formats import TextFormat

FOLDER = Path(__file__).parent


@hookimpl
def kubik_field_types() -> Sequence[FieldType]:
    """One type for each requisite."""
    from plugins.requisites.types import TYPES

    return [each() for each in TYPES]


@hookimpl
def kubik_text_formats() -> Sequence[TextFormat]:
    """The same requisites as formats of ``text``."""
    from plugins.requisites.forms import FORMS

    return FORMS


@hookimpl
def kubik_templates() -> Sequence[Path]:
    """The input of digits."""
    return [FOLDER / "templates"]


@hookimpl
def kubik_translations() -> Sequence[Path]:
    """What is said of wrong digits."""
    return [FOLDER / "i18n"]
