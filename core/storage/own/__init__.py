"""Kubik's own tables: configuration, journal, numbers, jobs, people's keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import sqlalchemy as sa

from core.storage.own.configuration import configuration
from core.storage.own.history import history
from core.storage.own.people import looks, people, proofs
from core.storage.own.records import documents, records, work


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTables:
    """The tables that no definition makes; each is documented where it is made."""

    metadata: sa.MetaData
    meta: sa.Table
    model: sa.Table
    head: sa.Table
    search: sa.Table
    plan: sa.Table
    template: sa.Table
    solution_data: sa.Table
    journal: sa.Table
    reader: sa.Table
    sighting: sa.Table
    sighted: sa.Table
    number: sa.Table
    job: sa.Table
    closure: sa.Table
    member: sa.Table
    shared: sa.Table
    origin: sa.Table
    external: sa.Table
    hand: sa.Table
    draft: sa.Table
    view: sa.Table
    preference: sa.Table
    document: sa.Table
    document_file: sa.Table
    idempotency: sa.Table
    credential: sa.Table
    session: sa.Table
    token: sa.Table
    attempt: sa.Table
    factor: sa.Table
    recovery: sa.Table
    invitation: sa.Table
    challenge: sa.Table
    security: sa.Table


@lru_cache(maxsize=16)
def own_tables(schema: str | None, dialect: Literal["sqlite", "postgresql"]) -> OwnTables:
    """The tables in that schema; the two databases differ only in how a journal row knows its transaction."""
    metadata = sa.MetaData(schema=schema)
    return OwnTables(
        metadata=metadata,
        **configuration(metadata),
        **history(metadata, dialect),
        **records(metadata),
        **work(metadata),
        **people(metadata),
        **proofs(metadata),
        **looks(metadata),
        **documents(metadata),
    )
