"""The record's own child rows on its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from metamodel.model import Field
from renderers.cards.shown import Shown
from renderers.cards.view import ChildTable
from renderers.forms.lists import columns, lists_in
from renderers.forms.sums import sum_text, summed
from renderers.lists.view import Head
from renderers.pages.cells import HIDDEN
from renderers.pages.columns import NUMERIC, Width, kind_of, least_width, width_of

Rows = Sequence[Mapping[str, Any]]


def child_table(shown: Shown, field: Field, *, headed: bool = True) -> ChildTable:
    """Child rows to read, a column drawn at a time."""
    edit = f"{shown.here}/field/{field.name}" if shown.changes(field) else ""
    return _children(shown, field, shown.item.get(field.name) or (), edit=edit, headed=headed)


def _children(shown: Shown, field: Field, rows: Rows, *, edit: str = "", headed: bool = True) -> ChildTable:
    """A list of child rows, with the lists that stand in each of them."""
    child = shown.model.entity_by_uid[field.target or ""]
    made = _table(
        shown, columns(shown.grants, child), rows, name=field.name, label=shown.label(field), edit=edit, headed=headed
    )  # fmt: skip
    inner = lists_in(shown.grants, child)
    below = [tuple(_children(shown, f, row[f.name]) for f in inner if row.get(f.name)) for row in rows]
    return replace(made, below=tuple(below)) if inner else made


def _table(
    shown: Shown,
    fields: Sequence[Field],
    rows: Rows,
    *,
    name: str,
    label: str,
    edit: str = "",
    headed: bool = True,
) -> ChildTable:
    """The cells of all rows, a column at a time."""
    kinds = [kind_of(shown.model, f.result, f.type.cell) for f in fields]
    wide = next((i for i, kind in enumerate(kinds) if kind in ("text", "link")), 0)
    widths = [width_of(kind, flexible=i == wide) for i, kind in enumerate(kinds)]
    css = [_cell_css(kind in NUMERIC, i == wide, i == len(fields) - 1) for i, kind in enumerate(kinds)]
    drawn = [shown.cells.draw(f, f.result)([row.get(f.name, HIDDEN) for row in rows]) for f in fields]
    return ChildTable(
        name=name,
        label=label,
        count=str(len(rows)),
        heads=tuple(
            Head(label=shown.label(f), css="n" if kind in NUMERIC else "", width=width.css)
            for f, kind, width in zip(fields, kinds, widths, strict=True)
        ),
        rows=tuple(
            Markup("".join(f'<td class="{c}">{html}</td>' for c, html in zip(css, row, strict=True)))
            for row in zip(*drawn, strict=True)
        ),
        totals=_totals(shown, fields, rows),
        min_width=least_width([*widths, Width(css="w5", pixels=40)]),
        edit=edit,
        headed=headed,
    )


def _cell_css(number: bool, first: bool, last: bool) -> str:
    named = (("n", number), ("first", first), ("last", last and not first))
    return " ".join(name for name, there in named if there)


def _totals(shown: Shown, fields: Sequence[Field], rows: Rows) -> Markup | None:
    """The cells of the foot: sums under their columns, the word for them in the first one that is free."""
    added = summed(fields)
    if not added or not rows:
        return None
    cells = []
    for index, field in enumerate(fields):
        if field.uid in added:
            text = sum_text(shown.cells, field, [row.get(field.name) for row in rows])
            cells.append(Markup('<td class="n">{}</td>').format(text))
        else:
            word = shown.texts.gettext("Total") if index == 0 else ""
            cells.append(Markup('<td class="word">{}</td>').format(word))
    return Markup("").join(cells)
