"""Fields of a form: each with its text, its options, what is wrong with it, and what the reader may do with it."""

from __future__ import annotations

from datetime import date

from metamodel.expression.tree import Path, walk
from metamodel.model import Entity, Field, Model
from renderers.forms.desk import Desk, html_id
from renderers.forms.filled import Filled, FilledRow
from renderers.forms.view import Choosable, Widget
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
    wrong = desk.told.wrong.get(pointer, "")
    text = holder.values.get(each.name, "")
    help_text = each.help.in_language(desk.texts.language) if each.help else ""
    described = " ".join(
        name
        for name, there in ((f"{identity}-wrong", wrong), (f"{identity}-help", help_text and not aria_label))
        if there
    )
    kind = each.type.widget
    title = holder.titles.get(each.name, "")
    return Widget(
        kind=kind,
        name=pointer,
        id=identity,
        label=desk.label(each),
        value=text,
        help=help_text,
        required=each.required and each.default is None and each.copy is None,
        number=kind_of(desk.model, each.result, each.type.cell) in NUMERIC and kind == "number",
        error=wrong,
        theirs=desk.told.theirs.get(pointer, ""),
        described=described,
        aria_label=aria_label,
        length=_length(each),
        sign=_sign(desk, each),
        column=each.name if kind == "number" and aria_label else "",
        native=_native(each, text),
        options=_options(desk, each, text) if kind == "choice" else (),
        source=f"/e/{entity.name}/options/{each.name}" if kind == "link" else "",
        needs=" ".join(needed(desk.model, each)) if kind == "link" else "",
        title=title,
        typed=holder.typed.get(each.name, title),
        candidates=desk.told.candidates.get(pointer, ()),
    )


def _length(each: Field) -> int | None:
    length = each.options.get("max_length")
    return length if isinstance(length, int) else None


def _sign(desk: Desk, each: Field) -> str:
    if each.result.percent:
        return "%"
    currency = each.result.currency or each.options.get("currency")
    return desk.texts.currency(currency) if isinstance(currency, str) else ""


def _native(each: Field, text: str) -> bool:
    """Whether the browser's own date field can hold the text."""
    if each.type.widget == "date":
        return not text or (len(text) == 10 and text[4] == text[7] == "-" and _is_day(text))
    if each.type.widget == "datetime":
        return not text or (len(text) >= 16 and text[10] == "T" and _is_day(text[:10]))
    return True


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _options(desk: Desk, each: Field, text: str) -> tuple[Choosable, ...]:
    language = desk.texts.language
    found = [
        Choosable(value=c.name, label=c.label.in_language(language) or c.name, selected=c.name == text)
        for c in each.choices
        if not c.archived or c.name == text
    ]
    if text and not any(option.selected for option in found):
        found.append(Choosable(value=text, label=text, selected=True))
    return tuple(found)


def needed(model: Model, each: Field) -> list[str]:
    """The fields of the record being edited that narrow the options of a link."""
    if each.narrowing is None:
        return []
    steps = [
        node.steps[0]
        for node in walk(each.narrowing.root)
        if isinstance(node, Path) and node.root == "record" and node.steps
    ]
    return sorted({model.entity_by_uid[entity].by_uid[uid].name for entity, uid in steps})


def locked(desk: Desk, each: Field) -> Widget | None:
    """A value that cannot be typed; only of a stored record."""
    if each.name not in desk.shown:
        return None
    kind = kind_of(desk.model, each.result, each.type.cell)
    help_text = each.help.in_language(desk.texts.language) if each.help else ""
    return Widget(
        kind="readonly",
        name=f"/{each.name}",
        id=html_id(f"/{each.name}"),
        label=desk.label(each),
        html=desk.cells.one(each, each.result, desk.shown[each.name]),
        help=help_text,
        locked=True,
        computed=each.computed is not None or each.type.name == "number_series",
        number=kind in NUMERIC,
    )
