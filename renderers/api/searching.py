"""One search over everything that the caller may read."""

from __future__ import annotations

from core.query.searching.everywhere import Hit, search
from core.web.caller import reading
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from core.web.parameters import Parameter, refuse, whole_number
from metamodel.messages import message
from renderers.api.records import CURSOR

MOST = 100

LIMIT = Parameter(
    name="limit",
    about="Records of a page",
    schema={"type": "integer", "minimum": 1, "maximum": MOST, "default": 20},
)
TEXT = Parameter(name="q", about="Words to find: all of them, each a part or a form of a word")


def search_everywhere(call: Call) -> Answer:
    """A page of what is found: what is called just so, then the newest of each entity."""
    text = call.query.get("q")
    if text is None:
        raise refuse("q", message("The parameter “{name}” is missing.", name="q"))
    limit = whole_number(call.query, "limit", 20, 1, MOST)
    with reading(call) as (transaction, actor):
        found = search(transaction, actor, text, limit=limit, cursor=call.query.get("cursor"))
    return answer_json({"items": [described(hit) for hit in found.items], "next": found.next})


def described(hit: Hit) -> dict[str, object]:
    """A hit as the API writes it; that of a child row with the record that it belongs to."""
    told: dict[str, object] = {
        "entity": hit.entity.name, "id": hit.id, "title": hit.title, "excerpt": hit.excerpt
    }  # fmt: skip
    if hit.owner is not None:
        told["parent"] = {"entity": hit.owner.entity.name, "id": hit.owner.id, "title": hit.owner.title}
    return told


OPERATIONS = (
    Operation(
        method="GET", path="/api/search", run=search_everywhere, summary="Search in everything that may be read",
        parameters=(TEXT, LIMIT, CURSOR), answer="search",
    ),
)  # fmt: skip
