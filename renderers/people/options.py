"""People offered while one types: who may sign in, and whom the reader may see."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.query.query import Query
from core.query.read import read
from core.web.context import AnyRequest, reading
from renderers.people.gate import opened

OFFERED = 20


@get("/people/{identity:int}/options", sync_to_thread=True, include_in_schema=False)
def people_options(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """People who could take something over from that one."""
    text = request.query_params.get("q", "").strip()[:200]
    with reading(request) as (who, tx):
        gate = opened(tx, who.actor)
        conditions = [f"id <> {identity}", *(["active"] if gate.may_read("active") else [])]
        asked = Query(
            entity="user", fields=("id", "name"), search=text or None, sort=("name",), limit=OFFERED,
            filter=" AND ".join(conditions),
        )  # fmt: skip
        items = [{"id": item["id"], "title": item["name"]} for item in read(tx, who.actor, asked).items]
    return Response({"items": items})
