"""A tree from what was asked, the model and the rights: one level at a time, or what was found with all above it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from core.query import read
from core.query.allowed import granted
from core.query.plan import MAX_LIMIT
from core.query.query import Link, Query
from core.query.totals import totals
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.model import Field, View
from renderers.lists.columns import ListColumn, result_of
from renderers.lists.listing import Listing, question
from renderers.lists.table import head_label
from renderers.pages.cells import HIDDEN, Cells, cells_of, quoted
from renderers.pages.titles import title_words
from renderers.trees.view import Row, TreeHead, TreeView

LEVEL = 200
"""Records of one level that are shown at first, and brought with each further step."""

FEW = 5
"""Records at the top that are opened at first."""

DEEPEST = 40
"""Levels above a record that was found which are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A tree before its records are read: a list whose entity's records stand under one another."""

    listing: Listing
    view: View
    parent: Field

    @property
    def narrowed(self) -> bool:
        """Whether something is looked for: what is above it is shown then as well."""
        return bool(self.listing.filter or self.listing.address.search)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything that drawing a tree needs."""

    tx: Transaction
    who: Visit
    tree: Tree
    cells: Cells

    @property
    def columns(self) -> tuple[ListColumn, ...]:
        """The name first, then the others; the link to the record above shows itself."""
        listed = self.tree.listing.columns
        name = next((c for c in listed if c.is_name), listed[0])
        return (name, *(c for c in listed if c is not name and c.field.uid != self.tree.parent.uid))


def tree_of(listing: Listing) -> Tree:
    """The tree that a listing's view is."""
    view, entity = listing.view, listing.entity
    assert view is not None and view.parent is not None
    return Tree(listing=listing, view=view, parent=entity.by_uid[view.parent])


def drawing(tx: Transaction, who: Visit, tree: Tree) -> Drawing:
    """The drawing of a tree for its reader."""
    cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
    return Drawing(tx=tx, who=who, tree=tree, cells=cells)


def tree_view(made: Drawing, opened: Collection[int] | None) -> TreeView:
    """The top of a tree with what is opened below (None: nobody has said, a few at the top are), or what was found."""
    tree, language = made.tree, made.who.language
    more, left_out = None, ""
    if tree.narrowed:
        rows, cut = _found(made)
        if cut:
            left_out = made.who.texts.gettext(
                "Not all records are shown here: narrow the filter to see the others."
            )
    else:
        items, following = _level(made, None, tree.listing.address.cursor)
        if opened is None:
            opened = {item["id"] for item in items} if len(items) <= FEW else ()
        rows = _rows(made, items, 1, opened)
        more = _part(made, None, 1, following) if following else None
    grants, entity = tree.listing.grants, tree.listing.entity
    label = tree.view.label.in_language(language) or tree.view.name
    return TreeView(
        label=label,
        heads=tuple(
            TreeHead(
                label=head_label(c, language),
                css="n" if "n" in c.css.split() else "",
                width=c.width.css or "",
            )
            for c in made.columns
        ),
        css=tuple(c.css for c in made.columns[1:]),
        rows=tuple(rows),
        place=f"{tree.listing.address.path}/tree",
        view=tree.view.name,
        more_part=more,
        left_out=left_out,
        movable=grants.may(entity.uid, "update") and tree.parent.uid in grants.writable(entity.uid, "update"),
    )


def level_rows(
    made: Drawing, above: int | None, level: int, cursor: str | None
) -> tuple[list[Row], str | None]:
    """A level of the tree, the records right under one, and the address of those that follow."""
    items, following = _level(made, above, cursor)
    return _rows(made, items, level, ()), _part(made, above, level, following) if following else None


def _part(made: Drawing, above: int | None, level: int, cursor: str | None) -> str:
    address = made.tree.listing.address
    return address.href("/tree", of=str(above or ""), level=str(level), cursor=cursor)


def _query(made: Drawing, **more: Any) -> Query:
    names = [c.name for c in made.columns] + [made.tree.parent.name]
    return replace(
        question(made.tree.listing), fields=tuple(dict.fromkeys(names)), sort=made.tree.listing.sort, **more
    )


