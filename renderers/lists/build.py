"""The page of a list: what its templates draw, from what was asked and what was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import Markup

from core.i18n import Texts
from core.query.query import Page
from core.records.importing.suggest import importable
from metamodel.messages import message
from metamodel.model import Role
from renderers.actions.buttons import ActionButton
from renderers.filters.view import FilterBar
from renderers.grid.bulk.deeds import bulk_bar
from renderers.lists.address import EVERY, Address
from renderers.lists.columns import ListColumn
from renderers.lists.listing import PAGE, Listing, Look, ground, listing, question
from renderers.lists.menus import group_menu, sort_menu
from renderers.lists.shades import Shades
from renderers.lists.table import heads, rows
from renderers.lists.tabs import saved_panel, tabs_of
from renderers.lists.view import Empty, ListPage, Step
from renderers.pages.cells import Cells
from renderers.pages.columns import least_width
from renderers.pages.icons import icon_name

__all__ = ["PAGE", "Listing", "Look", "drawn_rows", "ground", "list_page_view", "listing", "question"]


def drawn_rows(
    listing: Listing,
    page: Page,
    cells: Cells,
    texts: Texts,
    csrf: str,
    buttons: Mapping[int, str],
    now: datetime,
    cents: Collection[str] = (),
) -> str:
    """The rows of a page as HTML; those of the bin with a button that brings them back, others with ``buttons``."""
    address = listing.address
    restoring = address.bin and listing.grants.may(listing.entity.uid, "delete")
    tail = _restore(address, texts, csrf) if restoring else "<td></td>" if address.bin else ""
    shades = Shades(listing.formats, page.items) if listing.formats else None
    return rows(
        page, listing.columns, cells, address, tail, texts, buttons, picks=listing.picks, due=listing.due, now=now,
        shades=shades, frozen=listing.frozen, cents=cents,
    )  # fmt: skip


def list_page_view(
    listing: Listing,
    columns: Sequence[ListColumn],
    texts: Texts,
    body: str,
    *,
    empty: bool,
    actions: tuple[ActionButton, ...] = (),
    bar: FilterBar | None = None,
    roles: Sequence[Role] = (),
) -> ListPage:
    """What the template draws: ``columns`` with their widths, the bodies of the table as HTML."""
    entity, address = listing.entity, listing.address
    language = texts.language
    title = entity.label_many.in_language(language) or entity.name
    may_create = listing.grants.may(entity.uid, "create") and not address.bin and entity.parent is None
    return ListPage(
        title=title,
        singular=entity.label.in_language(language) or entity.name,
        address=address.path,
        bin=address.bin,
        bin_href=f"{address.path}?bin=1"
        if listing.grants.may(entity.uid, "delete") and not address.bin
        else None,
        create_href=f"{address.path}/new" if may_create else None,
        tabs=() if address.bin else tabs_of(listing, texts),
        search=address.search,
        hidden=tuple(pair for pair in address.pairs() if pair[0] != "q"),
        bar=bar,
        caption=title,
        heads=heads(columns, address, listing.sort, texts, listing.frozen),
        min_width=least_width([column.width for column in columns]),
        rows=Markup(body),
        empty=_empty(listing, title, texts, may_create, bar) if empty else None,
        actions=() if address.bin else actions,
        row_actions=listing.row_actions,
        picks=listing.picks,
        bulk=None
        if empty
        else bulk_bar(listing.grants.model, listing.grants, entity, address, texts, prints=listing.prints),
        report_href=None if address.bin else report_href(listing),
        export_href=address.href("/export") if listing.grants.may(entity.uid, "export") else None,
        import_href=f"/imports?entity={entity.name}" if importable(listing.grants, entity) else None,
        here=address.href(),
        sorting=sort_menu(listing, texts),
        grouping=None if address.bin else group_menu(listing, texts),
        saving=None if address.bin else saved_panel(listing, texts, roles, listing.look.first),
        look_href=address.href("/look"),
        columns_href=address.href("/columns"),
        frozen=listing.frozen,
        roomy=listing.look.roomy,
        kind=listing.view.kind if listing.view is not None else "list",
    )


def report_href(listing: Listing) -> str:
    """A report of the records that the list shows."""
    pairs = [("filter", listing.filter or ""), ("q", listing.address.search)]
    return f"{listing.address.path}/report?{urlencode([pair for pair in pairs if pair[1]])}".rstrip("?")


def _restore(address: Address, texts: Texts, csrf: str) -> str:
    return (
        f'<td class="p-right"><form method="post" action="{address.path}/{{id}}/restore">'
        f'<input type="hidden" name="_csrf_token" value="{csrf}"><button class="btn slim">'
        f"{texts.gettext('Restore')}</button></form></td>"
    )


def _empty(listing: Listing, title: str, texts: Texts, may_create: bool, bar: FilterBar | None) -> Empty:
    """The cases: a filter that cannot be applied, nothing in the bin, nothing found, nothing yet."""
    if bar is not None and bar.problem:
        drop = Step(label=texts.gettext("Drop the filter"), href=bar.drop_all, icon="filter-off")
        rest = Step(
            label=texts.gettext("Drop only what is wrong"), href=bar.drop_wrong or bar.drop_all, icon="eraser"
        )
        return Empty(
            title=texts.gettext("This filter cannot be applied"),
            icon="alert-circle",
            text=bar.problem,
            steps=(rest, drop) if bar.drop_wrong else (drop,),
        )
    address, entity, language = listing.address, listing.entity, texts.language
    if address.narrowed:
        drop = Step(
            label=texts.gettext("Drop search and filters"),
            href=address.unfiltered().href(),
            icon="filter-off",
        )
        steps = [drop]
        if listing.view is not None and listing.view.filter_text is not None:
            wider = replace(address, view=EVERY, filter=None, cursor=None).href()
            steps.insert(0, Step(label=texts.gettext("Look in all records"), href=wider, icon="list"))
        return Empty(
            title=texts.gettext("Nothing found"),
            icon="search",
            text=_narrowing(listing, texts, bar),
            steps=tuple(steps),
        )
    if address.bin:
        text = texts.gettext("Deleted records stand here and can be restored.")
        back = Step(label=title, href=address.path, icon="arrow-left")
        return Empty(title=texts.gettext("The bin is empty"), icon="trash", text=text, steps=(back,))
    steps = []
    if may_create:
        label = texts.render(
            message("{what}: create", what=entity.label.in_language(language) or entity.name)
        )
        steps.append(Step(label=label, href=f"{address.path}/new", icon="plus", key="N"))
    if listing.view is not None and listing.view.filter_text is not None:
        every = Step(
            label=texts.gettext("Show all records"), href=replace(address, view=EVERY).href(), icon="list"
        )
        view = listing.view.label.in_language(language) or listing.view.name
        text = texts.render(message("No record fits the view “{view}” now.", view=view))
        return Empty(
            title=texts.gettext("Nothing in this view"), icon="filter", text=text, steps=(every, *steps)
        )
    words = (
        entity.help.in_language(language)
        if entity.help
        else texts.gettext("You see here what you have access to.")
    )
    heading = texts.render(message("{what}: nothing here yet", what=title))
    return Empty(title=heading, icon=icon_name(entity.icon), text=words, steps=tuple(steps))


def _narrowing(listing: Listing, texts: Texts, bar: FilterBar | None) -> str:
    """What leaves everything out, in words."""
    search = listing.address.search
    parts = [texts.render(message("“{text}”", text=search))] if search else []
    if bar is not None and bar.sentence:
        parts.append(bar.sentence)
    return texts.render(message("No record fits: {filters}", filters="; ".join(parts)))
