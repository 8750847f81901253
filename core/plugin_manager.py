"""Finding renderers and plugins: the built-in ones by name, others by the entry point ``kubik``."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pluggy

from core import hookspecs
from core.errors import KubikError
from core.i18n.catalogue import add_folders
from metamodel.fields import built_in_types
from metamodel.fields.base import FieldType
from metamodel.fields.formats import TextFormat
from metamodel.fields.plugged import plug
from metamodel.messages import message
from metamodel.names import is_name

RENDERERS = (
    "renderers.api",
    "renderers.documents",
    "renderers.exporting",
    "renderers.importing",
    "renderers.merging",
    "renderers.filters",
    "renderers.lists",
    "renderers.boards",
    "renderers.pivots",
    "renderers.calendars",
    "renderers.trees",
    "renderers.grid",
    "renderers.forms",
    "renderers.cards",
    "renderers.actions",
    "renderers.history",
    "renderers.personal",
    "renderers.stages",
    "renderers.people",
    "renderers.roles",
    "renderers.searching",
    "renderers.security",
    "renderers.pages",
)
PLUGINS = ("plugins.requisites", "plugins.barcode")
BUILT_IN = (*RENDERERS, *PLUGINS)
"""Modules that come with Kubik and implement hooks; one that is not installed is passed over."""

Named = TypeVar("Named", FieldType, TextFormat)


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
        for point in metadata.entry_points(group="kubik"):
            if not manager.has_plugin(point.name):
                manager.register(_load(point), point.name)
    manager.check_pending()
    return manager


def _load(point: metadata.EntryPoint) -> object:
    try:
        return point.load()
    except Exception as error:  # whatever stands in a stranger's module
        why = message("The plugin “{plugin}” cannot be loaded: {why}", plugin=point.name, why=str(error))
        raise KubikError("KBK6004", why) from error


def _module(name: str) -> ModuleType | None:
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Which plugin a field type and a format of text come from, by their names."""

    types: Mapping[str, str]
    formats: Mapping[str, str]


@cache
def start_plugins() -> Brought:
    """What plugins add to the language of definitions and to catalogues of words; done once in a process.

    Every way into a workspace begins with it. Renderers are not needed for it and are not imported.
    """
    manager = make_plugin_manager(PLUGINS)
    types, formats = field_types_of(manager), text_formats_of(manager)
    plug([each for _, each in types], [each for _, each in formats])
    add_folders([folder for folder in collect(manager, "kubik_translations") if isinstance(folder, Path)])
    return Brought(
        types={each.name: plugin for plugin, each in types},
        formats={each.name: plugin for plugin, each in formats},
    )


def field_types_of(manager: pluggy.PluginManager) -> list[tuple[str, FieldType]]:
    """The field types with the names of their plugins; KBK6004 when one has no name or one that is taken."""
    taken = dict.fromkeys(built_in_types(), "kubik")
    return _by_plugin(manager, "kubik_field_types", FieldType, taken)  # type: ignore[type-abstract]


def text_formats_of(manager: pluggy.PluginManager) -> list[tuple[str, TextFormat]]:
    """The named formats of text with the names of their plugins; KBK6004 in the same cases."""
    return _by_plugin(manager, "kubik_text_formats", TextFormat, {})  # type: ignore[type-abstract]


def _by_plugin(
    manager: pluggy.PluginManager, hook: str, kind: type[Named], taken: dict[str, str]
) -> list[tuple[str, Named]]:
    found: list[tuple[str, Named]] = []
    for plugin, given in offered(manager, hook):
        if not isinstance(given, kind):
            raise KubikError("KBK6004", message(
                "The plugin “{plugin}” gives {what} for {hook}, which is none.", plugin=plugin, what=repr(given)[:100], hook=hook))  # fmt: skip
        if not is_name(given.name):
            raise KubikError("KBK6004", message(
                "The plugin “{plugin}” calls something “{name}”, which is no name.", plugin=plugin, name=str(given.name)))  # fmt: skip
        if given.name in taken:
            raise KubikError("KBK6004", message(
                "The plugins “{plugin}” and “{other}” both bring “{name}”: remove one of them.", plugin=plugin,
                other=taken[given.name], name=given.name))  # fmt: skip
        taken[given.name] = plugin
        found.append((plugin, given))
    return found


def offered(manager: pluggy.PluginManager, hook: str) -> Iterator[tuple[str, object]]:
    """What every plugin gives for a hook that returns a sequence, with the plugin's name, in the order of registration."""
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        for each in implementation.function():
            yield implementation.plugin_name, each


def collect(manager: pluggy.PluginManager, hook: str) -> Iterator[object]:
    """The same without names."""
    return (each for _, each in offered(manager, hook))


def template_folders(manager: pluggy.PluginManager) -> list[Path]:
    """Folders of templates, the one that wins first."""
    return [folder for folder in collect(manager, "kubik_templates") if isinstance(folder, Path)][::-1]


def static_folders(manager: pluggy.PluginManager) -> list[Path]:
    """Folders of built web files."""
    return [folder for folder in collect(manager, "kubik_static") if isinstance(folder, Path)]


def page_files(manager: pluggy.PluginManager) -> list[str]:
    """Plain names of the built files that every page loads."""
    return [str(name) for name in collect(manager, "kubik_page_files")]
