"""What a deed would do: it is really done to the records in small steps, each of which is taken back."""

from __future__ import annotations

import time
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.names import readable_entity
from core.records.bulk.choosing import chosen_count, chosen_ids
from core.records.bulk.order import AT_ONCE, SIZES, Order, must_grant
from core.records.bulk.report import Report
from core.records.bulk.steps import Done, step
from core.storage.workspace import Transaction, Workspace, tried

MOST_TRIED = 5_000
"""Records that are tried."""

LONGEST = 4.0
"""Seconds that trying takes; then only those that were tried are told about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would come of it: of ``total`` records ``report`` tells about those that were tried."""

    total: int
    report: Report

    @property
    def whole(self) -> bool:
        """Whether every record was tried."""
        return self.report.dealt >= self.total

    @property
    def at_once(self) -> bool:
        """Whether it is few enough to be done within the request."""
        return self.whole and self.total <= AT_ONCE


def preview(workspace: Workspace, actor: Actor, order: Order) -> Preview:
    """Try the deed; KBK4002 when it is granted nowhere, and whatever the filter of a list is refused with."""
    with workspace.read() as tx:
        must_grant(
            grants_of(tx.model, actor),
            readable_entity(tx.model, grants_of(tx.model, actor), order.entity),
            order,
        )
        total = chosen_count(tx, actor, order)
    report, size, began = Report(), SIZES.first, time.perf_counter()
    while report.dealt < MOST_TRIED and (report.dealt < AT_ONCE or time.perf_counter() - began < LONGEST):
        tried, spent = _try(workspace, actor, order, report.last, size)
        if tried is None:
            break
        last, done = tried
        report = report.plus(last=last, changed=len(done.changed), same=len(done.same), left=done.left)
        size = SIZES.following(size, spent)
    return Preview(total=max(total, report.dealt), report=report)


def _try(
    workspace: Workspace, actor: Actor, order: Order, after: int, size: int
) -> tuple[tuple[int, Done] | None, float]:
    began = time.perf_counter()

    def action(tx: Transaction) -> tuple[int, Done] | None:
        nonlocal began
        began = time.perf_counter()
        ids = chosen_ids(tx, actor, order, after, size)
        if not ids:
            return None
        with tried(tx):
            return ids[-1], step(tx, actor, order, ids)

    return workspace.write(action), time.perf_counter() - began
