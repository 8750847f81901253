"""The rows of a report's table as HTML: thousands of cells, put together by hand."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from renderers.pivots.view import Cell, Row


def rows_html(rows: Iterable[Row], fold: str) -> Markup:
    """The rows; ``fold`` is what the button of a group is called, with `%` for the group."""
    return Markup("".join(_row(row, str(escape(fold))) for row in rows))


def _row(row: Row, fold: str) -> str:
    label = escape(f"{row.label} *" if row.star else row.label)
    css = f"k{row.depth}" + (f" {row.css}" if row.css else "")
    head = f'<span class="ell">{label}</span>'
    match row.kind:
        case "group":
            about = fold.replace("%", label)
            attributes = f' class="sub" data-group="{row.group}"'
            head = f'<button type="button" class="gfold" aria-expanded="true" aria-label="{about}" data-fold hidden></button>{head}'
        case "total":
            attributes = ' class="tot"'
        case _:
            attributes = f' data-of="{row.group}"' if row.group else ""
    cells = "".join(map(_cell, row.cells))
    return f'<tr{attributes}><th scope="row" class="k {css}" title="{label}"><div>{head}</div></th>{cells}</tr>\n'


def _cell(cell: Cell) -> str:
    lines = (
        "".join(f"<span>{escape(line)}</span>" for line in cell.lines)
        if len(cell.lines) > 1
        else escape(cell.lines[0])
    )
    title = f' title="{escape(cell.exact)}"' if cell.exact else ""
    if not cell.href:
        return f'<td class="{cell.css}"{title}>{lines}</td>'
    return f'<td class="{cell.css}"{title}><a href="{escape(cell.href)}">{lines}</a></td>'
