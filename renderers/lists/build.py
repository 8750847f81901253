"""A list from what was asked, the model and the rights: the question to `core.query`, then what is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from core.access.grants import Grants
from core.errors import KubikError
from core.i18n import Texts
from core.query.filters import parse_filter
from core.query.plan import MAX_SORT_KEYS
from core.query.query import Page, Query
from metamodel.messages import message
from metamodel.model import Entity, Model, View
from renderers.actions.buttons import ActionButton, has_row_buttons
from renderers.filters.bar import combined
from renderers.filters.fast import quick_text
from renderers.filters.view import FilterBar
from renderers.lists.address import EVERY, Address
from renderers.lists.columns import ListColumn, can_sort, chosen_columns, list_columns, readable
from renderers.lists.filters import views_of
from renderers.lists.table import Due, heads, rows
from renderers.lists.view import Empty, ListPage, Step, Tab
from renderers.pages.cells import Cells
from renderers.pages.columns import least_width
from renderers.pages.icons import icon_name

PAGE = 50
_ICONS = {"list": "list", "board": "layout-kanban"}
"""What stands beside the name of a view, where an entity has views of several kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list before its rows are read; ``address`` holds only what exists for this reader."""

    entity: Entity
    grants: Grants
    address: Address
    views: tuple[View, ...]
    view: View | None
    columns: tuple[ListColumn, ...]
    sort: tuple[str, ...]
    filter: str | None
    """The expression in force: of the address, else of the view."""

    @property
    def row_actions(self) -> bool:
        """Whether rows end with buttons of actions."""
        return not self.address.bin and has_row_buttons(self.grants.model, self.grants, self.entity)

    @property
    def picks(self) -> bool:
        """Whether records can be chosen here, to be moved to another stage together."""
        stages = self.entity.stages
        known = stages is not None and stages.field in self.grants.readable(self.entity.uid)
        return known and not self.address.bin and self.grants.may(self.entity.uid, "move")

    @property
    def due(self) -> Due | None:
        """What tells in the column of the stage that a record stands there too long."""
        stages = self.entity.stages
        if stages is None or not any(s.norm for p in stages.pipelines for s in p.stages):
            return None
        if stages.due not in self.grants.readable(self.entity.uid):
            return None
        at = next(
            (
                n
                for n, c in enumerate(self.columns)
                if c.path.fields[-1].uid == stages.field and len(c.path.fields) == 1
            ),
            None,
        )
        return None if at is None else Due(column=at, name=self.entity.by_uid[stages.due].name)

    def query(self) -> Query:
        """The question to `core.query` for a page of rows."""
        due = (self.due.name,) if self.due else ()
        fields = tuple(dict.fromkeys((*(column.name for column in self.columns), *due)))
        return replace(question(self), fields=fields, limit=PAGE, cursor=self.address.cursor)


def question(listing: Listing) -> Query:
    """Which records a list holds, in which order, whatever is then asked of them: rows, counts, totals, groups, export,
    changes of many at once, boards and calendars. Without fields and page: `dataclasses.replace` puts them in."""
    return Query(
        entity=listing.entity.name,
        fields=(),
        filter=listing.filter,
        search=listing.address.search or None,
        sort=listing.sort,
        deleted="only" if listing.address.bin else "none",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a list of an entity has for these rights, whatever is asked: made once for a model."""

    views: tuple[View, ...]
    columns: dict[str | None, tuple[ListColumn, ...]]
    """By name of the view; None for the list without one."""


def ground(model: Model, grants: Grants, entity: Entity, roles: tuple[str, ...]) -> Ground:
    """The views, filters and columns that exist for these rights."""
    kept: dict[tuple[object, ...], Ground] = model.derived.setdefault("lists", {})
    key = (entity.uid, grants.key, roles)
    if key not in kept:
        views = tuple(
            v for v in views_of(model, entity, roles, grants.everything) if _usable(model, grants, entity, v)
        )
        kept[key] = Ground(
            views=views,
            columns={
                view.name if view else None: list_columns(model, grants, entity, view)
                for view in (None, *views)
            },
        )
    return kept[key]


