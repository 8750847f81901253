"""The bodies of a list's table as HTML: pages of rows, heads of groups with the rows in them, the foot with totals.

What is not there yet is a body of its own with the address that brings it: the browser puts the answer in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from core.query import Page, read
from core.query.query import Query
from core.query.read import count
from core.query.totals import FieldTotal, Total, size, totals
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from renderers.lists.address import EVERY
from renderers.lists.groups import GroupHead, Naming, groupings, heads_of
from renderers.lists.listing import PAGE, Listing, question
from renderers.lists.told import Figure, ToldColumn, asked_of, figure, plain, together
from renderers.pages.cells import Cells, quoted

COUNTED = 100_000
"""Rows up to which a list tells its count and totals by itself; above it they are asked for."""
AT_ONCE = 20_000
"""Records of an entity up to which totals come with the page, not behind it."""
GROUPS_READ = 12
"""Groups whose rows come with the page; those of others when they come into sight."""

Draw = Callable[[Page], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Everything that the bodies of a table are made of; ``draw`` makes the rows of a page."""

    tx: Transaction
    who: Visit
    listing: Listing
    cells: Cells
    draw: Draw
    read: list[Page]
    """Pages that were read, for widths of columns."""

    @property
    def width(self) -> int:
        """Cells of a row."""
        tail = self.listing.address.bin or self.listing.row_actions
        return len(self.listing.columns) + bool(self.listing.picks) + bool(tail)


def flat(made: Bodies, query: Query, key: str = "") -> str:
    """A page of rows, and the place of the next one."""
    page = read(made.tx, made.who.actor, query)
    made.read.append(page)
    of = f' data-of="{quoted(key)}"' if key else ""
    body = f"<tbody data-page{of}>\n{made.draw(page)}\n</tbody>" if page.items else ""
    return body + (_more(made, page.next, key) if page.next else "")


def _more(
    made: Bodies, cursor: str | None, key: str, *, rows: int = 0, hidden: bool = False, href: str = ""
) -> str:
    """The place of rows that are not there yet; without scripts a link leads to them."""
    address = made.listing.address
    part = address.href(part="rows", cursor=cursor, **({"in": key} if key else {}))
    words = made.who.texts.gettext("Show more")
    of = f' data-of="{quoted(key)}"' if key else ""
    lacking = f' data-lacking="{min(rows, PAGE)}"' if rows else ""
    return (
        f'<tbody class="more" data-next="{quoted(part)}"{of}{lacking}{" hidden" if hidden else ""}><tr>'
        f'<td colspan="{made.width}"><a class="btn slim" href="{quoted(href or address.href(cursor=cursor))}">'
        f"{quoted(words)}</a></td></tr></tbody>"
    )


def late_groups(made: Bodies) -> str:
    """The place of groups that take long to be counted."""
    address = made.listing.address
    words = made.who.texts.gettext("Show the groups")
    return _html(
        '<tbody class="more" data-next="{}" data-lacking="12"><tr><td colspan="{}"><a class="btn slim" href="{}">{}</a></td></tr></tbody>',
        address.href(part="groups"),
        made.width,
        address.href(count="all"),
        words,
    )


def comes_late(made: Bodies) -> bool:
    """Whether counting would keep the rows waiting."""
    return size(made.tx, made.who.actor, question(made.listing)) > AT_ONCE


# --- groups


def counted_groups(made: Bodies) -> tuple[Total, ...]:
    """The groups there are, counted and added up in one statement."""
    summed, ends = asked_of(made.listing.told)
    return totals(
        made.tx, made.who.actor, question(made.listing), groupings(made.listing.group), summed, ends
    )


def grouped(made: Bodies, found: Sequence[Total]) -> str:
    """The heads of all groups, with rows in the first ones."""
    naming = Naming(
        tx=made.tx, actor=made.who.actor, entity=made.listing.entity, cells=made.cells, texts=made.who.texts
    )
    parts: list[str] = []
    left = [PAGE, GROUPS_READ]
    for head in heads_of(naming, made.listing.group, found):
        _group(made, head, parts, left, closed=False)
    return "".join(parts)


def _group(made: Bodies, head: GroupHead, parts: list[str], left: list[int], *, closed: bool) -> None:
    folded = head.key in made.listing.look.closed
    parts.append(_head(made, head, folded=folded, hidden=closed))
    for inner in head.inner:
        _group(made, inner, parts, left, closed=closed or folded)
    if head.inner or not head.count:
        return
    href = _in_list(made, head)
    if closed or folded or left[0] <= 0 or left[1] <= 0:
        parts.append(_more(made, None, head.key, rows=head.count, hidden=closed or folded, href=href))
        return
    left[0] -= head.count
    left[1] -= 1
    query = replace(made.listing.query(), group=head.group, cursor=None)
    parts.append(flat(made, query, head.key))


def _in_list(made: Bodies, head: GroupHead) -> str:
    """The list of a group's records alone."""
    address = made.listing.address
    if head.condition is None:
        return address.href()
    whole = f"({made.listing.filter}) AND {head.condition}" if made.listing.filter else head.condition
    view = address.view or EVERY
    return replace(address, view=view, filter=whole, group=(), cursor=None).href()


