"""Which plugins a stored configuration needs, so that one that is missing is told by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from core.errors import KubikError
from core.plugin_manager import start_plugins
from core.storage.own import OwnTables
from metamodel.fields import field_types
from metamodel.fields.formats import is_format_name, text_formats
from metamodel.messages import message

_FACT = "plugins"
"""The key under which `kubik_meta` keeps ``{"type barcode": "plugins.barcode"}``."""


def remember_plugins(connection: sa.Connection, own: OwnTables, document: Mapping[str, Any]) -> None:
    """Keep which plugin brought what this configuration uses; what earlier ones used stays known."""
    brought = start_plugins()
    known = _known(connection, own)
    found = dict(known)
    for what, name in used(document):
        plugin = (brought.types if what == "type" else brought.formats).get(name)
        if plugin is not None:
            found[f"{what} {name}"] = plugin
    if found == known:
        return
    connection.execute(own.meta.delete().where(own.meta.c.key == _FACT))
    connection.execute(own.meta.insert().values(key=_FACT, value=json.dumps(found, sort_keys=True)))


def check_plugins(connection: sa.Connection, own: OwnTables, document: Mapping[str, Any]) -> None:
    """KBK6004 when the stored configuration uses what no plugin brings any more."""
    types, formats = field_types(), text_formats()
    missing = {
        (what, name) for what, name in used(document) if name not in (types if what == "type" else formats)
    }
    if not missing:
        return
    known = _known(connection, own)
    plugins = sorted({known.get(f"{what} {name}", "?") for what, name in missing})
    raise KubikError("KBK6004", message(
        "The configuration needs plugins that are not installed: {plugins}. They bring: {names}. Install them and start Kubik again.",
        plugins=", ".join(plugins), names=", ".join(sorted({name for _, name in missing}))))  # fmt: skip


def used(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The types of fields and the named formats that a stored document names."""
    owners = [*document.get("entities", ()), *document.get("extensions", ())]
    for field in (field for owner in owners for field in owner.get("fields", ())):
        yield "type", field["type"]
        if field["type"] == "text" and is_format_name(str(field.get("format", ""))):
            yield "format", field["format"]


def _known(connection: sa.Connection, own: OwnTables) -> dict[str, str]:
    written = connection.execute(sa.select(own.meta.c.value).where(own.meta.c.key == _FACT)).scalar()
    found: dict[str, str] = json.loads(written) if written else {}
    return found
