"""Finding renderers and plugins: the built-in ones by name, others by the entry point ``kubik``."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pluggy

from core import hookspecs

BUILT_IN = ("renderers.api", "renderers.lists", "renderers.forms", "renderers.pages")
"""Modules that come with Kubik and implement hooks; one that is not installed is passed over."""


def make_plugin_manager(
    names: Sequence[str] = BUILT_IN, *, entry_points: bool = True
) -> pluggy.PluginManager:
    """A manager with the named modules and, unless refused, all installed plugins registered.

    A plugin that implements a hook nobody knows stops the start with `pluggy.PluginValidationError`.
    """
    manager = pluggy.PluginManager("kubik")
    manager.add_hookspecs(hookspecs)
    for name in names:
        if (module := _module(name)) is not None:
            manager.register(module, name)
    if entry_points:
        manager.load_setuptools_entrypoints("kubik")
    manager.check_pending()
    return manager


def _module(name: str) -> ModuleType | None:
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def collect(manager: pluggy.PluginManager, hook: str) -> Iterator[object]:
    """What every plugin gives for a hook that returns a sequence, in the order of registration."""
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        yield from implementation.function()


def template_folders(manager: pluggy.PluginManager) -> list[Path]:
    """Folders of templates, the one that wins first."""
    return [folder for folder in collect(manager, "kubik_templates") if isinstance(folder, Path)][::-1]
