"""Files and pictures: chosen, dropped, pasted, photographed; without scripts sent along with the form. And secrets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.storage.pictures import SIZES
from metamodel.fields.file import file_url, most_bytes
from metamodel.fields.files import most_files
from metamodel.fields.secret import CLEARED, MASK
from metamodel.model import Field
from metamodel.text import number_of
from renderers.forms.desk import Desk
from renderers.forms.texts import SECRET_IS_SET
from renderers.forms.view import Widget
from renderers.forms.widgets.base import Making, WidgetKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A file in a form: ``was`` is what the form says of it to itself."""

    id: int
    name: str
    url: str
    was: str
    small: str


def build_files(making: Making, widget: Widget) -> Widget:
    """The files that stand in the field, and what it takes."""
    field = making.field
    wanted = field.options.get("types") or (["image/*"] if field.type.name == "image" else [])
    names = dict(
        _named(title) for title in making.holder.titles.get(field.name, "").split("\n") if " " in title
    )
    held = tuple(
        Held(
            id=int(text), name=names.get(text, f"#{text}"), url=file_url(int(text), names.get(text, "file")),
            was=f"{text} {names.get(text, '')}", small=f"/files/{text}/thumb/{SIZES[0]}",
        )
        for text in making.texts
        if number_of(text) is not None
    )  # fmt: skip
    more: dict[str, Any] = {
        "files": held,
        "accept": ",".join(wanted),
        "most": most_files(field) if field.type.name == "files" else 1,
        "bytes": most_bytes(field) or 0,
        "picture": field.type.name == "image",
        "camera": any(kind.startswith("image/") for kind in wanted) or not wanted,
    }
    return replace(widget, more={**widget.more, **more})


def _named(title: str) -> tuple[str, str]:
    number, _, name = title.partition(" ")
    return number, name


def words_of_files(desk: Desk, field: Field, text: str) -> str:
    """How a comparison says files: by their numbers, which name them for good."""
    return ", ".join(f"#{each}" for each in text.split("\n") if each.isdigit())


def build_secret(making: Making, widget: Widget) -> Widget:
    """Whether it is set; what was typed never goes back into a page."""
    again = making.text not in ("", CLEARED)
    set_before = making.holder.titles.get(making.field.name) == SECRET_IS_SET
    return replace(
        widget,
        value="",
        more={**widget.more, "set": set_before, "again": again, "clear": CLEARED, "was": SECRET_IS_SET},
    )


def words_of_secret(desk: Desk, field: Field, text: str) -> str:
    """How a comparison says a secret: it does not."""
    return MASK if text else ""


KINDS = (
    WidgetKind(name="file", build=build_files, words=words_of_files, grouped=True),
    WidgetKind(name="image", build=build_files, words=words_of_files, grouped=True),
    WidgetKind(name="files", build=build_files, words=words_of_files, grouped=True, many=True, wide=True),
    WidgetKind(name="secret", build=build_secret, words=words_of_secret),
)
