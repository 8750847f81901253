"""What happened everywhere, the newest first, under the rights of the reader as they are now.

The journal is walked backwards from a place in it, in windows of its numbers: however few of its rows fit a question, or
may be seen, the work of one answer is bounded. An answer that found little says how far it looked; the next one goes on
there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.errors import KubikError
from core.history.journal import KINDS
from core.query.cells_read import cells_read
from core.query.cursor import read_cursor, write_cursor
from core.query.history import told_changes
from core.query.issued import documents
from core.query.names import readable_entity
from core.query.plan import page_limit
from core.query.read import visible_ids
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Entity, Field

PORTION = 500
"""Rows that fit the question, whose rights are asked together."""

WINDOW = 20_000
"""Numbers of the journal looked through by one statement."""

SECONDS = 0.3
"""How long one answer looks back when it finds little."""

BESIDE = frozenset(("file", "user_role"))
"""Entities that only serve others: their records are told of where they stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the feed is wanted; all of it by default. ``begins`` is included, ``ends`` is not."""

    entities: tuple[str, ...] = ()
    by: int | None = None
    kind: str | None = None
    action: str | None = None
    begins: datetime | None = None
    ends: datetime | None = None

    def bound(self) -> tuple[Any, ...]:
        """What a cursor of this question is good for."""
        return (self.entities, self.by, self.kind, self.action, str(self.begins), str(self.ends))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """Changes as `core.query.history` tells them, each with ``entity, id, title``; ``next`` is where to go on.

    ``looked_to`` is the moment back to which everything was looked through; ``more`` says that the page is full, else the
    time for one answer was over, or, without ``next``, everything was seen.
    """

    items: list[dict[str, Any]]
    next: str | None
    looked_to: datetime | None
    more: bool


def feed(tx: Transaction, actor: Actor, asked: Asked, cursor: str | None = None, limit: int = 50) -> FeedPage:
    """What happened to records that the actor may see, in the bin or not, as far as cells may be read now.

    KBK2006 for an entity or an action that is not there for them; KBK2004 for a cursor of another question.
    """
    limit = page_limit(limit)
    grants = grants_of(tx.model, actor)
    wanted = _entities(tx, grants, asked.entities)
    action = _action(tx, asked.action, wanted)
    bound = ("feed", actor.user, grants.key, *asked.bound())
    before = read_cursor(tx.workspace.secret_key, bound, cursor, 1)[0] if cursor else _end(tx, asked.ends)
    walk = _Walk(tx=tx, actor=actor, entities=wanted, conditions=_conditions(tx, actor, asked, action))
    found = walk.back(before, limit, _beginning(tx, asked.begins))
    following = None if walk.ended else write_cursor(tx.workspace.secret_key, bound, (walk.before,))
    items = told_changes(tx, actor, found, walk.cells)
    return FeedPage(items=items, next=following, looked_to=walk.looked_to, more=len(found) >= limit)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One walk back through the journal: ``before`` is where it stands."""

    tx: Transaction
    actor: Actor
    entities: Mapping[str, Entity]
    conditions: Sequence[sa.ColumnElement[bool]]
    cells: dict[tuple[str, int], Mapping[str, Field]] = field(default_factory=dict)
    issued: set[int] = field(default_factory=set)
    before: int = 0
    looked_to: datetime | None = None
    ended: bool = False

    def back(self, before: int, limit: int, least: int) -> list[Any]:
        """The newest rows below a number that may be seen, at most ``limit``, none below ``least``."""
        self.before = before
        found: list[Any] = []
        over, portion = time.monotonic() + SECONDS, min(PORTION, 2 * limit)
        while self.entities and self.before > least and len(found) < limit:
            bottom = max(least, self.before - WINDOW)
            rows = self._rows(bottom, portion)
            self._ask(rows)
            for row in rows:
                if len(found) == limit:
                    break
                self.before, self.looked_to = row.seq, row.at
                if self._told(row):
                    found.append(row)
            else:
                if len(rows) < portion:
                    self.before = bottom
                portion = PORTION
            if time.monotonic() > over:
                break
        self.ended = self.before <= least or not self.entities
        if not self.ended and len(found) < limit:
            self.looked_to = self._at(self.before) or self.looked_to
        return found

    def _rows(self, bottom: int, portion: int) -> Sequence[Any]:
        journal = self.tx.tables.own.journal
        select = sa.select(journal).where(
            journal.c.seq < self.before, journal.c.seq >= bottom, *self.conditions
        )
        select = select.where(journal.c.entity.in_(sorted(self.entities)))
        return self.tx.connection.execute(select.order_by(journal.c.seq.desc()).limit(portion)).all()

    def _ask(self, rows: Sequence[Any]) -> None:
        """Which of these records may be seen, and which of their cells, each entity asked once."""
        unknown: dict[str, set[int]] = {}
        self.issued |= documents(self.tx, self.actor, {row.document for row in rows if row.document}).keys()
        for row in rows:
            if (row.entity, row.record) not in self.cells:
                unknown.setdefault(row.entity, set()).add(row.record)
        for uid, ids in unknown.items():
            found = cells_read(self.tx, self.actor, self.entities[uid], ids)
            for record in ids:
                self.cells[uid, record] = found.get(record, _UNSEEN)

    def _told(self, row: Any) -> bool:
        """Whether the row is told: its record is seen, and something of the change is the reader's to know."""
        cells = self.cells[row.entity, row.record]
        if cells is _UNSEEN or (row.document is not None and row.document not in self.issued):
            return False
        return row.kind != "updated" or not row.diff or any(uid in cells for uid in row.diff)

    def _at(self, seq: int) -> datetime | None:
        journal = self.tx.tables.own.journal
        found: datetime | None = self.tx.connection.execute(
            sa.select(journal.c.at).where(journal.c.seq >= seq).order_by(journal.c.seq).limit(1)
        ).scalar()
        return found


