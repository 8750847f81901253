"""The table of a list: heads with their sort links, rows as ready HTML."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeGuard

from core.i18n import Texts
from core.query import Link, Page
from metamodel.messages import message
from renderers.lists.address import Address
from renderers.lists.columns import ListColumn, result_of
from renderers.lists.shades import Shades
from renderers.lists.view import Head
from renderers.pages.cells import HIDDEN, Cells, quoted
from renderers.pages.columns import FITTED, Width, fitting_width, roomy, wider
from renderers.pages.spans import spoken
from renderers.pages.titles import title_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The place of the column of the stage, and the name under which a row has the end of its time there."""

    column: int
    name: str


_TAGS = re.compile(r"<[^>]*>")
Items = Sequence[dict[str, Any]]


def heads(
    columns: Sequence[ListColumn], address: Address, sort: Sequence[str], texts: Texts, frozen: int = 0
) -> tuple[Head, ...]:
    """The heads; the keys of ``sort`` are marked."""
    return tuple(
        _head(column, address, tuple(sort), texts, frozen_css(at, frozen))
        for at, column in enumerate(columns)
    )


def frozen_css(at: int, frozen: int) -> str:
    """The classes of a column that stays at the left."""
    return f" fz fz{at}" if at < frozen else ""


def _head(column: ListColumn, address: Address, sort: tuple[str, ...], texts: Texts, more: str) -> Head:
    label = head_label(column, texts.language)
    css = ("n" if column.css.startswith("n ") or column.css == "n" else "") + more
    head = Head(
        label=label, css=css.strip(), width=column.width.css, hint=label, name=column.name, ticks=column.ticks
    )
    if not column.sortable:
        return head
    rank = next((at for at, key in enumerate(sort) if key.removeprefix("-") == column.name), None)
    descending = sort[rank].startswith("-") if rank is not None else not column.descends_first
    turned = column.name if descending else f"-{column.name}"
    several = [turned if at == rank else key for at, key in enumerate(sort)]
    return replace(
        head,
        hint=texts.render(message("{field}: sort", field=label)),
        sort=("descending" if descending else "ascending") if rank is not None else None,
        href=address.sorted_by(turned).href(),
        also=address.sorted_by(*(several if rank is not None else [*sort, turned])).href(),
        rank=rank + 1 if rank is not None and len(sort) > 1 else 0,
    )


def head_label(column: ListColumn, language: str) -> str:
    """The label of a column: of the field, and of the link it is reached by."""
    return " → ".join(field.label.in_language(language) or field.name for field in column.path.fields[-2:])


def fit(
    columns: Sequence[ListColumn], items: Items, cells: Cells, sort: Sequence[str], language: str
) -> tuple[ListColumn, ...]:
    """The same columns as wide as their heads, those of figures as wide as what stands in them."""
    first = sort[0].removeprefix("-") if sort else ""
    widths = [_fitting(column, items, cells, first, language) for column in columns]
    return tuple(
        column if column.width == width else replace(column, width=width)
        for column, width in zip(columns, widths, strict=True)
    )


MARK = 6
"""What the mark of a stage that lasts too long takes, in units of widths."""


def with_marks(
    columns: Sequence[ListColumn], items: Items, due: Due | None, now: datetime
) -> tuple[ListColumn, ...]:
    """The same columns, that of the stage wider when something on the page stands there too long."""
    found = tuple(columns)
    if due is None or not any(_is_late(item.get(due.name), now) for item in items):
        return found
    marked = found[due.column]
    return (*found[: due.column], replace(marked, width=wider(marked.width, MARK)), *found[due.column + 1 :])


def _is_late(due: Any, now: datetime) -> TypeGuard[datetime]:
    return isinstance(due, datetime) and due < now


def _fitting(column: ListColumn, items: Items, cells: Cells, first: str, language: str) -> Width:
    label, marked = head_label(column, language), column.name == first
    if column.kind in FITTED and not column.is_name:
        return fitting_width(column.kind, label, _longest(items, column, cells), marked=marked)
    return roomy(column.width, label, marked=marked)


def _longest(items: Items, column: ListColumn, cells: Cells) -> list[str]:
    """The greatest and the least value as text: nothing between them is longer."""
    name = column.name
    values = [value for item in items if (value := item.get(name)) is not None]
    if not values:
        return []
    ends = [max(values), min(values)]
    fraction = next((value for value in values if value % 1), None) if result_of(column.path).scale else None
    shown = [*ends, fraction] if fraction is not None else ends
    return [_TAGS.sub("", html) for html in cells.draw(column.field, result_of(column.path), "")(shown)]


