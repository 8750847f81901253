"""A cell of a file as a value of a field: texts as people write them, typed cells of workbooks as they are."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from core.records.importing.formats.source import UNCOUNTED, CellError
from core.records.importing.recognise.values import NO, YES, read_date, read_number
from metamodel.errors import ValueRefused
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Field

NUMBERS = frozenset({"integer", "decimal"})

MOMENTS = frozenset({"date", "datetime", "time", "duration"})


def is_blank(cell: Any) -> bool:
    """Whether nothing stands in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def parse_cell(
    field: Field, cell: Any, context: Context, decimal: str | None = None, dates: str | None = None
) -> Any:
    """The engine's value of a cell; None for an empty one, raises `ValueRefused`.

    ``decimal`` and ``dates`` are what a person confirmed of texts of that column (`Hints`).
    """
    storage = field.type.column_type(field).storage
    if isinstance(cell, str) and (decimal or dates) and not isinstance(cell, CellError):
        cell = _understood(field, storage, cell, decimal, dates)
    if isinstance(cell, CellError):
        if cell == UNCOUNTED:
            raise ValueRefused(
                "KBK3002",
                message(
                    "the file holds a formula without its value: open it in a spreadsheet program and save it again"
                ),
            )
        raise ValueRefused("KBK3002", message("the cell has no value but an error: {text}", text=str(cell)))
    if isinstance(cell, str):
        return field.type.parse(field, cell, context) if cell.strip() else None
    if cell is None:
        return None
    as_json = _as_json(context)
    if storage == "boolean" and isinstance(cell, bool):
        return cell
    if storage in NUMBERS and isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        return field.type.parse(field, _whole(cell) if storage == "integer" else str(cell), as_json)
    if storage in MOMENTS and isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        return field.type.parse(field, _moment(storage, cell, context), as_json)
    return field.type.parse(field, spelled(cell, context), context)


_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A date that is read in one way alone, to the microsecond where a moment stands behind it."""

_READ = {"date": _ISO.fullmatch, "datetime": _ISO.match}
"""Which texts of a type are read as they are."""


@lru_cache(maxsize=64)
def _as_json(context: Context) -> Context:
    return replace(context, medium="json")


def _understood(field: Field, storage: str, text: str, decimal: str | None, dates: str | None) -> Any:
    """A text as the number, moment or answer that it is; itself when it is none, which the type then judges."""
    found: Any = None
    if storage in NUMBERS and decimal is not None and field.type.name != "percent":
        found = read_number(text, decimal)
    elif storage in _READ and dates is not None and not _READ[storage](text.strip()):
        found = read_date(text, dates)
    elif storage == "boolean":
        word = text.strip().lower()
        found = True if word in YES else False if word in NO else None
    return text if found is None else found


def spelled(cell: Any, context: Context) -> str:
    """A cell as a text, as its author sees it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        words = ("нет", "да") if context.language == "ru" else ("no", "yes")
        return words[cell]
    if isinstance(cell, Decimal):
        text = f"{cell:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)


def _whole(cell: int | Decimal) -> Any:
    return int(cell) if cell == int(cell) else str(cell)


def _moment(storage: str, cell: Any, context: Context) -> str:
    """A moment of a workbook, which knows no zones, as JSON writes the field's."""
    if storage == "date":
        return (
            (cell.date() if isinstance(cell, dt.datetime) else cell).isoformat()
            if isinstance(cell, dt.date)
            else str(cell)
        )
    if storage == "datetime" and isinstance(cell, dt.date):
        moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time(0))
        return moment.replace(tzinfo=ZoneInfo(context.zone)).astimezone(dt.UTC).isoformat()
    if storage == "time" and isinstance(cell, (dt.time, dt.datetime)):
        return (cell.time() if isinstance(cell, dt.datetime) else cell).isoformat("seconds")
    if storage == "duration":
        length = cell if isinstance(cell, dt.timedelta) else _since_midnight(cell)
        return f"PT{int(length.total_seconds())}S"
    return str(cell)


def _since_midnight(cell: Any) -> dt.timedelta:
    moment = cell.time() if isinstance(cell, dt.datetime) else cell
    if not isinstance(moment, dt.time):
        raise ValueRefused("KBK3002", message("a length of time is expected"))
    return dt.timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
