"""A question made ready once and asked many times: its statements prepared, its answers read into items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.query.attached import attach, list_select, titles_select
from core.query.columns import Layout
from core.query.compile import Compiler
from core.query.grouping import group_values
from core.query.leading import leading_values
from core.query.matching import id_list
from core.query.noting import Watched, watch
from core.query.paged import Pages, Rows, Values
from core.query.paged import run as run
from core.query.pivot.statement import pivot_select
from core.query.plan import Children, Life, ReadPlan, Selection, plan, shape_of
from core.query.query import Column, Link, Query
from core.query.reach import Reach
from core.query.relations import Relations
from core.query.searching.deciding import FEW, Decision, decide
from core.query.shared import shared_otherwise
from core.query.spelled import searched
from core.query.summing import totals_select
from core.storage.database import Database
from core.storage.prepared import Prepared
from core.storage.workspace import Transaction
from metamodel.model import Field
from metamodel.text import fold

KEPT_READERS = 512
"""Prepared questions kept for a model; the oldest go first."""

KEPT_OTHERS = 256
"""Statements kept for one question besides its pages: pivots of it are as many as somebody thinks of."""


@dataclass(slots=True, kw_only=True, eq=False)
class Reader:
    """One question under one set of grants, whoever asks it: the person is a parameter of its statements."""

    plan: ReadPlan
    compiler: Compiler
    database: Database
    columns: tuple[Column, ...]
    key_count: int
    reach: Reach
    pages: Pages
    _others: dict[Any, Prepared] = field(default_factory=dict)
    _children: dict[str, tuple[Prepared, Layout]] = field(default_factory=dict)
    _watched: Watched | None = None

    @property
    def watched(self) -> Watched:
        """What of its pages is personal data."""
        if self._watched is None:
            self._watched = watch(self.plan.rights.model, self.plan.selection)
        return self._watched

    def page(
        self, connection: sa.Connection, values: Values, limit: int, after: tuple[Any, ...] | None
    ) -> tuple[list[dict[str, Any]], tuple[Any, ...] | None]:
        """The items of a page, and the sort values of its last row when there are more behind it."""
        ways = self.reach.ways(self, connection, values)
        layout, raw, last = self.pages.read(connection, values, limit, after, ways)
        return self.finish(connection, values, layout, raw, self.plan.selection, ""), last

    def finish(
        self,
        connection: sa.Connection,
        values: Values,
        layout: Layout,
        raw: Rows,
        selection: Selection,
        path: str,
    ) -> list[dict[str, Any]]:
        """Items of selected values, with the child rows that were asked for."""
        items = layout.items(raw)
        if not items:
            return items
        attach(self, connection, values, layout, items)
        identities = raw[layout.id_at]
        for children in selection.children:
            at = layout.masked.get(children.name)
            hidden = raw[at] if at is not None else (0,) * len(items)
            parents = [i for i, gone in zip(identities, hidden, strict=True) if not gone]
            lists = self._child_items(connection, values, children, parents, f"{path}{children.name}.")
            for item, identity, gone in zip(items, identities, hidden, strict=True):
                if not gone:
                    item[children.name] = lists.get(identity, [])
        return items

    def _child_items(
        self, connection: sa.Connection, values: Values, children: Children, parents: list[int], path: str
    ) -> dict[int, list[dict[str, Any]]]:
        if path not in self._children:
            select, layout = self.compiler.children(children, self.plan.life)
            self._children[path] = Prepared(select, self.database), layout
        prepared, layout = self._children[path]
        raw = run(prepared, connection, {**values, "parents": id_list(self.database.dialect, parents)})
        items = self.finish(connection, values, layout, raw, children.selection, path)
        lists: dict[int, list[dict[str, Any]]] = {}
        for item, parent in zip(items, raw[-1] if raw else (), strict=True):
            lists.setdefault(parent, []).append(item)
        return lists

    def count(self, connection: sa.Connection, values: Values, cap: int | None = None) -> int:
        """How many rows there are, at most ``cap`` when it is given."""
        ways = None
        if cap is not None:  # what else limits the rows has perhaps an index of its own
            ways = () if self.plan.narrowed else self.reach.ways(self, connection, values, kept=False)
        prepared = self.other("count", ways)
        return int(run(prepared, connection, {**values, "limit": cap})[0][0])

    def ids(self, connection: sa.Connection, values: Values) -> list[int]:
        """The ids of all rows of the question, in no order."""
        found = run(self.other("ids"), connection, values)
        return list(found[0]) if found else []

    def titles(self, connection: sa.Connection, values: Values) -> dict[int, Link]:
        """The rows of the question as links to them."""
        rows = run(self.other("titles"), connection, values)
        return {i: Link(id=i, title=t, deleted=bool(d)) for i, t, d in zip(*rows, strict=True)}

    def id_by(self, connection: sa.Connection, values: Values, unique: Field, value: Any) -> int | None:
        """The id of the row whose unique field has that value."""
        compared = fold(value) if isinstance(value, str) and unique.result.kind == "text" else value
        found = run(self.other("id_by", unique.uid), connection, {**values, "value": compared})
        return int(found[0][0]) if found else None

    def other(self, name: str, detail: Any = None) -> Prepared:
        """Another statement of the plan, prepared once: ``count``, ``ids``, ``titles``, ``id_by``, ``reach`` …"""
        key = (name, detail)
        found = self._others.get(key)
        if found is None:
            match name:
                case "count":
                    select = self.compiler.count(detail)
                case "page_ids":
                    select = self.compiler.page_ids(detail)
                case "branch":
                    select = self.compiler.branch(*detail)
                case "reach" | "near" | "records" | "sets":
                    select = getattr(self.compiler, name)(detail)
                case "shared":
                    select = shared_otherwise(self.compiler, detail)
                case "list":
                    select = list_select(self.compiler, self._listed(detail))
                case "titles of":
                    select = titles_select(self.compiler, self.compiler.relations.model.entity_by_uid[detail])
                case "totals":
                    select = totals_select(self.compiler, *detail)
                case "pivot":
                    select = pivot_select(self.compiler, detail[0], halves=detail[1], few=detail[2])
                case "id_by":
                    select = self.compiler.id_by(detail)
                case _:
                    select = getattr(self.compiler, name)()
            found = self._others[key] = Prepared(select, self.database)
            for oldest in list(self._others)[: max(len(self._others) - KEPT_OTHERS, 0)]:
                self._others.pop(oldest, None)
        return found

    def _listed(self, uid: str) -> Field:
        """The field of that uid, of whichever entity."""
        entities = self.compiler.relations.model.entities.values()
        return next(entity.by_uid[uid] for entity in entities if uid in entity.by_uid)


def reader_of(
    tx: Transaction, actor: Actor, query: Query, life: Life | None = None, decision: Decision | None = None, *,
    narrowed: Grants | None = None,
) -> Reader:  # fmt: skip
    """The reader of a question, made when it is asked for the first time under this model and these grants: the
    actor's own, or what is left of them where less is meant (``narrowed``)."""
    grants = narrowed or grants_of(tx.model, actor)
    database = tx.workspace.database
    chosen = decision or decided(tx, actor, query)
    how = None if chosen is None else chosen.how
    shape = (
        query.entity, query.fields, query.filter, query.sort, query.ids is None, query.deleted, life,
        query.leading and shape_of(query.leading), query.group and query.group.shape(), query.marks,
        how and how.key, grants.key, actor.language,
        database.dialect, database.schema, tx.workspace.zone.key,
    )  # fmt: skip
    kept: dict[Any, Reader] = tx.model.derived.setdefault("readers", {})
    reader = kept.get(shape)
    if reader is None:
        reader = kept[shape] = make_reader(tx, actor.language, plan(query, tx.model, grants, life, how))
        for oldest in list(kept)[: max(len(kept) - KEPT_READERS, 0)]:  # a copy: other threads add meanwhile
            kept.pop(oldest, None)
    return reader


