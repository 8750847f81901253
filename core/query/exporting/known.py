"""The formats that renderers and plugins bring."""

from __future__ import annotations

from functools import cache

from core.plugin_manager import PLUGINS, collect, make_plugin_manager
from core.query.exporting.writing import Exporter


@cache
def exporters() -> tuple[Exporter, ...]:
    """Every format, the built-in ones first."""
    manager = make_plugin_manager(("renderers.exporting", *PLUGINS))
    return tuple(each for each in collect(manager, "kubik_exporters") if isinstance(each, Exporter))