_UNSEEN: Mapping[str, Field] = {}


def _entities(tx: Transaction, grants: Grants, names: Sequence[str]) -> dict[str, Entity]:
    """By uid, the entities asked for, or all that may be read and stand for themselves: of a change in child rows the
    record that owns them tells."""
    if names:
        return {e.uid: e for e in (readable_entity(tx.model, grants, name) for name in names)}
    return {
        e.uid: e
        for e in tx.model.entities.values()
        if e.parent is None and e.name not in BESIDE and grants.may(e.uid, "read")
    }


def _action(tx: Transaction, name: str | None, entities: Mapping[str, Entity]) -> str | None:
    if name is None:
        return None
    found = tx.model.actions.get(name)
    if found is None or found.entity not in entities:
        raise KubikError("KBK2006", message("there is no action “{name}”", name=name[:100]))
    return found.uid


def _conditions(
    tx: Transaction, actor: Actor, asked: Asked, action: str | None
) -> list[sa.ColumnElement[bool]]:
    journal = tx.tables.own.journal
    found: list[sa.ColumnElement[bool]] = []
    if asked.by is not None:
        known = asked.by == actor.person or visible_ids(
            tx, actor, tx.model.entities["user"], (asked.by,), "any"
        )
        found.append(journal.c.by == asked.by if known else sa.false())
    if asked.kind is not None:
        if asked.kind not in KINDS:
            raise KubikError(
                "KBK2009", message("“{kind}” is none of: {known}", kind=asked.kind[:50], known=list(KINDS))
            )
        found.append(journal.c.kind == asked.kind)
    if action is not None:
        found.append(journal.c.action == action)
    if asked.begins is not None:
        found.append(journal.c.at >= asked.begins)
    if asked.ends is not None:
        found.append(journal.c.at < asked.ends)
    return found


SLACK = 2000
"""Numbers of the journal by which it may not be in the order of its moments: transactions that ran at once."""


def _end(tx: Transaction, moment: datetime | None) -> int:
    """A number above every row before a moment; without one above every row."""
    last = tx.connection.execute(sa.select(sa.func.max(tx.tables.own.journal.c.seq))).scalar() or 0
    return int(last) + 1 if moment is None else min(int(last) + 1, _seq_at(tx, moment, int(last)) + SLACK)


def _beginning(tx: Transaction, moment: datetime | None) -> int:
    """A number that every row from a moment on is not below."""
    if moment is None:
        first = tx.connection.execute(sa.select(sa.func.min(tx.tables.own.journal.c.seq))).scalar()
        return int(first or 1)
    last = tx.connection.execute(sa.select(sa.func.max(tx.tables.own.journal.c.seq))).scalar() or 0
    return max(1, _seq_at(tx, moment, int(last)) - SLACK)


def _seq_at(tx: Transaction, moment: datetime, last: int) -> int:
    """About the number of the first row at or after a moment, found by halving."""
    journal = tx.tables.own.journal
    select = sa.select(journal.c.at).where(journal.c.seq >= sa.bindparam("seq"))
    select = select.order_by(journal.c.seq).limit(1)
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        at = tx.connection.execute(select, {"seq": middle}).scalar()
        if at is None or at >= moment:
            high = middle
        else:
            low = middle + 1
    return low