def listing(model: Model, grants: Grants, entity: Entity, roles: tuple[str, ...], asked: Address) -> Listing:
    """What will be listed: the view, the columns and filters that exist for these rights."""
    there = ground(model, grants, entity, roles)
    view = next((v for v in there.views if v.name == asked.view), None)
    plain = asked.bin or (asked.view == EVERY and view is None)
    if view is None and there.views and not plain:
        view = there.views[0]
    if asked.bin:
        view = None
    named = asked.view if there.views and asked.view in (EVERY, view and view.name) else None
    columns = there.columns[view.name if view else None]
    if asked.columns is not None:
        columns = chosen_columns(model, grants, entity, asked.columns) or columns
    sort = None if asked.sort is None else usable_order(model, grants, entity, asked.sort)
    filter = asked.filter if asked.filter is not None else view.filter_text if view else None
    quick = quick_text(model, grants, entity, asked.chosen)
    if quick is not None:
        filter = combined(filter, quick)
    return Listing(
        entity=entity,
        grants=grants,
        address=replace(
            asked, view=None if asked.bin else named, chosen={}, sort=sort, filter=asked.filter if quick is None else filter,
            columns=None if asked.columns is None else tuple(column.name for column in columns),
        ),
        views=there.views,
        view=view,
        columns=columns,
        sort=sort or _standing_order(model, grants, entity, view),
        filter=filter,
    )  # fmt: skip


def _usable(model: Model, grants: Grants, entity: Entity, view: View) -> bool:
    """Whether the reader may use every field that the view filters by, and the one that groups it."""
    try:
        parse_filter(model, grants, entity, view.filter_text)
    except KubikError:
        return False
    grouped = entity.by_uid.get(view.group_by or "")
    return grouped is None or (grouped.uid in grants.readable(entity.uid) and not grouped.off)


def usable_order(model: Model, grants: Grants, entity: Entity, names: Sequence[str]) -> tuple[str, ...]:
    """Those keys of an order that the reader may sort by."""
    found = (
        (name, readable(model, grants, entity, name.removeprefix("-"))) for name in names[:MAX_SORT_KEYS]
    )
    return tuple(name for name, path in found if path is not None and can_sort(path.field))


def _standing_order(model: Model, grants: Grants, entity: Entity, view: View | None) -> tuple[str, ...]:
    order = (view.sort if view else ()) or entity.default_sort
    return usable_order(model, grants, entity, order) or ("-id",)


def drawn_rows(
    listing: Listing,
    page: Page,
    cells: Cells,
    texts: Texts,
    csrf: str,
    buttons: Mapping[int, str],
    now: datetime,
) -> str:
    """The rows of a page as HTML; those of the bin with a button that brings them back, others with ``buttons``."""
    address = listing.address
    restoring = address.bin and listing.grants.may(listing.entity.uid, "delete")
    tail = _restore(address, texts, csrf) if restoring else "<td></td>" if address.bin else ""
    return rows(
        page, listing.columns, cells, address, tail, texts, buttons, picks=listing.picks, due=listing.due, now=now
    )  # fmt: skip


def list_page_view(
    listing: Listing,
    columns: Sequence[ListColumn],
    texts: Texts,
    body: str,
    following: str | None,
    *,
    empty: bool,
    actions: tuple[ActionButton, ...] = (),
    bar: FilterBar | None = None,
) -> ListPage:
    """What the template draws: ``columns`` with their widths, the rows as HTML, the cursor of what follows."""
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
        tabs=() if address.bin else tuple(_tabs(listing, texts)),
        search=address.search,
        hidden=tuple(pair for pair in address.pairs() if pair[0] != "q"),
        bar=bar,
        caption=title,
        heads=heads(columns, address, listing.sort, texts),
        min_width=least_width([column.width for column in columns]),
        rows=Markup(body),
        more_href=address.href(cursor=following) if following else None,
        more_part=address.href(cursor=following, part="rows") if following else None,
        count_href=address.href("/count"),
        count_words=" ",
        empty=_empty(listing, title, texts, may_create, bar) if empty else None,
        actions=() if address.bin else actions,
        row_actions=listing.row_actions,
        picks=listing.picks,
        move_href=f"{address.path}/move" if listing.picks else "",
        here=address.href(),
    )


def _tabs(listing: Listing, texts: Texts) -> list[Tab]:
    if not listing.views:
        return []
    plain = replace(listing.address.unchanged(), view=None, search=listing.address.search)
    kinds = {view.kind for view in listing.views}
    tabs = [
        Tab(
            label=view.label.in_language(texts.language) or view.name,
            href=replace(plain, view=view.name).href(),
            current=view is listing.view,
            icon=_ICONS[view.kind] if len(kinds) > 1 else "",
        )
        for view in listing.views
    ]
    if all(view.filter_text is not None for view in listing.views if view.kind == "list"):
        every = replace(plain, view=EVERY).href()
        icon = _ICONS["list"] if kinds - {"list"} else ""
        tabs.append(Tab(label=texts.gettext("All"), href=every, current=listing.view is None, icon=icon))
    return tabs


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
        return Empty(
            title=texts.gettext("This filter cannot be applied"),
            icon="alert-circle",
            text=bar.problem,
            steps=(drop,),
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
