"""Positions of the journal's readers: each row is read once, as soon as it is committed, however long others run.

On SQLite a position is the number of the last row read: rows are committed in their order. On PostgreSQL numbers are
given before commits, so a position is a snapshot: new are the rows of transactions that it did not see. A reader that
takes its rows in portions stands between two snapshots, behind a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.errors import KubikError
from metamodel.messages import message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a reader has come: behind row ``seq`` of those that snapshot ``to`` sees and ``since`` does not.

    Without ``to`` everything that ``since`` sees is read; SQLite has ``seq`` alone.
    """

    seq: int = 0
    since: str | None = None
    to: str | None = None

    def values(self) -> tuple[int, str | None, str | None]:
        """What it is made of, to be written down."""
        return self.seq, self.since, self.to


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Rows of the journal in order (all its columns but the transaction), and where to go on."""

    rows: Sequence[sa.Row[Any]]
    next: Position
    more: bool


class _Snapshot(sa.types.UserDefinedType[str]):
    """PostgreSQL's pg_snapshot, as text."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "pg_snapshot"


BEGINNING = Position()
"""Before the first row."""


def present(tx: Transaction) -> Position:
    """Behind every row that is there."""
    journal = tx.tables.own.journal
    if tx.dialect == "postgresql":
        return Position(since=_current_snapshot(tx))
    return Position(seq=tx.connection.execute(sa.select(sa.func.max(journal.c.seq))).scalar() or 0)


def read_journal(
    tx: Transaction, position: Position, limit: int, entities: Sequence[str] | None = None
) -> Portion:
    """The next rows, at most ``limit``; of these entities (uids) only, when they are given."""
    journal = tx.tables.own.journal
    columns = [journal.c[name] for name in ("seq", "at", "by", "kind", "entity", "record", "version", "diff")]
    select = sa.select(*columns).where(journal.c.seq > position.seq)
    if entities is not None:
        select = select.where(sa.or_(sa.false(), *(journal.c.entity == uid for uid in entities)))
    to = position.to
    if tx.dialect == "postgresql":
        now = _current_snapshot(tx)
        to = to or now
        if _end(position.since or to) > _end(now) or _end(to) > _end(now):
            raise KubikError("KBK2004", message("the position is of another database: start anew"))
        select = select.where(*_between(journal, position.since, to))
        if position.since is not None and _near(position.since, to):
            # Without this fence the planner walks the whole journal by seq, for a portion that is nearly empty.
            fresh = select.order_by(journal.c.tx).cte("fresh").prefix_with("MATERIALIZED")
            select = sa.select(*fresh.c)
    rows = tx.connection.execute(select.order_by(select.selected_columns["seq"]).limit(limit + 1)).all()
    more, rows = len(rows) > limit, rows[:limit]
    if more:
        following = Position(seq=rows[-1].seq, since=position.since, to=to)
    elif tx.dialect == "postgresql":
        following = Position(since=to)
    else:
        following = Position(seq=max(position.seq, present(tx).seq))
    return Portion(rows=rows, next=following, more=more)


def _between(journal: sa.Table, since: str | None, to: str) -> list[sa.ColumnElement[bool]]:
    seen: list[sa.ColumnElement[bool]] = [
        sa.func.pg_visible_in_snapshot(journal.c.tx, _snapshot(to), type_=sa.Boolean())
    ]
    if since is not None:
        seen.append(journal.c.tx >= sa.func.pg_snapshot_xmin(_snapshot(since)))
        seen.append(
            sa.not_(sa.func.pg_visible_in_snapshot(journal.c.tx, _snapshot(since), type_=sa.Boolean()))
        )
    return seen


NEAR = 20_000
"""Transactions between two snapshots, up to which their rows are gathered at once; further back seq is walked."""


def _near(since: str, to: str) -> bool:
    return _end(to) - int(since.split(":")[0]) <= NEAR


def _end(snapshot: str) -> int:
    """The first transaction that had not begun."""
    return int(snapshot.split(":")[1])


def _snapshot(text: str) -> sa.ColumnElement[str]:
    return sa.cast(sa.literal(text, sa.Text()), _Snapshot())


def _current_snapshot(tx: Transaction) -> str:
    current = sa.cast(sa.func.pg_current_snapshot(), sa.Text())
    return str(tx.connection.execute(sa.select(current)).scalar_one())
