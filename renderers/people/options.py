"""People offered while one types: who may sign in, and whom the reader may see."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from core.query.query import Query
from core.query.read import read
from core.web.context import AnyRequest, reading
from renderers.people.gate import opened

OFFERED = 20


@get("/people/options", sync_to_thread=True, include_in_schema=False)
def people_options(request: AnyRequest) -> Response[Any]:
    """People who could take something over; ``but`` is the one who leaves."""
    but = request.query_params.get("but", "")
    text = request.query_params.get("q", "").strip()[:200]
    with reading(request) as (who, tx):
        gate = opened(tx, who.actor)
        conditions = ["active"] if gate.may_read("active") else []
        if but.isascii() and but.isdigit() and len(but) < 19:
            conditions.append(f"id <> {int(but)}")
        asked = Query(
            entity="user", fields=("id", "name"), search=text or None, sort=("name",), limit=OFFERED,
            filter=" AND ".join(conditions) or None,
        )  # fmt: skip
        items = [{"id": item["id"], "title": item["name"]} for item in read(tx, who.actor, asked).items]
    return Response({"items": items})
