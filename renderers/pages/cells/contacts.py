"""Cells of what is reached by a press: addresses of mail, numbers of telephones, addresses on the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from metamodel.expression.types import Type
from metamodel.fields.phone import region_of, spelled
from metamodel.fields.url import WITH_HOST, WITHOUT_HOST
from metamodel.model import Field
from renderers.pages.cells.base import SLOT, Drawer, One, quoted
from renderers.pages.columns import Kind

if TYPE_CHECKING:
    from renderers.pages.cells import Cells

_SCHEMES = frozenset((*WITH_HOST, *WITHOUT_HOST))
_SAFE = "/:?#[]@!$&'()*+,;=%-._~"


def _email(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    frame = cells.frame("email", href=SLOT, text=SLOT).split(SLOT)
    return lambda values: lambda v: f"{frame[0]}{quoted(quote(v, safe='@+'))}{frame[1]}{quoted(v)}{frame[2]}"


def _phone(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    frame = cells.frame("phone", href=SLOT, text=SLOT).split(SLOT)
    region, language = region_of(field), cells.texts.language

    def draw(value: str) -> str:
        return f"{frame[0]}{quoted(value)}{frame[1]}{quoted(spelled(value, region, language))}{frame[2]}"

    return lambda values: draw


def _url(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    frame = cells.frame("url", href=SLOT, text=SLOT).split(SLOT)

    def draw(value: str) -> str:
        if value.partition(":")[0] not in _SCHEMES:
            return quoted(value)
        shown = value.removeprefix("https://").removeprefix("http://").removesuffix("/")
        return f"{frame[0]}{quoted(quote(value, safe=_SAFE))}{frame[1]}{quoted(shown)}{frame[2]}"

    return lambda values: draw


CONTACTS: Mapping[Kind, Drawer] = {"email": _email, "phone": _phone, "url": _url}
