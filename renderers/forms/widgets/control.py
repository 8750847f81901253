"""A field of a form: what every widget has, and what its kind adds; and values that cannot be typed."""

from __future__ import annotations

from metamodel.model import Entity, Field
from renderers.forms.desk import Desk, html_id
from renderers.forms.filled import Filled, FilledRow
from renderers.forms.view import Widget
from renderers.forms.widgets.base import Making, widget_kind
from renderers.pages.columns import NUMERIC, kind_of


def control(
    desk: Desk,
    entity: Entity,
    each: Field,
    holder: Filled | FilledRow,
    pointer: str,
    identity: str,
    aria_label: str = "",
) -> Widget:
    """A field that can be typed into; in a child row it has no label of its own but ``aria_label``."""
    making = Making(
        desk=desk, entity=entity, field=each, holder=holder, pointer=pointer, identity=identity, aria_label=aria_label
    )  # fmt: skip
    kind = widget_kind(each.type.widget)
    wrong = desk.told.wrong.get(pointer, "")
    help_text = "" if aria_label or not each.help else each.help.in_language(desk.texts.language)
    named = ((f"{identity}-wrong", wrong), (f"{identity}-help", help_text))
    made = Widget(
        kind=kind.file,
        name=pointer,
        sent=f"{pointer}[]" if kind.many else pointer,
        id=identity,
        label=desk.label(each),
        value=making.text,
        help=help_text,
        required=each.required and each.default is None and each.copy is None,
        error=wrong,
        theirs=desk.told.theirs.get(pointer, ""),
        described=" ".join(name for name, there in named if there),
        aria_label=aria_label,
        length=_length(each),
        wide=kind.wide,
        grouped=kind.grouped,
        followed=holder.follows.get(each.name),
        again=holder.again.get(each.name),
    )
    return kind.build(making, made)


def _length(each: Field) -> int | None:
    length = each.options.get("max_length")
    return length if isinstance(length, int) else None


def locked(desk: Desk, each: Field) -> Widget | None:
    """A value that cannot be typed: of a stored record, or one that is computed while one types a new one."""
    waits = desk.action == "create" and each.computed is not None
    if each.name not in desk.shown and not waits:
        return None
    kind = kind_of(desk.model, each.result, each.type.cell)
    help_text = each.help.in_language(desk.texts.language) if each.help else ""
    return Widget(
        kind="readonly",
        name=f"/{each.name}",
        id=html_id(f"/{each.name}"),
        label=desk.label(each),
        html=desk.cells.one(each, each.result, desk.shown.get(each.name)),
        help=help_text,
        locked=True,
        computed=each.computed is not None or each.type.name == "number_series",
        number=kind in NUMERIC,
        wide=each.type.widget == "long_text",
    )
