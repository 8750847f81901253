"""Secrets: told one by one, on request, to who has the right; the journal says so first."""

from __future__ import annotations

from core.records.reveal import reveal
from core.web.caller import writing
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation


def reveal_secret(call: Call) -> Answer:
    """The secret of one field of one record; nobody on the way keeps the answer."""
    entity, record, field = call.values["entity"], call.identifier(), call.values["field"]
    text = writing(call, lambda transaction, actor: reveal(transaction, actor, entity, record, field))
    return answer_json({"value": text}, 200, (b"cache-control", b"no-store"))


OPERATIONS = (
    Operation(
        method="POST", path="/api/records/{entity}/{id}/reveal/{field}", run=reveal_secret, about="reveal",
        summary="Tell a secret",
        answer={"type": "object", "properties": {"value": {"type": ["string", "null"]}}, "required": ["value"]},
    ),
)  # fmt: skip
