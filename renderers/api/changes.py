"""The feed of changes: what happened since a position, under the caller's rights."""

from __future__ import annotations

from core import query
from core.web.caller import reading
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from core.web.parameters import Parameter, names, whole_number
from renderers.api.records import LIMIT, MAX_LIMIT

ENTITIES = Parameter(name="entity", about="Names of entities, parted by commas; absent: all", many=True)
AFTER = Parameter(name="after", about="The `next` of the answer before")


def changes(call: Call) -> Answer:
    """Changes after a position, oldest first; without one, from the beginning."""
    limit = whole_number(call.query, "limit", 50, 1, MAX_LIMIT)
    with reading(call) as (transaction, actor):
        found = query.changes(transaction, actor, call.query.get("after"), names(call.query, "entity"), limit)
    return answer_json({"items": found.items, "next": found.next})


OPERATIONS = (
    Operation(
        method="GET", path="/api/changes", run=changes, summary="Changes since a position",
        parameters=(AFTER, ENTITIES, LIMIT),
        answer="changes",
    ),
)  # fmt: skip
