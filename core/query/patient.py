"""Questions in a reader's own words that count other records for each one: they take as long as pivots may, not for ever."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from core.query.plan import ReadPlan
from core.storage.patience import patience
from core.storage.workspace import Transaction
from metamodel.expression.tree import Aggregate, walk

MAX_SECONDS = 30.0
"""How long a page and its count may take together where somebody waits for them; jobs take their time."""


def patiently(tx: Transaction, plan: ReadPlan) -> AbstractContextManager[None]:
    """What is asked within: KBK2013 when it takes too long, ended when whoever asked leaves."""
    asked = [each.root for each in (plan.filter, *plan.marks) if each is not None]
    if tx.waiting is None or not any(isinstance(node, Aggregate) for root in asked for node in walk(root)):
        return nullcontext()
    return patience(tx.connection, MAX_SECONDS, tx.waiting)
