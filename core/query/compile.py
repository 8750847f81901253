"""From a plan to SQL: the rows of a page, their columns, child rows, counts; pure, nothing is executed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from core.query.columns import Columns, Layout
from core.query.grouping import group_condition
from core.query.indexed import in_one_value, sought_by_end
from core.query.leading import leading_to
from core.query.matching import among
from core.query.paging import Key, Segment, behind, order_by, segment_condition, segments
from core.query.plan import Children, Life, ReadPlan, SortKey
from core.query.relations import Relations, VisibleRow, choices_of
from core.query.searching.condition import search_condition
from core.query.shared import shared_pages
from core.query.title import title_of, visible_id, visible_title
from core.query.ways import ALONG, Way
from core.storage.expressions import Cell, compile_condition, compile_value
from core.storage.expressions.hints import by_this_index, not_seeking
from core.storage.types import TEXT
from metamodel.expression.tree import Path
from metamodel.text import KEY_LENGTH

PAGE = 51
"""Rows of the usual page, with the one behind it."""

SAMPLE = 5000
"""Newest rows by which it is guessed how many a grant gives, where that is dear to count."""

NEVER_EMPTY = ("id", "created_at", "updated_at", "version")
"""Fields of every record that always have a value."""

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which statement of a list is meant: its segment, whether it goes on behind a row (and which of that row's
    sort values are empty), which way the rows of each grant are found, how many rows there are at most (None: as the
    parameter ``limit`` says; a constant is what PostgreSQL keeps a plan for), and whether it ends at the first sort value
    of the parameter ``end``."""

    segment: Segment = "values"
    empty: tuple[bool, ...] | None = None
    ways: tuple[Way, ...] = ()
    limit: int | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compiler:
    """The statements of one plan; labels of choices in titles are in ``language``."""

    plan: ReadPlan
    relations: Relations
    language: str

    # --- the rows of a page

    def page(self, part: Part) -> tuple[sa.Select[Any], Layout]:
        """A page: ids from an inner select in order, everything shown joined outside; sort values stand last,
        without the id, which is the first column."""
        inner, keys = self._ids(part)
        page = inner.subquery("page")
        row = self.relations.visible.open(self.plan.entity.uid, unfiltered=True)
        columns = Columns(
            row=row, language=self.language, seen=True,
            source=page.join(row.alias, row.alias.c.id == page.c.id),
        )  # fmt: skip
        layout = columns.layout(self.plan.selection, self.plan.marks)
        outside = _again(page, keys)
        values = [key.expression.label(f"sort_{i}") for i, key in enumerate(outside[:-1])]
        select = sa.select(*columns.selected, *values).select_from(columns.source)
        return select.order_by(*order_by(outside, part.segment)), layout

    def gathered(self, *, limited: bool) -> tuple[sa.Select[Any], Layout]:
        """The rows of the parameter ``ids``, in no order, titles of their links beside them. Who asks has found them as
        rows that may be seen; ``limited`` asks so again, under the grants of this plan."""
        row = self.fresh()
        columns = Columns(row=row, language=self.language, source=row.alias, beside=True)
        layout = columns.layout(self.plan.selection)
        limits = row.rights() if limited else ()
        select = sa.select(*columns.selected).select_from(columns.source)
        return select.where(among(self.relations.dialect, row.alias.c.id, "ids"), *limits), layout

    def page_ids(self, part: Part) -> sa.Select[Any]:
        """The inner select of a page alone."""
        return self._ids(part)[0]

    def branch(self, index: int, way: Way) -> sa.Select[Any]:
        """The rows that one grant gives to a page, found in that way."""
        first = segments(self.keys(self.fresh()))[0]
        part = Part(segment=first, ways=(way,) * (index + 1), limit=PAGE)
        if way == "kept":
            return self._first(shared_pages(self, part, index), self.keys(self.fresh()), part)
        return (self._along(part, [index]) if way in ALONG else self._branch(part, index))[0]

    def grant_count(self) -> int:
        """How many grants limit rows, each by its own condition; none when one of them gives all."""
        row = self.fresh()
        return row.branch_count() if row.limited() else 0

    def _ids(self, part: Part) -> tuple[sa.Select[Any], tuple[Key, ...]]:
        """Ids and sort values, as many as the parameter ``limit``: one select, or the union of each grant's first.

        Where one grant is asked along the order the others are asked there too: together they fill a page sooner;
        except shares, whose first records are found at once.
        """
        branches = self.fresh().branch_count()
        kept = [index for index, way in enumerate(part.ways) if way == "kept"]
        others = [index for index in range(branches) if index not in kept]
        if not ALONG.isdisjoint(part.ways) and not kept:
            return self._along(part, others)
        if branches <= 1 and not kept:
            return self._branch(part, 0)
        if not ALONG.isdisjoint(part.ways):
            selects = [self._along(part, others)[0]]
        else:
            selects = [self._branch(part, index)[0] for index in others]
        selects += [select for index in kept for select in shared_pages(self, part, index)]
        keys = self.keys(self.fresh())
        return self._first(selects, keys, part), keys

    def _first(self, selects: Sequence[sa.Select[Any]], keys: Sequence[Key], part: Part) -> sa.Select[Any]:
        """The first rows of several selects together, each once."""
        union = sa.union(*(sa.select(select.subquery()) for select in selects)).subquery("granted")
        ordered = sa.select(union).order_by(*order_by(_again(union, keys), part.segment))
        return ordered.limit(_limit(part.limit))

    def _branch(self, part: Part, index: int) -> tuple[sa.Select[Any], tuple[Key, ...]]:
        row, way = self.fresh(), part.ways[index] if part.ways else "free"
        keys = self.keys(row)
        by_end = part.ends and sought_by_end(self, index, way)
        select, limit = self._listed(row, part, keys, by_end=by_end), _limit(part.limit)
        if way == "each" and part.ends:
            way = "grant"  # hardly more than the page are before the end: they are gathered
        if way == "each" and self.relations.dialect == "postgresql":
            return self._of_each(
                row, index, select.order_by(*order_by(keys, part.segment)).limit(limit), part
            ), keys
        right = row.branch(index, way) if row.branch_count() else sa.false()
        if right is not None and way == "each":
            # record by record, each as long as its rows are among the first: by the index that holds them in this order
            right = by_this_index(self.relations.dialect, right)
            if part.segment == "values":
                select = select.where(keys[0].expression.is_not(None))
        if right is not None:
            select = select.where(right)
        ordered = keys
        if way == "grant":  # all rows are found before anybody thinks of their order: OFFSET 0 is a fence
            gathered = select.offset(sa.literal_column("0")).subquery()
            select, ordered = sa.select(*gathered.c), _again(gathered, keys)
        return select.order_by(*order_by(ordered, part.segment)).limit(limit), keys

    def _along(self, part: Part, indexes: Sequence[int]) -> tuple[sa.Select[Any], tuple[Key, ...]]:
        """The rows of several grants, each row asked along the order whether one of them gives it.

        What a narrow grant leads to is a small set, gathered once; of a wide one it would be a large one.
        """
        row = self.fresh()
        keys = self.keys(row)
        common = self.common(row)
        first: list[sa.ColumnElement[Any]] = []
        if part.empty is None:  # behind a row it is sought by its value
            common, first = in_one_value(self, row, common)
        place = self.place(part, keys)
        select = sa.select(*self.labelled(keys)).where(*common, *place, self._asked(row, part.ways, indexes))
        return select.order_by(*first, *order_by(keys, part.segment)).limit(_limit(part.limit)), keys

    def _asked(self, row: VisibleRow, ways: Sequence[Way], indexes: Sequence[int]) -> Condition:
        """Whether one of these grants gives the row, which is found otherwise."""
        asked = (row.branch(i, ways[i] if ways[i] in ALONG else "among") for i in indexes)
        right = sa.or_(sa.false(), *(sa.true() if one is None else one for one in asked))
        return not_seeking(self.relations.dialect, right)

    def _listed(
        self, row: VisibleRow, part: Part, keys: Sequence[Key], *, by_end: bool = True
    ) -> sa.Select[Any]:
        """Ids and sort values of the rows of a list, whoever reads it."""
        place = self.place(part, keys, by_end=by_end)
        return sa.select(*self.labelled(keys)).where(*self.common(row), *place)

    def labelled(self, keys: Sequence[Key]) -> list[sa.ColumnElement[Any]]:
        """The values of keys as the columns of a select of ids."""
        return [key.expression.label(_label(i, keys)) for i, key in enumerate(keys)]

    def most(self, part: Part) -> sa.ColumnElement[int]:
        """How many rows a statement gives."""
        return _limit(part.limit)

    def place(self, part: Part, keys: Sequence[Key], *, by_end: bool = True) -> list[Condition]:
        """What limits a list to one of its segments, and there to what stands behind a row and before an end; without
        ``by_end`` no index is sought for that, since by that of the order all rows up to there would be read.
        """
        conditions = [] if part.empty is None else [behind(keys, part.segment, part.empty)]
        segment = segment_condition(keys, part.segment)
        if segment is not None and (part.empty is None or part.segment == "empty"):
            conditions.append(segment)
        if part.ends:
            end = keys[0].until(sa.bindparam("end", type_=keys[0].expression.type))
            conditions.append(end if by_end else not_seeking(self.relations.dialect, end))
        return conditions

    def _of_each(self, row: VisibleRow, index: int, first: sa.Select[Any], part: Part) -> sa.Select[Any]:
        """The first rows of each record that a grant's link may lead to, and of these the first.

        The very first of each are looked at before: behind the last of a page of these nothing of the page can stand,
        so of most records no more than that is read.
        """
        source = row.source(index)
        assert source is not None
        link, ids = source
        keys, limit = self.keys(row), _limit(part.limit)
        records: sa.FromClause = ids.distinct().cte(f"records_{index}")
        record = next(iter(records.c))
        if part.segment == "values":
            many = sa.select(limit // sa.func.count() + 1).select_from(records).scalar_subquery()
            begun = first.where(row.column(link) == record).limit(many).lateral("begun")
            begins = sa.select(record.label("record"), *begun.c).select_from(records.join(begun, sa.true()))
            begin = begins.cte(f"begins_{index}")
            again = _again(begin, keys)
            last = sa.select(again[0].expression).order_by(*order_by(again, part.segment))
            last = last.offset(limit - 1).limit(sa.literal_column("1"))
            table, farthest = self.fresh(), sa.func.min if keys[0].descending else sa.func.max
            anything = sa.select(farthest(self.keys(table)[0].expression)).select_from(table.alias)
            bound = sa.func.coalesce(last.scalar_subquery(), anything.scalar_subquery())
            records = sa.select(begin.c.record).where(again[0].until(bound)).distinct().subquery("seen")
            record = records.c.record
            first = first.where(keys[0].until(bound))
        each = first.where(row.column(link) == record).lateral("each")
        select = sa.select(*each.c).select_from(records.join(each, sa.true()))
        return select.order_by(*order_by(_again(each, keys), part.segment)).limit(limit)

    # --- counts

    def count(self, ways: tuple[Way, ...] | None = None) -> sa.Select[Any]:
        """How many rows there are; with the ways of grants at most the parameter ``limit``."""
        row = self.fresh()
        if ways is None:
            conditions = [*self.common(row), *self._own_rights(row)]
            return sa.select(sa.func.count()).select_from(row.alias).where(*conditions)
        along = not ALONG.isdisjoint(ways)  # wide: it is enough to walk until the limit is reached
        rights = [self._asked(row, ways, range(len(ways)))] if along else self._own_rights(row)
        conditions = [*self.common(row), *rights]
        found = sa.select(row.alias.c.id).where(*conditions).limit(_limit()).subquery()
        return sa.select(sa.func.count()).select_from(found)

    def reach(self, index: int) -> sa.Select[Any]:
        """How many rows one grant gives at all, at most the parameter ``limit``; how many of the `SAMPLE` newest, where
        they follow others: all that these may be is too much to gather for a guess."""
        row = self.fresh()
        follows = row.follows()
        if follows:
            newest = sa.select(row.alias).order_by(row.alias.c.id.desc()).limit(_limit(SAMPLE)).subquery()
            row = replace(row, alias=newest)
        granted = row.branch(index, "order" if follows else "free")
        assert granted is not None
        found = sa.select(row.alias.c.id).where(granted).limit(_limit()).subquery()
        return sa.select(sa.func.count()).select_from(found)

    def near(self, index: int) -> sa.Select[Any]:
        """How many of the first rows of the list, as many as the parameter ``limit``, one grant gives."""
        row = self.fresh()
        keys = self.keys(row)
        part = Part(segment=segments(keys)[0])
        along: Way = "order"
        granted = self._asked(row, [along] * (index + 1), (index,)).label("granted")
        first = self._listed(row, part, keys).add_columns(granted)
        found = first.order_by(*order_by(keys, part.segment)).limit(_limit()).subquery()
        return sa.select(sa.func.count()).select_from(found).where(found.c.granted)

    def records(self, index: int) -> sa.Select[Any]:
        """How many records the link of one grant may lead to, at most the parameter ``limit``."""
        source = self.fresh().source(index)
        assert source is not None
        found = source[1].limit(_limit()).subquery()
        return sa.select(sa.func.count()).select_from(found)

    def sets(self, index: int) -> sa.Select[Any]:
        """How many ids the sets hold by which a record is asked that rows of one grant follow, at most ``limit``."""
        every = sa.union_all(*self.fresh().sets(index)).subquery()
        found = sa.select(every).limit(_limit()).subquery()
        return sa.select(sa.func.count()).select_from(found)

    def size(self) -> sa.Select[Any]:
        """About how many rows the entity has: its highest id."""
        return sa.select(sa.func.max(self.fresh().alias.c.id))

    def ids(self) -> sa.Select[Any]:
        """The ids of all rows of the question, in no order."""
        row = self.fresh()
        return sa.select(row.alias.c.id).where(*self.common(row), *self._own_rights(row))

    def titles(self) -> sa.Select[Any]:
        """Id, title and whether it is in the bin, of all rows of the question."""
        row = self.fresh()
        title = title_of(row, self.language).value
        select = sa.select(row.alias.c.id, title, row.alias.c.deleted_at.is_not(None))
        return select.where(*self.common(row), *self._own_rights(row))

    def id_by(self, field_uid: str) -> sa.Select[Any]:
        """The id of the row whose field has the value of the parameter ``value`` (folded, when it is a text)."""
        row = self.fresh()
        cell = row.cell(field_uid)
        compared = cell.value if cell.key is None else cell.key
        same = compared == sa.bindparam("value", type_=compared.type)
        return sa.select(row.alias.c.id).where(same, *self.common(row), *self._own_rights(row))

    # --- child rows

    def children(self, children: Children, life: Life) -> tuple[sa.Select[Any], Layout]:
        """Child rows of the records of the parameter ``parents``, in their order; the parent's id stands last."""
        row = self.relations.visible.open(children.selection.entity.uid, life="any", unfiltered=True)
        columns = Columns(row=row, language=self.language, source=row.alias)
        layout = columns.layout(children.selection)
        through = row.column(children.through.uid)
        conditions: list[Condition] = [
            among(self.relations.dialect, through, "parents"),
            *row.own_rights(),
        ]
        conditions.append(
            row.alias.c.deleted_at.is_(None) if life == "live" else self._same_bin(row, children)
        )
        order = (through, row.alias.c.position.asc().nulls_last(), row.alias.c.id)
        select = sa.select(*columns.selected, through.label("parent")).select_from(columns.source)
        return select.where(*conditions).order_by(*order), layout

    def _same_bin(self, row: VisibleRow, children: Children) -> Condition:
        """A child row is shown with its parent: both in use, or both gone to the bin together."""
        parent = self.relations.tables[children.through.target or ""].table.alias()
        bin_id = (
            sa.select(parent.c.bin_id)
            .where(parent.c.id == row.column(children.through.uid))
            .scalar_subquery()
        )
        return row.alias.c.bin_id.is_not_distinct_from(bin_id)

    # --- what limits rows

    def fresh(self) -> VisibleRow:
        """An alias of the entity, not yet limited to anything."""
        return self.relations.visible.open(self.plan.entity.uid, self.plan.life, unfiltered=True)

    def common(self, row: VisibleRow) -> list[Condition]:
        """What every statement of the plan asks, the actor's own grants apart."""
        conditions = [c for c in (row.life(self.plan.life), row.holders()) if c is not None]
        if self.plan.filter is not None:
            environment = self.relations.environment(row, self.relations.visible)
            conditions.append(compile_condition(self.plan.filter, environment))
        if self.plan.how is not None:
            conditions.append(search_condition(row, self.plan.how, self.language))
        if self.plan.leading is not None:
            conditions += leading_to(row, self.plan.leading)
        if self.plan.group is not None:
            conditions += group_condition(row, self.plan.group)
        if self.plan.among_ids:
            conditions.append(among(self.relations.dialect, row.alias.c.id, "ids"))
        return conditions

    def limits(self, row: VisibleRow) -> list[Condition]:
        """What limits a row to those of the question that the reader may see."""
        return [*self.common(row), *self._own_rights(row)]

    def _own_rights(self, row: VisibleRow) -> list[Condition]:
        named = self.plan.how is not None and self.plan.how.mode == "found"
        limit = row.granted("order" if named else "free")
        return [] if limit is None else [limit]

    # --- order

    def keys(self, row: VisibleRow) -> tuple[Key, ...]:
        """The keys of the order on that row; the id is always the last one, in the direction of the one before."""
        keys: list[Key] = []
        for sort in self.plan.sort:
            if sort.path.name == "id":
                return (*keys, self._id_key(row, descending=sort.descending))
            keys.extend(self._sort_keys(row, sort))
        return (*keys, self._id_key(row, descending=bool(keys) and keys[-1].descending))

    def _id_key(self, row: VisibleRow, *, descending: bool) -> Key:
        return Key(expression=row.alias.c.id, descending=descending, nullable=False, bare=True)

    def _sort_keys(self, row: VisibleRow, sort: SortKey) -> list[Key]:
        field, direct = sort.path.field, len(sort.path.fields) == 1
        cell = self._sorted_cell(row, sort)
        bare = direct and field.stored and not row.sometimes(field.uid)
        nullable = not (direct and field.system and field.name in NEVER_EMPTY)
        if field.result.kind == "choice":
            order = {c.uid: i for i, c in enumerate(choices_of(self.relations.model, field))}
            place = sa.case({uid: sa.literal(i, sa.Integer()) for uid, i in order.items()}, value=cell.value)
            return [Key(expression=place, descending=sort.descending)]
        if field.result.kind == "link" and field.result.entity is not None:
            entity = self.relations.model.entity_by_uid[field.result.entity]
            title = visible_title(self.relations, entity, cell.value, self.language)
            key = title.value if title.key is None else title.key
            return [
                Key(expression=key, descending=sort.descending),
                Key(expression=visible_id(self.relations, entity, cell.value), descending=sort.descending),
            ]
        expression = cell.value if cell.key is None else cell.key
        if cell.key is not None and not (direct and field.stored):  # the key of a computed text is all of it
            expression = sa.func.substr(cell.key, 1, KEY_LENGTH, type_=TEXT)
        return [Key(expression=expression, descending=sort.descending, nullable=nullable, bare=bare)]

    def _sorted_cell(self, row: VisibleRow, sort: SortKey) -> Cell:
        path = sort.path
        if len(path.fields) == 1:
            return row.cell(path.field.uid)
        steps = tuple((e.uid, f.uid) for e, f in zip(path.entities, path.fields, strict=True))
        node = Path(type=path.field.result, steps=steps)
        return compile_value(node, self.relations.environment(row, self.relations.visible))


def _limit(constant: int | None = None) -> sa.ColumnElement[int]:
    if constant is not None:
        return sa.literal_column(str(constant), sa.Integer())
    return sa.bindparam("limit", type_=sa.Integer())


def _label(index: int, keys: Sequence[Key]) -> str:
    return "id" if index == len(keys) - 1 else f"key_{index}"


def _again(found: sa.FromClause, keys: Sequence[Key]) -> tuple[Key, ...]:
    """The same keys as columns of a select that was made of them."""
    return tuple(
        Key(expression=found.c[_label(i, keys)], descending=k.descending, nullable=k.nullable)
        for i, k in enumerate(keys)
    )
