"""The versions of the configuration that are stored: what each was, which columns its fields had, which can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.errors import KubikError
from core.solutions.targets import uids_in
from core.storage.load import load_model
from core.storage.workspace import Transaction
from metamodel.messages import message
from metamodel.model import Model
from metamodel.names import SYSTEM_SOLUTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version: when and by whom it was put in force, its columns (by field uid, those not of generation 1).

    ``summary``: ``kind`` (install, change, remove, undo, restore), ``name``, ``lines`` (the change in words, English
    text with parameters), ``undone`` (the version an undo took back), ``journal`` (the last row of the journal then).
    """

    number: int
    at: datetime
    by: int | None
    columns: Mapping[str, int]
    summary: Mapping[str, Any]


def versions(tx: Transaction) -> tuple[Version, ...]:
    """Every version, the first one first."""
    table = tx.tables.own.model
    rows = tx.connection.execute(
        sa.select(table.c.version, table.c.at, table.c.by, table.c.columns, table.c.summary).order_by(
            table.c.version
        )
    )
    return tuple(
        Version(number=r.version, at=r.at, by=r.by, columns=r.columns or {}, summary=r.summary or {})
        for r in rows
    )


def columns_now(tx: Transaction) -> Mapping[str, int]:
    """The columns of the version in force."""
    table = tx.tables.own.model
    found = tx.connection.execute(
        sa.select(table.c.columns).where(table.c.version == tx.model.version)
    ).scalar()
    return found or {}


def document_of(tx: Transaction, number: int) -> Mapping[str, Any]:
    """The document of a version; that of version 0 is empty. KBK2006 when there is none of that number."""
    if number == 0:
        return {}
    table = tx.tables.own.model
    found = tx.connection.execute(sa.select(table.c.document).where(table.c.version == number)).scalar()
    if found is None:
        raise KubikError(
            "KBK2006", message("there is no version {number} of the configuration", number=number)
        )
    return dict(found)


def every_uid(tx: Transaction) -> frozenset[str]:
    """Every uid that any version ever had: a new definition never gets one of these."""
    table = tx.tables.own.model
    found: set[str] = set()
    for document in tx.connection.execute(sa.select(table.c.document)).scalars():
        found.update(uids_in(document))
    return frozenset(found)


def last_with(tx: Transaction, uid: str) -> tuple[Model, int] | None:
    """The last version of the model that had a field of this uid, and the generation of its column."""
    table = tx.tables.own.model
    rows = sa.select(table.c.version, table.c.document, table.c.columns).order_by(table.c.version.desc())
    for version, document, columns in tx.connection.execute(rows):
        if uid in set(uids_in(document)):
            return load_model(tx.connection, tx.tables.own, version), (columns or {}).get(uid, 1)
    return None


def to_undo(known: Sequence[Version]) -> Version:
    """The last change that was not taken back; KBK1104 when there is none.

    The first version, which made the installation, cannot be undone, and what a newer Kubik brought neither: it would
    leave no system solution, or not the one that this Kubik needs.
    """
    stack: list[Version] = []
    for version in known[1:]:
        if "undone" in version.summary:
            stack = [v for v in stack if v.number != version.summary["undone"]]
        elif not of_system(version):
            stack.append(version)
    if not stack:
        raise KubikError("KBK1104")
    return stack[-1]


def of_system(version: Version) -> bool:
    """Whether the version put a system's solution in force: that of a new installation, or of a newer Kubik."""
    return version.summary.get("kind") == "install" and version.summary.get("name") == SYSTEM_SOLUTION
