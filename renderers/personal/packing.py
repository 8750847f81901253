"""An extract as one file: a zip with the data as JSON, the same to read as HTML, and the files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from core.access.actor import Actor
from core.errors import KubikError
from core.i18n import Texts
from core.query.extract import Extract, content_of
from core.query.opening import open_file
from core.query.query import Link
from core.storage.workspace import Transaction
from core.storage.zips import put, zipped
from core.web.wire import encode
from metamodel.model import Entity
from renderers.pages.cells import Cells

STYLE = Path(__file__).parent / "extract.css"
"""The look of an extract: it is read outside of the system, so it brings its own."""


def packed(
    tx: Transaction, actor: Actor, found: Extract, cells: Cells, texts: Texts, zone: ZoneInfo
) -> tuple[BinaryIO, int]:
    """The zip, ready to be read from its beginning, and its size; files that may not be opened are left out."""
    page = _page(tx, found, cells, texts, zone)

    def fill(whole: zipfile.ZipFile) -> None:
        whole.writestr("extract.json", encode(content_of(found)))
        whole.writestr("extract.html", page)
        for link in found.files():
            _add_file(tx, actor, whole, link.id)
        for document in found.documents:
            for each in document.files:
                name = f"documents/{document.id} {document.name}.{each.format}"
                put(whole, name, tx.workspace.files.open(each.hash))

    return zipped(fill)


def _add_file(tx: Transaction, actor: Actor, whole: zipfile.ZipFile, id: int) -> None:
    try:
        item = open_file(tx, actor, id)
        content = tx.workspace.files.open(item["hash"])
    except KubikError:
        return
    name = "".join(c if c.isalnum() or c in " ._-()" else "_" for c in item["name"])[-120:]
    put(whole, f"files/{id} {name}", content)


def _page(tx: Transaction, found: Extract, cells: Cells, texts: Texts, zone: ZoneInfo) -> str:
    language = texts.language
    now = tx.now.astimezone(zone)
    page = cells.render(
        "personal/extract.html",
        title=found.title,
        made=f"{texts.date(now.date())}, {texts.time(now.time())}",
        record=_shown(found.entity, found.item, cells, language),
        parts=[
            {
                "label": part.entity.label_many.in_language(language) or part.entity.name,
                "items": [_shown(part.entity, item, cells, language) for item in part.items], "more": part.more,
            }
            for part in found.parts
        ],
        left=[entity.label_many.in_language(language) or entity.name for entity in found.left],
    )  # fmt: skip
    return page.replace("<!-- style -->", f"<style>{STYLE.read_text(encoding='utf-8')}</style>")


def _shown(entity: Entity, item: Mapping[str, Any], cells: Cells, language: str) -> list[tuple[str, Any]]:
    """Labels and values of a record, empty ones left out; child rows as lists of the same."""
    made: list[tuple[str, Any]] = []
    for name, value in item.items():
        field = entity.by_name.get(name)
        if field is None or value in (None, "", [], ()) or name in ("version", "_hidden"):
            continue
        label = field.label.in_language(language) or field.name
        if field.type.name == "children":
            child = cells.model.entity_by_uid[field.target or ""]
            made.append((label, [_shown(child, row, cells, language) for row in value]))
        else:
            made.append((label, _plain(cells, field, value)))
    return made


def _plain(cells: Cells, field: Any, value: Any) -> str:
    """A value as text: links lead nowhere outside of the system."""
    if isinstance(value, Link):
        return value.title if value.id is not None else ""
    if isinstance(value, list | tuple) and value and isinstance(value[0], Link):
        return ", ".join(each.title for each in value if each.id is not None)
    return str(cells.one(field, field.result, value).striptags())
