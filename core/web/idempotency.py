"""``Idempotency-Key``: a request sent again within a day gets the first answer and is not done twice.

Follows draft-ietf-httpapi-idempotency-key-header; the answer is kept in the transaction that made it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from core import records
from core.access.actor import Actor
from core.errors import KubikError
from core.records.erasing.holding import while_keeping
from core.storage.workspace import Transaction
from core.web.exchange import Answer, Call
from metamodel.messages import message

HEADER = b"idempotency-key"
MAX_LENGTH = 255

Action = Callable[[Transaction, Actor], Answer]


def once(call: Call, action: Action) -> Action:
    """``action``, done once for a key; without the header it is done as it is."""
    key = key_of(call)
    if key is None:
        return action
    request = fingerprint(call)

    def kept(transaction: Transaction, actor: Actor) -> Answer:
        while_keeping(transaction)  # the answer is made of what an erasure may be taking away
        known = records.first_answer(transaction, actor, key, request)
        if known is not None:
            return _again(known)
        answer = action(transaction, actor)
        headers = {name.decode(): value.decode("latin-1") for name, value in answer.headers}
        first = records.Answer(status=answer.status, headers=headers, body=answer.body.decode())
        records.keep_answer(transaction, actor, key, first)
        return answer

    return kept


def key_of(call: Call) -> str | None:
    """The key that a call was sent with; KBK2000 for one that is none."""
    key = call.header(HEADER)
    if key is not None and (not 0 < len(key) <= MAX_LENGTH or not key.isascii() or not key.isprintable()):
        raise KubikError(
            "KBK2000", message("Idempotency-Key must have 1 to {most} ASCII characters.", most=MAX_LENGTH)
        )
    return key


def fingerprint(call: Call) -> str:
    """What tells a request from others: its method, path, query and body."""
    digest = hmac.new(call.site.workspace.secret_key, digestmod=hashlib.sha256)  # a body may hold a secret
    for part in (call.method.encode(), call.path.encode(), call.query_string, call.body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _again(known: records.Answer) -> Answer:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in known.headers.items()]
    return Answer(
        status=known.status, body=known.body.encode(), headers=[*headers, (b"idempotent-replayed", b"true")]
    )