def rows(
    page: Page,
    columns: Sequence[ListColumn],
    cells: Cells,
    address: Address,
    tail: str,
    texts: Texts,
    buttons: Mapping[int, str] | None = None,
    *,
    picks: bool = False,
    due: Due | None = None,
    now: datetime | None = None,
    shades: Shades | None = None,
    frozen: int = 0,
    cents: Collection[str] = (),
) -> str:
    """The rows, a column drawn at a time; ``tail`` stands last in each, ``{id}`` in it is the record's; ``buttons`` are
    last cells by id. With ``picks`` each begins with a box by which it is chosen; ``due`` marks those that stand in their
    stage for too long; ``shades`` colour them; the first ``frozen`` columns stay at the left. Whole amounts in the columns
    ``cents`` are written with their cents, as others there are."""
    drawn = [_column(page.items, column, cells, texts, cents) for column in columns]
    if due is not None and now is not None:
        drawn[due.column] = _marked(drawn[due.column], page.items, due.name, now, texts)
    if shades is not None:
        for at, column in enumerate(columns):
            if column.kind in ("date", "datetime") and column.name in shades.scaled:
                drawn[at] = _with_days(drawn[at], shades.scaled[column.name], texts)
    ids = [item["id"] for item in page.items]
    shaded = shades.cells if shades is not None else {}
    named = ' id="r%s"' if picks else ""
    parts: list[str] = []
    values: list[Sequence[Any]] = [ids]
    if shades is not None:
        values.append(shades.rows)
    if picks:
        label = quoted(texts.gettext("Choose the record"))
        parts.append(
            f'<td class="choose{" fz" if frozen else ""}"><input type="checkbox" name="id" value="%s" form="bulk" '
            f'aria-label="{label}" aria-describedby="r%s"></td>'
        )
        values += [ids, ids]
    for at, (column, html) in enumerate(zip(columns, drawn, strict=True)):
        tones = shaded.get(column.name)
        css = f"{column.css}{frozen_css(at, frozen)}{'%s' if tones else ''}"
        if tones:
            values.append(tones)
        if column.is_name:
            parts.append(
                f'<td class="{css}" data-field="{column.name}"><a{named} href="{address.path}/%s">%s</a></td>'
            )
            values += [ids, ids] if picks else [ids]
        else:
            parts.append(f'<td class="{css}" data-field="{column.name}">%s</td>')
        values.append(html)
    last = tail.replace("%", "%%").replace("{id}", "%s")
    if last.count("%s"):
        values.append(ids)
    if buttons:
        last = f"{last}%s"
        values.append([buttons[id] for id in ids])
    row = ' class="%s"' if shades is not None else ""
    pattern = f'<tr data-id="%s"{row}>{"".join(parts)}{last}</tr>'
    return "\n".join([pattern % each for each in zip(*values, strict=True)])


def _with_days(drawn: Sequence[Any], days: Sequence[Any], texts: Texts) -> list[Any]:
    """The dates of a scale, behind those that are coloured the days since, which stand for them on a phone."""
    return [
        html
        if number is None
        else f'{html}<span class="p-days" aria-hidden="true">{quoted(texts.render(spoken(timedelta(days=int(number)))))}</span>'
        for html, number in zip(drawn, days, strict=True)
    ]


def _marked(drawn: Sequence[Any], items: Items, name: str, now: datetime, texts: Texts) -> list[Any]:
    """The stages, behind those that last too long how long they are over it."""
    made = []
    for html, item in zip(drawn, items, strict=True):
        due = item.get(name)
        if not _is_late(due, now):
            made.append(html)
            continue
        over = quoted(texts.render(spoken(now - due)))
        words = quoted(texts.render(message("over the norm by {time}", time=spoken(now - due))))
        made.append(
            f'{html}<span class="late" title="{words}"><span class="hush">{words}</span><span aria-hidden="true">+{over}</span></span>'
        )
    return made


_CENT = Decimal("0.01")


def _column(
    items: Items, column: ListColumn, cells: Cells, texts: Texts, cents: Collection[str] = ()
) -> list[Any]:
    """The cells of one column. The name's is inside a link, so it is words alone."""
    name = column.name
    values = [item.get(name, HIDDEN) for item in items]
    if column.is_name and column.kind in ("link", "person"):
        values = [value if value is HIDDEN or value is None else _words(value, texts) for value in values]
        drawn = [quoted(value) if isinstance(value, str) else "" for value in values]
    elif name in cents and column.kind == "money":
        drawn = cells.draw(column.field, result_of(column.path), "")([*values, _CENT])[:-1]
    else:
        drawn = cells.draw(column.field, result_of(column.path), "")(values)
    if column.is_name:
        return [text or texts.gettext("no title") for text in drawn]
    return drawn


def _words(link: Link, texts: Texts) -> str | None:
    return None if link.hidden else title_words(link.title, link.id, texts)
