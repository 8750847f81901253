"""What a list is for its reader before its rows are read: the view, columns, filter, order, groups, colours in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.access.grants import Grants
from core.documents.offering import may_have
from core.errors import KubikError
from core.i18n import texts
from core.query.filters import parse_filter
from core.query.plan import MAX_SORT_KEYS
from core.query.query import Query
from core.records.views import SavedView
from metamodel.model import Entity, Format, Model, View, ViewGroup
from renderers.actions.buttons import has_row_buttons
from renderers.filters.bar import combined
from renderers.filters.fast import quick_text
from renderers.grid.bulk.deeds import bulk_bar
from renderers.lists.address import EVERY, Address
from renderers.lists.columns import ListColumn, can_sort, chosen_columns, list_columns, readable
from renderers.lists.filters import views_of
from renderers.lists.groups import group_text, usable_groups
from renderers.lists.personal import Kept, kept_view
from renderers.lists.shades import mark_of, usable_formats
from renderers.lists.table import Due
from renderers.lists.told import ToldColumn, told_columns, told_texts

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a person likes to see this list: widths by name of the column (units of 8 pixels), columns that stay at the
    left (None: as the view says), groups that are folded, and whether rows are roomy."""

    widths: Mapping[str, int] = field(default_factory=dict)
    frozen: int | None = None
    closed: frozenset[str] = frozenset()
    roomy: bool = False
    first: str | None = None
    """The name of the view that the person begins with."""

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others."""
        return tuple(self.widths.items()), self.frozen, self.roomy, self.first


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
    group: tuple[ViewGroup, ...] = ()
    formats: tuple[Format, ...] = ()
    told: tuple[ToldColumn, ...] = ()
    kept: tuple[Kept, ...] = ()
    """Views that people saved, among ``views`` by their names."""
    look: Look = Look()
    due: Due | None = None
    """What tells in the column of the stage that a record stands there too long."""
    prints: bool = False
    """Whether documents of its records are to be had."""

    @property
    def saved(self) -> Kept | None:
        """The view in force as somebody saved it, None when it is one of a solution or none."""
        return next(
            (each for each in self.kept if self.view is not None and each.view.name == self.view.name), None
        )

    @property
    def row_actions(self) -> bool:
        """Whether rows end with buttons of actions."""
        return not self.address.bin and has_row_buttons(self.grants.model, self.grants, self.entity)

    @property
    def picks(self) -> bool:
        """Whether records can be chosen here, for something to be done with all of them."""
        kept: dict[tuple[object, ...], bool] = self.grants.model.derived.setdefault("picks", {})
        key = (self.entity.uid, self.grants.key, self.address.bin, self.prints)
        if key not in kept:
            bar = bulk_bar(
                self.grants.model, self.grants, self.entity, self.address, texts("en"), prints=self.prints
            )
            kept[key] = bar is not None
        return kept[key]

    @property
    def frozen(self) -> int:
        """Columns that stay at the left while the others scroll."""
        said = self.look.frozen
        wanted = said if said is not None else self.view.frozen if self.view is not None else 0
        return min(wanted, len(self.columns) - 1)

    def query(self) -> Query:
        """The question to `core.query` for a page of rows: of the whole list, or of a group, whose rows are all alike in
        what groups them."""
        due = (self.due.name,) if self.due else ()
        fields = tuple(dict.fromkeys((*(column.name for column in self.columns), *due)))
        marks = tuple(mark_of(each) for each in self.formats)
        asked = replace(question(self), fields=fields, limit=PAGE, cursor=self.address.cursor, marks=marks)
        return replace(asked, sort=self.sort)


def question(listing: Listing) -> Query:
    """Which records a list holds, in which order, whatever is then asked of them: rows, counts, totals, groups, export,
    changes of many at once, boards and calendars. Without fields and page: `dataclasses.replace` puts them in."""
    named = [(each, listing.entity.by_uid[each.field].name) for each in listing.group]
    first = [f"-{name}" if each.descending else name for each, name in named]
    behind = [key for key in listing.sort if key.removeprefix("-") not in {name for _, name in named}]
    return Query(
        entity=listing.entity.name,
        fields=(),
        filter=listing.filter,
        search=listing.address.search or None,
        sort=(*first, *behind)[:MAX_SORT_KEYS],
        deleted="only" if listing.address.bin else "none",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a list of an entity has for these rights, whatever is asked: made once for a model."""

    views: tuple[View, ...]
    columns: dict[str | None, tuple[ListColumn, ...]]
    """By name of the view; None for the list without one."""
    formats: dict[str, tuple[Format, ...]]
    prints: bool


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
            formats={view.name: usable_formats(model, grants, entity, view.formats) for view in views},
            prints=any(may_have(grants, roles, each) for each in model.documents_of[entity.uid]),
        )
    return kept[key]