def _level(made: Drawing, above: int | None, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """The records right under one, or those under none that the reader sees."""
    name = made.tree.parent.name
    condition = f"{name}.id IS NULL" if above is None else f"{name} = {above}"
    page = read(
        made.tx, made.who.actor, _query(made, filter=condition, search=None, limit=LEVEL, cursor=cursor)
    )
    return page.items, page.next


def _found(made: Drawing) -> tuple[list[Row], bool]:
    """What was asked for, with everything above it, as a tree that is open."""
    page = read(made.tx, made.who.actor, _query(made, limit=MAX_LIMIT))
    items = {item["id"]: item for item in page.items}
    wanted = set(items)
    missing = _above(made, items.values()) - items.keys()
    for _ in range(DEEPEST):
        if not missing:
            break
        more = read(
            made.tx, made.who.actor,
            _query(made, filter=None, search=None, ids=tuple(sorted(missing)[:MAX_LIMIT]), limit=MAX_LIMIT),
        )  # fmt: skip
        items |= {item["id"]: item for item in more.items}
        missing = _above(made, more.items) - items.keys()
    below: dict[int | None, list[dict[str, Any]]] = {}
    for item in items.values():
        above = _above_of(made, item)
        below.setdefault(above if above in items else None, []).append(item)
    ordered: list[tuple[dict[str, Any], int]] = []
    _walk(None, 1, below, ordered)
    return _drawn(made, ordered, {key: len(each) for key, each in below.items()}, items.keys(), wanted), bool(
        page.next
    )


def _walk(
    above: int | None, level: int, below: Mapping[int | None, list[dict[str, Any]]],
    ordered: list[tuple[dict[str, Any], int]],
) -> None:  # fmt: skip
    waiting = [(item, level) for item in reversed(below.get(above, ()))]
    while waiting:
        item, at = waiting.pop()
        ordered.append((item, at))
        waiting += [(each, at + 1) for each in reversed(below.get(item["id"], ()))]


def _above(made: Drawing, items: Iterable[Mapping[str, Any]]) -> set[int]:
    return {id for item in items if (id := _above_of(made, item)) is not None}


def _above_of(made: Drawing, item: Mapping[str, Any]) -> int | None:
    link = item.get(made.tree.parent.name)
    return link.id if isinstance(link, Link) and not link.deleted else None


def _rows(made: Drawing, items: Sequence[dict[str, Any]], level: int, opened: Collection[int]) -> list[Row]:
    """The rows of a level; below those that are opened the next one."""
    counts = _counts(made, [item["id"] for item in items])
    ordered: list[tuple[dict[str, Any], int]] = []
    known: set[int] = set()
    waiting = [(item, level) for item in reversed(items)]
    while waiting:
        item, at = waiting.pop()
        ordered.append((item, at))
        if item["id"] in opened and counts.get(item["id"]) and item["id"] not in known and at < DEEPEST:
            known.add(item["id"])
            inner, _ = _level(made, item["id"], None)
            counts |= _counts(made, [each["id"] for each in inner])
            waiting += [(each, at + 1) for each in reversed(inner)]
    return _drawn(made, ordered, counts, known, {item["id"] for item, _ in ordered})


def _counts(made: Drawing, ids: Sequence[int]) -> dict[int | None, int]:
    """How many records the reader sees right under each."""
    if not ids:
        return {}
    tree = made.tree
    listed = ", ".join(map(str, ids))
    query = Query(entity=tree.listing.entity.name, fields=(), filter=f"{tree.parent.name} IN ({listed})")
    found = totals(made.tx, made.who.actor, query, tree.parent.uid)
    return {total.value: total.count for total in found if total.value is not None}


def _drawn(
    made: Drawing, ordered: Sequence[tuple[dict[str, Any], int]], counts: Mapping[int | None, int],
    opened: Collection[int], found: Collection[int],
) -> list[Row]:  # fmt: skip
    items = [item for item, _ in ordered]
    tree = made.tree
    ids = [item["id"] for item in items]
    movable = granted(made.tx, made.who.actor, tree.listing.entity, ids, "update", tree.parent)
    columns = [
        made.cells.draw(c.field, result_of(c.path), "")([item.get(c.name, HIDDEN) for item in items])
        for c in made.columns
    ]
    rows: list[Row] = []
    for index, (item, level) in enumerate(ordered):
        name = str(Markup(columns[0][index]).striptags()) if columns else ""
        title = title_words(name, item["id"], made.who.texts) if not name else name
        rows.append(
            Row(
                id=item["id"],
                href=f"{tree.listing.address.path}/{item['id']}",
                level=level,
                title=Markup(quoted(title)),
                spoken=title,
                cells=tuple(Markup(column[index]) for column in columns[1:]),
                below=counts.get(item["id"], 0),
                open=item["id"] in opened and bool(counts.get(item["id"])),
                found=item["id"] in found,
                fixed=item["id"] not in movable,
                part=_part(made, item["id"], level + 1, None),
                open_href=tree.listing.address.href(open=str(item["id"])),
            )
        )
    return rows
