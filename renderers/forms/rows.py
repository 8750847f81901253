"""Child rows in a form: their columns, the rows with what is wrong in them, the pattern of a new one, sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from markupsafe import Markup

from metamodel.messages import message
from metamodel.model import Entity, Field
from renderers.forms.desk import Desk, html_id
from renderers.forms.filled import FilledRow
from renderers.forms.view import FormHead, Row, Told, Total, Widget
from renderers.forms.widgets.control import control
from renderers.pages.cells import Cells
from renderers.pages.columns import NUMERIC, Width, kind_of, least_width, width_of

NEW_ROW = "__n__"
"""Stands for the place of a row in the pattern of a new one; the browser puts a number there."""


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
        wide=True,
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
    sums = summed(fields)
    made = [_total(desk, f, stored) if f.uid in sums else Total() for f in fields]
    return tuple(made) if any(total.column or total.text for total in made) else ()


def _total(desk: Desk, each: Field, stored: Mapping[object, Mapping[str, object]]) -> Total:
    if each.type.widget == "number":
        return Total(label=desk.label(each), column=each.name, scale=each.result.scale)
    values = [row.get(each.name) for row in stored.values()]
    return Total(label=desk.label(each), text=sum_text(desk.cells, each, values))


def summed(fields: Sequence[Field]) -> frozenset[str]:
    """The fields (uids) whose sum means something: computed amounts, without any other amounts, else quantities.

    Prices and shares are not added up, nor quantities of different things when there is money to add.
    """
    numbers = [f for f in fields if f.result.kind == "number" and not f.result.percent]
    money = [f for f in numbers if f.type.name == "money" or f.result.currency]
    amounts = [f for f in money if f.computed is not None] or [f for f in money if f.copy is None]
    return frozenset(f.uid for f in (amounts or ([] if money else numbers)))


def sum_text(cells: Cells, each: Field, values: list[object]) -> Markup:
    """The sum of stored values as its column shows them; nothing for no values."""
    numbers = [value for value in values if isinstance(value, int | Decimal)]
    return cells.one(each, each.result, sum(numbers)) if numbers else Markup("")
