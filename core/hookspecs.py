"""The hooks by which renderers and plugins join: all of them, a sentence each (docs/integrators/hooks.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pluggy

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


@hookspec(firstresult=True)
def kubik_static() -> Path:  # type: ignore[empty-body]
    """The folder of built web files with its ``manifest.json``, served under ``/assets``."""


@hookspec(firstresult=True)
def kubik_frame(visit: Any, transaction: Any, request: Any) -> Mapping[str, Any]:  # type: ignore[empty-body]
    """What the template ``errors/framed.html`` needs to show an error inside the product, to a person signed in."""