def decided(tx: Transaction, actor: Actor, query: Query) -> Decision | None:
    """How the search of a question is found; the same for all its parts in one transaction."""
    entity = tx.model.entities.get(query.entity)
    grants = grants_of(tx.model, actor)
    if entity is None or not query.search or not query.search.strip() or not grants.may(entity.uid, "read"):
        return None
    key = (entity.uid, query.search, query.deleted, grants.key, actor.user, actor.language)
    if key not in tx.decided:

        def seen(decision: Decision) -> int:
            asked = Query(entity=query.entity, fields=(), search=query.search, deleted=query.deleted)
            values = {**parameters(tx, actor), **decision.values}
            return reader_of(tx, actor, asked, decision=decision).count(tx.connection, values, FEW)

        tx.decided[key] = decide(tx, entity, query.search, seen)
    found: Decision = tx.decided[key]
    return found


def relations_of(tx: Transaction, grants: Grants) -> Relations:
    """Both relations of the model of a transaction, for these grants."""
    return Relations(
        tables=tx.tables, model=tx.model, grants=grants, dialect=tx.dialect, zone=tx.workspace.zone
    )


def make_reader(tx: Transaction, language: str, made: ReadPlan) -> Reader:
    """The reader of a plan, kept by nobody."""
    compiler = Compiler(plan=made, relations=relations_of(tx, made.rights), language=language)
    pages = Pages(compiler=compiler, database=tx.workspace.database)
    return Reader(
        plan=made, compiler=compiler, database=tx.workspace.database, columns=columns_of(made.selection),
        key_count=pages.key_count, reach=Reach(), pages=pages,
    )  # fmt: skip


def columns_of(selection: Selection) -> tuple[Column, ...]:
    """The columns of a page, in the order they were asked for."""
    found = {c.name: Column(name=c.name, path=c.fields, type=c.field.result) for c in selection.columns}
    found |= {c.name: Column(name=c.name, path=(c.field,), type=c.field.result) for c in selection.children}
    return tuple(found[name] for name in selection.order)


def parameters(tx: Transaction, actor: Actor, query: Query | None = None) -> Values:
    """The values of parameters that say who asks, when, and for what."""
    values: Values = {
        "me": actor.user, "now": tx.now, "today": tx.now.astimezone(tx.workspace.zone).date(),
    }  # fmt: skip
    if query is not None and query.search:
        values["search"] = fold(query.search.strip())
        entity = tx.model.entities.get(query.entity)
        values |= searched(tx.model, entity, query.search) if entity is not None else {}
        decision = decided(tx, actor, query)
        values |= decision.values if decision is not None else {}
    if query is not None and query.ids is not None:
        values["ids"] = id_list(tx.dialect, query.ids)
    if query is not None and query.group is not None:
        values |= group_values(tx.model.entities[query.entity], query.group, tx.workspace.zone)
    if query is not None and query.leading is not None:
        values |= leading_values(tx.model, query.leading)
    return values
