"""The hooks by which renderers and plugins join: all of them, a sentence each (docs/integrators/hooks.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pluggy

from metamodel.fields.base import FieldType
from metamodel.fields.formats import TextFormat

hookspec = pluggy.HookspecMarker("kubik")
hookimpl = pluggy.HookimplMarker("kubik")


@hookspec
def kubik_routers() -> Sequence[object]:  # type: ignore[empty-body]
    """Pages: Litestar route handlers, controllers or routers; all handlers of one path come from one plugin."""


@hookspec
def kubik_operations() -> Sequence[object]:  # type: ignore[empty-body]
    """Calls of the API under ``/api``: `core.web.operations.Operation` values, described in OpenAPI by themselves."""


@hookspec
def kubik_templates() -> Sequence[Path]:  # type: ignore[empty-body]
    """Folders of Jinja templates; a later plugin's template of the same name wins."""


@hookspec
def kubik_static() -> Sequence[Path]:  # type: ignore[empty-body]
    """Folders of built web files, each with its ``manifest.json`` (plain name: file), served under ``/assets``."""


@hookspec
def kubik_page_files() -> Sequence[str]:  # type: ignore[empty-body]
    """Plain names of built files that every page loads: ``.css`` as a style sheet, ``.js`` as a module."""


@hookspec
def kubik_field_types() -> Sequence[FieldType]:  # type: ignore[empty-body]
    """Types of fields; asked once, before the first definition is read."""


@hookspec
def kubik_text_formats() -> Sequence[TextFormat]:  # type: ignore[empty-body]
    """Named formats of text (``format: inn``); asked once, before the first definition is read."""


@hookspec
def kubik_exporters() -> Sequence[object]:  # type: ignore[empty-body]
    """Formats of export: `core.query.exporting.Exporter` values, offered beside CSV, XLSX and JSON."""


@hookspec
def kubik_translations() -> Sequence[Path]:  # type: ignore[empty-body]
    """Folders with ``ru/*.po`` and, where English needs forms, ``en/*.po``: the words of the plugin."""


@hookspec(firstresult=True)
def kubik_frame(visit: Any, transaction: Any, request: Any) -> Mapping[str, Any]:  # type: ignore[empty-body]
    """What the template ``errors/framed.html`` needs to show an error inside the product, to a person signed in."""
