"""Fields of a form: each with its text, its options, what is wrong with it, and what the reader may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from core.access.grants import Grants
from core.i18n import Texts
from metamodel.expression.tree import Path, walk
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from renderers.forms.filled import Filled, FilledRow
from renderers.forms.view import Candidate, Choosable, FormHead, Row, Told, Total, Widget
from renderers.pages.cells import Cells
from renderers.pages.columns import NUMERIC, Width, kind_of, least_width, width_of

NEW_ROW = "__n__"
"""Stands for the place of a row in the pattern of a new one; the browser puts a number there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What is known of a form besides its content, by JSON Pointer."""

    wrong: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every field of one form is made with. ``action`` is ``create`` or ``update``."""

    model: Model
    grants: Grants
    action: str
    cells: Cells
    texts: Texts
    filled: Filled
    shown: Mapping[str, object] = field(default_factory=dict)
    """The stored record, for what can only be read."""
    told: Remarks = field(default_factory=Remarks)

    def label(self, named: Field) -> str:
        """The label of a field in the reader's language."""
        return named.label.in_language(self.texts.language) or named.name


def editable(desk: Desk, entity: Entity, each: Field) -> bool:
    """Whether the reader may set the field on some record."""
    return each.writable and not each.read_only and each.uid in desk.grants.writable(entity.uid, desk.action)


def widget(desk: Desk, entity: Entity, each: Field) -> Widget | None:
    """The field as it is drawn; None when there is nothing to show (what cannot be typed into a new record)."""
    if each.type.name == "children":
        return children(desk, entity, each) if editable(desk, entity, each) else None
    if not editable(desk, entity, each):
        return _locked(desk, each)
    pointer = f"/{each.name}"
    return control(desk, entity, each, desk.filled, pointer, html_id(pointer))


def html_id(pointer: str) -> str:
    """The id of the field at a pointer."""
    return "f" + pointer.replace("/", "-")


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


def _locked(desk: Desk, each: Field) -> Widget | None:
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


def child_fields(desk: Desk, child: Entity) -> list[Field]:
    """The columns of child rows in a form: in the order of the child's layout, without the link to the parent."""
    laid = [
        child.by_uid[uid] for tab in child.layout for row in tab.rows for uid in row if uid in child.by_uid
    ]
    readable = desk.grants.readable(child.uid)
    fields = laid or [f for f in child.fields if not f.system]
    return [f for f in fields if f.uid in readable and f.uid != child.parent and f.type.name != "children"]


def children(desk: Desk, entity: Entity, each: Field) -> Widget:
    """Child rows edited in place."""
    child = desk.model.entity_by_uid[each.target or ""]
    fields = child_fields(desk, child)
    widths = _widths(desk, fields)
    pointer = f"/{each.name}"
    stored = {row.get("id"): row for row in _list(desk.shown.get(each.name))}
    rows = tuple(
        _row(desk, child, fields, row, f"{pointer}/{index}", index, stored.get(row.id, {}))
        for index, row in enumerate(desk.filled.rows.get(each.name, []))
    )
    language = desk.texts.language
    return Widget(
        kind="children",
        name=pointer,
        id=html_id(pointer),
        label=desk.label(each),
        help=each.help.in_language(language) if each.help else "",
        required=each.required,
        error=desk.told.wrong.get(pointer, ""),
        theirs=desk.told.theirs.get(pointer, ""),
        heads=tuple(_head(desk, f, w) for f, w in zip(fields, widths, strict=True)),
        rows=rows,
        blank=_row(desk, child, fields, FilledRow(), f"{pointer}/{NEW_ROW}", None, {}),
        row_label=child.label.in_language(language) or child.name,
        wrong_rows=sum(1 for row in rows if row.errors),
        totals=totals(desk, fields, stored),
        min_width=least_width([*widths, Width(css="w5", pixels=40), Width(css="w11", pixels=88)]),
    )


