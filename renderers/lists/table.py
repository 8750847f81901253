"""The table of a list: heads with their sort links, rows as ready HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup, escape

from core.i18n import Texts
from core.query.query import Page
from metamodel.messages import message
from renderers.lists.address import Address
from renderers.lists.columns import ListColumn, result_of
from renderers.lists.view import Head
from renderers.pages.cells import HIDDEN, Cells
from renderers.pages.columns import FITTED, fitting_width


def heads(
    columns: Sequence[ListColumn], address: Address, sort: Sequence[str], texts: Texts
) -> tuple[Head, ...]:
    """The heads; the first key of ``sort`` is marked."""
    first = sort[0] if sort else ""
    return tuple(_head(column, address, first, texts) for column in columns)


def _head(column: ListColumn, address: Address, first: str, texts: Texts) -> Head:
    label = head_label(column, texts.language)
    css = "n" if column.css.startswith("n ") or column.css == "n" else ""
    if not column.sortable:
        return Head(label=label, css=css, width=column.width.css, hint=label)
    sorted_by = first.removeprefix("-") == column.name
    descending = first.startswith("-") if sorted_by else not column.descends_first
    return Head(
        label=label,
        hint=texts.render(message("{field}: sort", field=label)),
        css=css,
        width=column.width.css,
        sort=("descending" if descending else "ascending") if sorted_by else None,
        href=address.sorted_by(column.name if descending else f"-{column.name}").href(),
    )


def head_label(column: ListColumn, language: str) -> str:
    """The label of a column: of the field, and of the link it is reached by."""
    return " → ".join(field.label.in_language(language) or field.name for field in column.path.fields[-2:])


def fit(
    columns: Sequence[ListColumn], items: Sequence[dict[str, Any]], cells: Cells, language: str
) -> tuple[ListColumn, ...]:
    """The same columns, those of figures as wide as what stands in them."""
    return tuple(
        replace(
            column,
            width=fitting_width(column.kind, head_label(column, language), _plain(items, column, cells)),
        )
        if column.kind in FITTED and not column.is_name
        else column
        for column in columns
    )


def _plain(items: Sequence[dict[str, Any]], column: ListColumn, cells: Cells) -> list[str]:
    """The greatest and the least value as text: nothing between them is longer."""
    values = [value for item in items if (value := item.get(column.name)) is not None]
    if not values:
        return []
    ends = [max(values), min(values)]
    fraction = next((value for value in values if value % 1), None)
    shown = [*ends, fraction] if fraction is not None else ends
    return [Markup(html).striptags() for html in cells.draw(column.field, result_of(column.path), "")(shown)]


def rows(
    page: Page, columns: Sequence[ListColumn], cells: Cells, address: Address, tail: str
) -> tuple[Markup, ...]:
    """The rows, a column drawn at a time; ``tail`` stands last in each, ``{id}`` in it is the record's."""
    drawn = [_column(page.items, column, cells) for column in columns]
    opened = [
        f'<td class="{column.css}"><a href="{address.path}/'
        if column.is_name
        else f'<td class="{column.css}">'
        for column in columns
    ]
    name_at = next(index for index, column in enumerate(columns) if column.is_name)
    made: list[Markup] = []
    for item, values in zip(page.items, zip(*drawn, strict=True), strict=True):
        parts = [
            f'{start}{item["id"]}">{value}</a></td>' if index == name_at else f"{start}{value}</td>"
            for index, (start, value) in enumerate(zip(opened, values, strict=True))
        ]
        made.append(
            Markup(f"<tr>{''.join(parts)}{tail.replace('{id}', str(item['id'])) if tail else ''}</tr>")
        )
    return tuple(made)


def _column(items: Sequence[dict[str, Any]], column: ListColumn, cells: Cells) -> list[str]:
    """The cells of one column. The name's is inside a link, so it is words alone."""
    name = column.name
    values = [item.get(name, HIDDEN) for item in items]
    if not column.is_name:
        return cells.draw(column.field, result_of(column.path), "")(values)
    if column.kind in ("link", "person"):
        values = [value if value is HIDDEN or value is None else (value.title or None) for value in values]
        return [
            str(escape(v)) if isinstance(v, str) else f"#{item['id']}"
            for v, item in zip(values, items, strict=True)
        ]
    drawn = cells.draw(column.field, result_of(column.path), "")(values)
    return [text or f"#{item['id']}" for text, item in zip(drawn, items, strict=True)]
