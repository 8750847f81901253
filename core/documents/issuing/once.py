"""A request that is sent again, by a program with its key or by a person who pressed twice, gets the document it got first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from core import records
from core.access.actor import Actor
from core.documents.issuing.order import Beside
from core.query.issued import Issued
from core.storage.workspace import Transaction


def mark_of(*parts: object) -> str:
    """What tells one request from another, and nothing else of it."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def once(key: str | None, request: str) -> Beside:
    """What keeps a key from issuing twice; ``request`` tells one request from another, None is no key."""
    if not key:
        return Beside()

    def known(tx: Transaction, actor: Actor) -> int | None:
        look = records.first_answer if tx.writing else records.known_answer
        answer = look(tx, actor, key, request)
        return None if answer is None else int(json.loads(answer.body)["document"])

    def kept(tx: Transaction, actor: Actor, issued: Issued) -> None:
        body = json.dumps({"document": issued.id})
        records.keep_answer(tx, actor, key, records.Answer(status=200, headers={}, body=body))

    return Beside(known=known, kept=kept)


def job_once(tx: Transaction, actor: Actor, key: str, request: str, start: Callable[[], int]) -> int:
    """The job that ``start`` begins, or the one that it began for the same key before."""
    answer = records.first_answer(tx, actor, key, request) if key else None
    if answer is not None:
        return int(answer.body)
    job = start()
    if key:
        records.keep_answer(tx, actor, key, records.Answer(status=202, headers={}, body=str(job)))
    return job