def _list(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _widths(desk: Desk, fields: list[Field]) -> list[Width]:
    kinds = [kind_of(desk.model, f.result, f.type.cell) for f in fields]
    wide = next((i for i, kind in enumerate(kinds) if kind in ("text", "link")), 0)
    return [width_of(kind, flexible=i == wide) for i, kind in enumerate(kinds)]


def _head(desk: Desk, each: Field, width: Width) -> FormHead:
    label = desk.label(each)
    numeric = kind_of(desk.model, each.result, each.type.cell) in NUMERIC and each.type.widget not in (
        "date",
        "datetime",
    )
    required = each.required and each.default is None and each.copy is None
    hint = (each.help.in_language(desk.texts.language) if each.help else "") or label
    return FormHead(label=label, css="n" if numeric else "", width=width.css, required=required, hint=hint)


def _row(
    desk: Desk, child: Entity, fields: list[Field], row: FilledRow, pointer: str, index: int | None,
    stored: Mapping[str, object],
) -> Row:  # fmt: skip
    number = "" if index is None else str(index + 1)
    place = desk.texts.render(message("row {number}", number=number or NEW_ROW))
    cells = tuple(_cell(desk, child, f, row, pointer, stored, f"{desk.label(f)}, {place}") for f in fields)
    told = [
        Told(id=f"{cell.id}-wrong", message=f"{cell.label}: {cell.error}") for cell in cells if cell.error
    ]
    if whole := desk.told.wrong.get(pointer, ""):
        told.insert(0, Told(id=f"{html_id(pointer)}-wrong", message=whole))
    return Row(
        name=pointer, number=number or NEW_ROW, id=row.id, key=html_id(pointer), cells=cells, errors=tuple(told),
        waiting=index is None,
    )  # fmt: skip


def _cell(
    desk: Desk,
    child: Entity,
    each: Field,
    row: FilledRow,
    pointer: str,
    stored: Mapping[str, object],
    aria_label: str,
) -> Widget:
    here = f"{pointer}/{each.name}"
    if editable_row_field(desk, child, each):
        return control(desk, child, each, row, here, html_id(here), aria_label)
    html = desk.cells.draw(each, each.result, "")([stored.get(each.name)])[0]
    return Widget(
        kind="readonly", name=here, id=html_id(here), label=desk.label(each), html=Markup(html), locked=True,
        computed=each.computed is not None, number=kind_of(desk.model, each.result, each.type.cell) in NUMERIC,
        aria_label=aria_label,
    )  # fmt: skip


def editable_row_field(desk: Desk, child: Entity, each: Field) -> bool:
    """Whether a field of child rows may be typed: a grant of the child entity narrows what the parent's gives."""
    if not each.writable or each.read_only:
        return False
    return any(each.uid in desk.grants.writable(child.uid, action) for action in ("create", "update"))


def totals(
    desk: Desk, fields: list[Field], stored: Mapping[object, Mapping[str, object]]
) -> tuple[Total, ...]:
    """Sums under columns of amounts; of computed ones as they are stored. None at all when nothing can be summed."""
    made = [_total(desk, f, stored) for f in fields]
    return tuple(made) if any(total.column or total.text for total in made) else ()


def _total(desk: Desk, each: Field, stored: Mapping[object, Mapping[str, object]]) -> Total:
    if not summed(each):
        return Total()
    if each.type.widget == "number":
        return Total(label=desk.label(each), column=each.name, scale=each.result.scale)
    values = [row.get(each.name) for row in stored.values()]
    return Total(label=desk.label(each), text=sum_text(desk.cells, each, values))


def summed(each: Field) -> bool:
    """Whether a sum of the field's values means something: amounts and quantities do, prices and shares do not."""
    result = each.result
    if result.kind != "number" or result.percent:
        return False
    return each.computed is not None or (each.type.name in ("integer", "decimal") and each.copy is None)


def sum_text(cells: Cells, each: Field, values: list[object]) -> Markup:
    """The sum of stored values as its column shows them; nothing for no values."""
    numbers = [value for value in values if isinstance(value, int | Decimal)]
    return cells.one(each, each.result, sum(numbers)) if numbers else Markup("")
