"""Cells of files, pictures and secrets: a chip that opens, a small picture, dots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from core.query.query import FileLink
from core.storage.sniffing import PICTURES
from metamodel.expression.types import Type
from metamodel.model import Field
from renderers.pages.cells.base import Drawer, One
from renderers.pages.columns import Kind
from renderers.pages.sizes import size_words

if TYPE_CHECKING:
    from renderers.pages.cells import Cells

SMALL, LARGE = 96, 320
"""Pixels of a picture in a list, and on a card."""


def chip(cells: Cells, file: Any) -> str:
    """A file that opens when it is pressed; one that may not be seen is masked."""
    if not isinstance(file, FileLink):
        return cells.hidden
    return cells.frame("file", file=file, size=size_words(cells.texts, file.size), icon=icon_of(file.type))


def picture(cells: Cells, file: Any, pixels: int) -> str:
    """A small picture that opens the large one; what has none is a chip."""
    if not isinstance(file, FileLink) or file.type not in PICTURES:
        return chip(cells, file)
    return cells.frame("image", file=file, pixels=pixels, large=pixels == LARGE)


def every_file(cells: Cells, field: Field, result: Type, value: Any) -> str | None:
    """Files as they stand on a card: all of them, pictures large; None for values of other types."""
    if isinstance(value, FileLink):
        return picture(cells, value, LARGE) if field.type.cell == "image" else chip(cells, value)
    if isinstance(value, list) and value and isinstance(value[0], FileLink):
        return cells.frame("files", chips=[Markup(chip(cells, each)) for each in value], rest=0)
    return None


def icon_of(kind: str) -> str:
    """The icon that stands for a kind of file."""
    return "photo" if kind.startswith("image/") else "file-text" if kind == "application/pdf" else "paperclip"


def _file(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    return lambda values: lambda value: chip(cells, value)


def _image(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    return lambda values: lambda value: picture(cells, value, SMALL)


def _files(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    def draw(value: Sequence[Any]) -> str:
        return cells.frame(
            "files", chips=[Markup(chip(cells, each)) for each in value[:1]], rest=len(value) - 1
        )

    return lambda values: draw


def _secret(cells: Cells, field: Field, result: Type) -> Callable[[Sequence[Any]], One]:
    there, nothing = cells.frame("secret", field=field.name), cells.empty
    return lambda values: lambda value: there if getattr(value, "set", False) else nothing


FILED: Mapping[Kind, Drawer] = {"file": _file, "image": _image, "files": _files, "secret": _secret}
