"""The model over HTTP: what is configured."""

from __future__ import annotations

from core.web.caller import reading
from core.web.conditions import etag
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from renderers.api.visible_model import visible_model


def read_model(call: Call) -> Answer:
    """The configuration that the caller may see; its version is the ETag."""
    with reading(call) as (transaction, actor):
        document = visible_model(transaction.model, actor)
    return answer_json(document, 200, etag(document["version"]))


OPERATIONS = (
    Operation(
        method="GET", path="/api/model", run=read_model, summary="The configuration that the caller may see",
        answer={"type": "object"},
    ),
)  # fmt: skip