def listing(
    model: Model,
    grants: Grants,
    entity: Entity,
    roles: tuple[str, ...],
    asked: Address,
    saved: Sequence[SavedView] = (),
    first: str | None = None,
) -> Listing:
    """What will be listed: the view, the columns and filters that exist for these rights.

    ``saved`` are views that the person has besides those of solutions, ``first`` the name of the one they begin with.
    """
    there = ground(model, grants, entity, roles)
    kept = tuple(kept_view(model, grants, entity, each) for each in saved)
    views = (*there.views, *(each.view for each in kept))
    view = _view_of(views, there.views, asked, first)
    named = asked.view if views and asked.view in (EVERY, view and view.name) else None
    if named is None and view is not None and (not there.views or view.name != there.views[0].name):
        named = view.name
    own = (list_columns(model, grants, entity, view)
           if view is not None and view.name not in there.columns
           else there.columns[view.name if view else None])  # fmt: skip
    columns = own
    if asked.columns is not None:
        columns = chosen_columns(model, grants, entity, asked.columns) or own
    standing = _standing_order(model, grants, entity, view)
    sort = None if asked.sort is None else usable_order(model, grants, entity, asked.sort)
    group = usable_groups(grants, entity, view.group if view is not None else ())
    regrouped = None if asked.group is None else usable_groups(grants, entity, asked.group)
    filter = asked.filter if asked.filter is not None else view.filter_text if view else None
    quick = quick_text(model, grants, entity, asked.chosen)
    if quick is not None:
        filter = combined(filter, quick)
    said = asked.filter if quick is None else filter
    if view is not None and said == (view.filter_text or ""):
        said = None
    names = tuple(column.name for column in columns)
    told = standing_told = told_columns(view, columns)
    if asked.totals is not None:
        told = told_columns(view, columns, asked.totals)
    return Listing(
        entity=entity, grants=grants, views=views, view=view, kept=kept, columns=columns, filter=filter or None,
        sort=sort or standing,
        group=() if asked.bin else group if regrouped is None else regrouped,
        formats=_formats(model, grants, entity, there, view),
        told=told, due=_due(grants, entity, columns), prints=there.prints,
        address=replace(
            asked, view=None if asked.bin else named, chosen={}, filter=said,
            sort=None if not sort or sort == standing else sort,
            columns=None if asked.columns is None or names == tuple(c.name for c in own) else names,
            totals=None if told == standing_told else told_texts(told),
            group=None if regrouped is None or regrouped == group else tuple(group_text(entity, g) for g in regrouped),
        ),
    )  # fmt: skip


def _due(grants: Grants, entity: Entity, columns: Sequence[ListColumn]) -> Due | None:
    """The mark of stages that last too long, where their column is shown and a stage has a norm."""
    stages = entity.stages
    if stages is None or not any(s.norm for p in stages.pipelines for s in p.stages):
        return None
    if stages.due not in grants.readable(entity.uid):
        return None
    own = (n for n, c in enumerate(columns) if c.field.uid == stages.field and len(c.path.fields) == 1)
    at = next(own, None)
    return None if at is None else Due(column=at, name=entity.by_uid[stages.due].name)


def _view_of(
    views: Sequence[View], defined: Sequence[View], asked: Address, first: str | None
) -> View | None:
    """The view that is asked for, else the one that the person begins with, else the first there is."""
    if asked.bin:
        return None
    found = next((view for view in views if view.name == asked.view), None)
    if found is not None or asked.view == EVERY:
        return found
    if asked.view is None and first is not None:
        if first == EVERY:
            return None
        found = next((view for view in views if view.name == first), None)
    return found or next(iter(defined), None)


def _formats(
    model: Model, grants: Grants, entity: Entity, there: Ground, view: View | None
) -> tuple[Format, ...]:
    if view is None:
        return ()
    known = there.formats.get(view.name)
    return usable_formats(model, grants, entity, view.formats) if known is None else known


def _usable(model: Model, grants: Grants, entity: Entity, view: View) -> bool:
    """Whether the reader may use every field that the view filters by, and those that make it what it is."""
    try:
        parse_filter(model, grants, entity, view.filter_text)
    except KubikError:
        return False
    needed = (entity.by_uid.get(uid or "") for uid in (view.group_by, view.starts, view.parent))
    readable_ = grants.readable(entity.uid)
    return all(field is None or (field.uid in readable_ and not field.off) for field in needed)


def usable_order(model: Model, grants: Grants, entity: Entity, names: Sequence[str]) -> tuple[str, ...]:
    """Those keys of an order that the reader may sort by."""
    found = (
        (name, readable(model, grants, entity, name.removeprefix("-"))) for name in names[:MAX_SORT_KEYS]
    )
    return tuple(name for name, path in found if path is not None and can_sort(path.field))


def _standing_order(model: Model, grants: Grants, entity: Entity, view: View | None) -> tuple[str, ...]:
    order = (view.sort if view else ()) or entity.default_sort
    return usable_order(model, grants, entity, order) or ("-id",)
