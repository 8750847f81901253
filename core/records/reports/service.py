"""Saved reports: a person's own, and those that somebody shared with a role of theirs; kept beside saved views.

Nobody sees another's report that is not shared with them: it is answered as one that does not exist. What a shared
one names is read under the reader's own rights when it is opened, here is nothing but its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.access.managing import may_everything
from core.errors import KubikError
from core.query.filters import parse_filter
from core.query.names import readable_entity
from core.query.pivot.resolving import resolve
from core.records.reports.keeping import lasting, today
from core.records.reports.opening import Opened, ReportState, open_state
from core.records.saved import (
    LABEL,
    REPORT,
    add_saved,
    delete_saved,
    label_of,
    person_of,
    roles_to_share,
    write_saved,
)
from core.storage.types import TEXT
from core.storage.workspace import Transaction
from metamodel.errors import ProblemsFound
from metamodel.messages import Message, message
from metamodel.model import Entity, Model
from metamodel.reports import CHARTS

MOST = 200
"""Reports of one person."""
NOBODY = message("Reports are saved by the people whose they are.")
MISNAMED = message("A name of a report has from 1 to {most} letters.", most=LABEL)
UNSHAREABLE = message("You share reports with roles of your own and those below them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReport:
    """A report somebody saved; ``mine`` when it is the reader's own, ``roles`` (uids) those it is shared with.

    ``state`` is in names of today, ``wrong`` tells what of it is gone; `opened` leaves out what its reader may not see.
    """

    uid: str
    entity: str
    label: str
    state: ReportState
    mine: bool
    owner: int
    roles: tuple[str, ...] = ()
    wrong: tuple[Message, ...] = ()

    def opened(self, model: Model, grants: Grants) -> Opened:
        """The report as its reader has it."""
        return open_state(model, grants, model.entity_by_uid[self.entity], self.state, self.wrong)


def saved_reports(tx: Transaction, actor: Actor) -> tuple[SavedReport, ...]:
    """The reports that a person has, of entities they may read: their own by name, then those shared with their roles."""
    if actor.person is None:
        return ()
    table = tx.tables.own.view
    seen = sa.or_(table.c.owner == actor.person, table.c.roles != [])
    found = [made for row in _rows(tx, seen) if (made := _made(tx, actor, row)) is not None]
    return tuple(sorted(found, key=lambda report: (not report.mine, report.label.casefold(), report.uid)))


def saved_report(tx: Transaction, actor: Actor, uid: str) -> SavedReport:
    """One of them; KBK2006 for one that is not there or not for this person, alike."""
    found = None
    if actor.person is not None:
        rows = _rows(tx, tx.tables.own.view.c.uid == sa.literal(uid[:40], TEXT))
        found = next((made for row in rows if (made := _made(tx, actor, row)) is not None), None)
    if found is None:
        raise KubikError("KBK2006")
    return found


def save_report(tx: Transaction, actor: Actor, entity: str, label: str, state: ReportState) -> str:
    """Save a new report of one's own over an entity (name); its uid. Refuses as a pivot does, each part at its place."""
    person, found = person_of(actor, NOBODY), readable_entity(tx.model, grants_of(tx.model, actor), entity)
    name, kept = label_of(label, MISNAMED), _kept(tx, actor, found, state)
    table = tx.tables.own.view
    mine = sa.select(sa.func.count()).where(table.c.owner == person, table.c.kind == REPORT)
    if tx.connection.execute(mine).scalar_one() >= MOST:
        raise KubikError("KBK2000", message("There are {most} reports already: delete one first.", most=MOST))
    return add_saved(tx, owner=person, entity=found.uid, label=name, kind=REPORT, state=kept, place=0)


def save_report_state(tx: Transaction, actor: Actor, uid: str, state: ReportState) -> None:
    """Save what a report of one's own says now."""
    found = _own(tx, actor, uid)
    kept = _kept(tx, actor, tx.model.entity_by_uid[found.entity], state)
    write_saved(tx, uid, state=kept, changed_at=tx.now)


def rename_report(tx: Transaction, actor: Actor, uid: str, label: str) -> None:
    """Call a report of one's own otherwise."""
    _own(tx, actor, uid)
    write_saved(tx, uid, label=label_of(label, MISNAMED))


def share_report(tx: Transaction, actor: Actor, uid: str, roles: Sequence[str]) -> None:
    """Share a report of one's own with these roles (uids) and no other; KBK4002 for one neither held nor managed."""
    before = _own(tx, actor, uid).roles
    write_saved(tx, uid, roles=roles_to_share(tx, actor, before, roles, UNSHAREABLE))


def delete_report(tx: Transaction, actor: Actor, uid: str) -> None:
    """End a report of one's own; who may everything ends any that is shared with a role of theirs."""
    person_of(actor, NOBODY)
    if not saved_report(tx, actor, uid).mine and not may_everything(tx.model, actor):
        raise _not_yours()
    delete_saved(tx, uid)


def _rows(tx: Transaction, condition: Any) -> Sequence[Any]:
    table = tx.tables.own.view
    columns = (table.c.uid, table.c.owner, table.c.entity, table.c.label, table.c.state, table.c.roles)
    return tx.connection.execute(sa.select(*columns).where(table.c.kind == REPORT, condition)).all()


def _made(tx: Transaction, actor: Actor, row: Any) -> SavedReport | None:
    """The report of a row; None for somebody whose it is not, or who does not read its entity."""
    uid, owner, entity_uid, label, state, roles = row
    mine = owner == actor.person
    entity = tx.model.entity_by_uid.get(entity_uid)
    if entity is None or not grants_of(tx.model, actor).may(entity.uid, "read"):
        return None
    if not mine and not set(roles) & set(actor.roles):
        return None
    named, wrong = today(tx.model, entity, state)
    return SavedReport(
        uid=uid, entity=entity.uid, label=label, state=named, mine=mine, owner=owner, roles=tuple(roles),
        wrong=wrong,
    )  # fmt: skip


def _own(tx: Transaction, actor: Actor, uid: str) -> SavedReport:
    """A report that is the person's own to change."""
    person_of(actor, NOBODY)
    found = saved_report(tx, actor, uid)
    if not found.mine:
        raise _not_yours()
    return found


def _kept(tx: Transaction, actor: Actor, entity: Entity, state: ReportState) -> dict[str, Any]:
    grants = grants_of(tx.model, actor)
    resolve(state.query(entity.name), tx.model, grants)
    parse_filter(tx.model, grants, entity, state.filter)
    chart = state.chart
    if chart is not None and (chart.kind not in CHARTS or not 0 <= chart.value < len(state.values)):
        raise KubikError("KBK2000", message("There is no such chart of this report."))
    try:
        return lasting(tx.model, entity, state)
    except ProblemsFound as found:
        raise KubikError("KBK2002", errors=found.problems) from None


def _not_yours() -> KubikError:
    return KubikError("KBK4002", message("This report belongs to somebody else: save one of your own."))
