"""The places of a written layout: each field in a row, each section, each name of what a card shows besides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Place = tuple[str | int, ...]


def laid_fields(item: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """The names of fields in the rows of an entity's or extension's layout, each with its place."""
    for spot, rows in _all_rows(item):
        for row, written in enumerate(rows):
            for index, placed in enumerate(written):
                if isinstance(placed, Mapping):
                    yield (*spot, row, index, "field"), placed["field"]
                else:
                    yield (*spot, row, index), placed


def laid_sections(item: Mapping[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The sections of all tabs."""
    for tab, layout in enumerate(item.get("layout", ())):
        for index, section in enumerate(layout.get("sections", ())):
            yield ("layout", tab, "sections", index), section


def laid_names(item: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """The names of panels and rows that tabs and the rail show, and the paths of the timeline."""
    for tab, layout in enumerate(item.get("layout", ())):
        for index, name in enumerate(layout.get("show", ())):
            yield ("layout", tab, "show", index), name
    for key in ("rail", "timeline"):
        for index, name in enumerate(item.get(key) or ()):
            yield (key, index), name


def rename_laid(item: dict[str, Any], field: Callable[[str], str], rows: Callable[[str], str]) -> None:
    """Write the layout with other names: ``field`` of fields, ``rows`` of panels and paths of the timeline."""
    for _, written in _all_rows(item):
        for row in written:
            row[:] = [_placed(placed, field) for placed in row]
    for layout in item.get("layout", ()):
        if "show" in layout:
            layout["show"] = [rows(name) for name in layout["show"]]
    for key in ("rail", "timeline"):
        if key in item:
            item[key] = [rows(name) for name in item[key]]


def drop_empty(item: dict[str, Any]) -> None:
    """Rows without fields go, and sections without rows."""
    for _, rows in _all_rows(item):
        rows[:] = [row for row in rows if row]
    for layout in item.get("layout", ()):
        if "sections" in layout:
            layout["sections"] = [section for section in layout["sections"] if section["rows"]]


def _placed(placed: Any, field: Callable[[str], str]) -> Any:
    return {**placed, "field": field(placed["field"])} if isinstance(placed, Mapping) else field(placed)


def _all_rows(item: Mapping[str, Any]) -> Iterator[tuple[Place, list[list[Any]]]]:
    for tab, layout in enumerate(item.get("layout", ())):
        if "rows" in layout:
            yield ("layout", tab, "rows"), layout["rows"]
    for spot, section in laid_sections(item):
        yield (*spot, "rows"), section["rows"]
