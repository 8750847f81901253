"""JSON: an array of objects, or an object a line; objects within are flattened one level (`company.name`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import ijson  # type: ignore[import-untyped]

from core.records.importing.formats.refusals import empty, refused, too_wide
from core.records.importing.formats.source import MOST_COLUMNS, Cell, CellError, Line, Sheet
from core.records.importing.hints import Hints
from metamodel.messages import message
from metamodel.spreadsheet import HIDDEN

MOST_IN_LINE = 16 * 1024 * 1024
MOST_DEPTH = 64
MOST_DIGITS = 300
"""Digits before or behind the point of a number."""
SEPARATOR = "; "
"""Between the values of a list."""
_OF_LINKS = frozenset({"id", "title", "deleted", "hidden", "entity", "name", "size", "type", "url"})
"""What an object that is a link may say of its record."""
_ONLY_LINKS = frozenset({"title", "deleted", "hidden", "entity", "url"})
"""Some of it a link of ours always says; an id and a name alone are how any other system writes its own records."""


class JsonSource:
    """A file of objects; the columns are the keys of all of them, in the order they are met."""

    format = "json"
    typed = True
    sheets = (Sheet(name=""),)

    def __init__(self, path: Path, hints: Hints) -> None:
        self.hints = hints
        self._path = path
        self._columns: dict[str, None] | None = None

    def lines(self, sheet: str | None = None) -> Iterator[Line]:
        """First the names of the columns, then the objects, numbered from 1."""
        if self._columns is None:
            self._columns = {}
            for number, flat in self._objects():
                self._columns |= dict.fromkeys(flat)
                if len(self._columns) > MOST_COLUMNS:
                    raise too_wide(number, MOST_COLUMNS)
            if not self._columns:
                raise empty()
        yield Line(0, tuple(self._columns))
        for number, flat in self._objects():
            yield Line(number, tuple(flat.get(column) for column in self._columns))

    def close(self) -> None:
        """Nothing is held between readings."""

    def _objects(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        number = 0
        with self._path.open("rb") as file:
            try:
                for number, each in enumerate(_read(file), 1):
                    if not isinstance(each, dict):
                        raise refused(
                            message(
                                "Item {line} of the file is not an object with named values.", line=number
                            )
                        )
                    yield number, _flat(each)
            except (ijson.JSONError, ValueError, RecursionError) as error:
                raise refused(message("The JSON is broken after item {line}.", line=number)) from error


def _read(file: BinaryIO) -> Iterator[Any]:
    start = file.read(3)
    file.seek(3 if start == b"\xef\xbb\xbf" else 0)
    head = file.read(4096).lstrip()
    file.seek(3 if start == b"\xef\xbb\xbf" else 0)
    if head.startswith(b"["):
        return iter(ijson.items(file, "item", use_float=False))
    prefix = _wrapped(file)
    file.seek(3 if start == b"\xef\xbb\xbf" else 0)
    if prefix is None:
        return _by_line(file)
    return iter(ijson.items(file, f"{prefix}.item", use_float=False))


def _wrapped(file: BinaryIO) -> str | None:
    """The key under which one object keeps its list of objects (`items`), None for an object a line."""
    depth, key = 0, None
    try:
        for prefix, event, _ in ijson.parse(file):
            if event in ("start_map", "start_array"):
                depth += 1
                if depth > MOST_DEPTH:
                    raise ValueError(depth)
                if event == "start_map" and depth == 3 and key is not None:
                    return key
                if event == "start_array" and depth == 2:
                    key = str(prefix)
            elif event in ("end_map", "end_array"):
                depth -= 1
                key = None if depth < 2 else key
                if depth == 0:
                    return None
    except ijson.JSONError as error:
        raise ValueError(str(error)) from error
    return None


def _by_line(file: BinaryIO) -> Iterator[Any]:
    while line := file.readline(MOST_IN_LINE):
        if text := line.strip():
            yield json.loads(text, parse_float=Decimal)


def _flat(given: dict[str, Any]) -> dict[str, Cell]:
    flat: dict[str, Cell] = {}
    for key, value in given.items():
        if isinstance(value, dict) and _is_link(value):
            flat[str(key)] = _link(value)
        elif isinstance(value, dict):
            flat |= {f"{key}.{inner}": _scalar(each) for inner, each in value.items()}
        else:
            flat[str(key)] = _scalar(value)
    return flat


def _is_link(value: Any) -> bool:
    """Whether an object is a link as the API and exports write it."""
    return (
        isinstance(value, dict)
        and "id" in value
        and bool(_ONLY_LINKS & set(value))
        and set(value) <= _OF_LINKS
    )


def _link(value: dict[str, Any]) -> str:
    """A link as a cell: the number of its record, with the entity before it where it leads to several."""
    if value["id"] is None:
        return HIDDEN if value.get("hidden") else ""
    return f"{value['entity']}:{value['id']}" if "entity" in value else f"#{value['id']}"


def _scalar(value: Any) -> Cell:
    if isinstance(value, Decimal) and abs(value.adjusted()) > MOST_DIGITS:
        return CellError(str(value))  # written out it would fill the memory
    if value is None or isinstance(value, str | bool | int | Decimal):
        return value
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, list) and value and all(map(_is_link, value)):
        return SEPARATOR.join(_link(each) for each in value)
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return SEPARATOR.join(str(each) for each in value if each is not None)
    return json.dumps(value, ensure_ascii=False, default=str)
