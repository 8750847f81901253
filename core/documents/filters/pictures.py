"""The filter that says how large a picture is printed."""

from __future__ import annotations

import re
from typing import Any

from core.documents.filters.base import Argument, Filter, FilterFault, is_empty
from metamodel.labels import Label
from metamodel.messages import Message, message

_MILLIMETRES = {"mm": 1.0, "мм": 1.0, "cm": 10.0, "см": 10.0, "in": 25.4, "pt": 25.4 / 72, "px": 25.4 / 96}
_LENGTH = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([a-zа-я]*)\s*", re.IGNORECASE)
MOST_MILLIMETRES = 1000


def millimetres(length: Any) -> float | None:
    """``30mm``, ``3 cm``; a bare number is millimetres."""
    if is_empty(length):
        return None
    found = _LENGTH.fullmatch(str(length))
    unit = _MILLIMETRES.get(found[2].lower() or "mm") if found else None
    if (
        found is None
        or unit is None
        or not 0 < (size := float(found[1].replace(",", ".")) * unit) <= MOST_MILLIMETRES
    ):
        raise FilterFault(message("“{length}” is no length: 30mm, 3cm", length=str(length)))
    return size


def size(language: str, value: Any, width: Any = None, height: Any = None) -> Any:
    """The picture so wide, so high; of one side the other follows."""
    sized = getattr(value, "sized", None)
    if sized is None:
        raise FilterFault(message("“size” is for pictures"))
    return sized(millimetres(width), millimetres(height))


def _length_fault(length: object) -> Message | None:
    try:
        millimetres(length)
    except FilterFault as fault:
        return fault.message
    return None


def _side(name: str, ru: str) -> Argument:
    return Argument(name=name, kind="any", label=Label(ru=ru, en=name), check=_length_fault)


FILTERS = (
    Filter(
        name="size",
        label=Label(
            ru='картинка нужной ширины: size("30mm"), высоты: size(height="20mm"), или вписана в размер: '
            'size("30mm", "20mm")',
            en='a picture so wide: size("30mm"), so high: size(height="20mm"), or within both: size("30mm", "20mm")',
        ),
        function=size,
        takes=frozenset({"picture"}),
        gives="same",
        arguments=(_side("width", "ширина"), _side("height", "высота")),
    ),
)
