"""Bar codes and QR codes: a field type that is read by a camera or a scanner and shown as the code itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.hookspecs import hookimpl
from metamodel.fields.base import FieldType

FOLDER = Path(__file__).parent


@hookimpl
def kubik_field_types() -> Sequence[FieldType]:
    """The type ``barcode``."""
    from plugins.barcode.field import Barcode

    return [Barcode()]


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The picture of a code."""
    from plugins.barcode.pages import picture

    return [picture]


@hookimpl
def kubik_templates() -> Sequence[Path]:
    """Its input and its cell."""
    return [FOLDER / "templates"]


@hookimpl
def kubik_page_files() -> Sequence[str]:
    """What `scripts/build.mjs` made of ``web/``."""
    return ["barcode.css", "barcode.js"]


@hookimpl
def kubik_translations() -> Sequence[Path]:
    """Its words."""
    return [FOLDER / "i18n"]