def _head(made: Bodies, head: GroupHead, *, folded: bool, hidden: bool) -> str:
    listing, texts = made.listing, made.who.texts
    cells = told_cells(made, head.fields, head.count)
    first = next((at for at, cell in enumerate(cells) if cell is not None), len(cells))
    first = max(first, 1)
    words = texts.render(message("{group}: fold or unfold", group=head.plain))
    fold = Markup(
        '<button type="button" class="gfold" aria-expanded="{}" aria-label="{}" data-fold></button>'
    ).format("false" if folded else "true", words)
    label = Markup(
        '<th scope="rowgroup" colspan="{}"><span class="ghead">{}<span class="gname">{}</span>'
        '<span class="gcount">{}</span></span></th>'
    ).format(
        first + bool(listing.picks),
        fold if head.count else Markup('<span class="gfold none"></span>'),
        head.label,
        texts.number(head.count) if head.count else texts.gettext("no records that fit"),
    )
    rest = _told_html(listing.told, cells, listing, first)
    tail = "<td></td>" if listing.address.bin or listing.row_actions else ""
    return _html(
        '<tbody class="group" data-group="{}" data-level="{}"{}><tr class="group">{}{}{}</tr></tbody>',
        head.key,
        head.level,
        Markup(" hidden") if hidden else "",
        label,
        Markup(rest),
        Markup(tail),
    )


# --- the foot


def told_cells(made: Bodies, fields: dict[str, FieldTotal], count: int) -> list[Figure | None]:
    """What stands below each column."""
    by_name = {each.column.name: each for each in made.listing.told}
    return [
        figure(told, fields.get(told.field.name), count, made.cells, made.who.texts)
        if (told := by_name.get(column.name)) is not None
        else None
        for column in made.listing.columns
    ]


def _told_html(
    told: Sequence[ToldColumn], cells: Sequence[Figure | None], listing: Listing, first: int
) -> str:
    parts = []
    for column, cell in list(zip(listing.columns, cells, strict=True))[first:]:
        css = "n" if column.css.startswith("n") else ""
        if cell is None:
            parts.append(f'<td class="{css}"></td>')
        else:
            pattern = '<td class="{}" data-total="{}" title="{}">{}</td>'
            parts.append(_html(pattern, css, column.name, cell.hint, cell.html))
    return "".join(parts)


def foot(made: Bodies, found: Sequence[Total] | None = None, *, all: bool = False) -> str:
    """The last line: how many records there are, and what they add up to; above `COUNTED` only when ``all`` is asked."""
    texts, actor, listing = made.who.texts, made.who.actor, made.listing
    query = question(listing)
    if found is None:
        known = COUNTED + 1 if not all and comes_late(made) else None
        if known is not None and count(made.tx, actor, query, cap=known) > COUNTED:
            return _foot_too_many(made)
        summed, ends = asked_of(listing.told)
        found = totals(made.tx, actor, query, None, summed, ends)
    number = sum(total.count for total in found)
    fields = {
        each.column.name: together(
            [total.fields[each.field.name] for total in found if each.field.name in total.fields]
        )
        for each in listing.told
    }
    cells = told_cells(made, fields, number)
    words = texts.render(message("Total: {count}", count=texts.number(number)))
    first = next((plain(cell.html) for cell in cells if cell is not None), "")
    summary = " · ".join(filter(None, (texts.number(number), first)))
    return _foot(made, words, cells, summary)


def _foot_too_many(made: Bodies) -> str:
    texts = made.who.texts
    words = texts.render(message("Total: more than {count}", count=texts.number(COUNTED)))
    ask = Markup('{} <a class="linked" href="{}" data-count-all>{}</a>').format(
        words, made.listing.address.href(count="all"), texts.gettext("Count all")
    )
    return _foot(made, ask, [None] * len(made.listing.columns), words)


def foot_later(made: Bodies) -> str:
    """The place of the foot while it is counted."""
    part = quoted(made.listing.address.href("/count"))
    cells = f'<th scope="row" colspan="{made.width}">&#8203;</th>'
    return f'<tfoot data-foot="{part}"><tr class="totals">{cells}</tr></tfoot>'


def _foot(made: Bodies, words: str, cells: Sequence[Figure | None], summary: str) -> str:
    listing = made.listing
    first = max(next((at for at, cell in enumerate(cells) if cell is not None), len(cells)), 1)
    rest = _told_html(listing.told, cells, listing, first)
    tail = "<td></td>" if listing.address.bin or listing.row_actions else ""
    return _html(
        '<tfoot data-summary="{}"><tr class="totals"><th scope="row" colspan="{}"><span>{}</span></th>{}{}</tr></tfoot>',
        summary,
        first + bool(listing.picks),
        words,
        Markup(rest),
        Markup(tail),
    )


def _html(pattern: str, *values: object) -> str:
    """The pattern with values in it, quoted where they are no markup; a plain text again, so that it joins others."""
    return str(Markup(pattern).format(*values))
