"""``Idempotency-Key``: a request sent again within a day gets the first answer and is not done twice.

Follows draft-ietf-httpapi-idempotency-key-header; the answer is kept in the transaction that made it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from core.access.actor import Actor
from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.exchange import Answer, Call
from metamodel.messages import message

HEADER = b"idempotency-key"
MAX_LENGTH = 255
KEPT = timedelta(hours=24)

Action = Callable[[Transaction, Actor], Answer]


def once(call: Call, action: Action) -> Action:
    """``action``, done once for a key; without the header it is done as it is."""
    key = call.header(HEADER)
    if key is None:
        return action
    if not 0 < len(key) <= MAX_LENGTH or not key.isascii() or not key.isprintable():
        raise KubikError("KBK2000", message("Idempotency-Key must have 1 to {most} ASCII characters.", most=MAX_LENGTH))
    request = _fingerprint(call)

    def kept(transaction: Transaction, actor: Actor) -> Answer:
        who = f"token:{actor.token}" if actor.token is not None else f"user:{actor.user}"
        table = transaction.tables.own.idempotency
        transaction.connection.execute(sa.delete(table).where(table.c.at < transaction.now - KEPT))
        mine = sa.and_(table.c.caller == who, table.c.key == key)
        row = transaction.connection.execute(sa.select(table).where(mine)).mappings().first()
        if row is not None:
            if row["request"] != request:
                raise KubikError("KBK2008")
            return _answer(row["status"], row["headers"], row["body"])
        # First the key: of two at the same time the second one waits here, fails and is done again.
        values = {"caller": who, "key": key, "request": request, "at": transaction.now}
        transaction.connection.execute(sa.insert(table).values(**values))
        answer = action(transaction, actor)
        headers = [[name.decode(), value.decode("latin-1")] for name, value in answer.headers]
        transaction.connection.execute(
            sa.update(table).where(mine).values(status=answer.status, headers=headers, body=answer.body.decode())
        )
        return answer

    return kept


def _fingerprint(call: Call) -> str:
    parts = (call.method.encode(), call.path.encode(), call.query_string, call.header(b"if-match") or "", call.body)
    digest = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def _answer(status: int, headers: list[list[str]], body: str) -> Answer:
    known = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return Answer(status=status, body=body.encode(), headers=[*known, (b"idempotent-replayed", b"true")])
