"""Moving a record under another: the same write as in a form, sent by the tree."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from core.errors import KubikError
from core.query import record
from core.query.query import Link
from core.records import update
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, visit
from core.web.render import json_answer
from metamodel.text import number_of
from renderers.lists.asking import asked_list
from renderers.trees.build import tree_of


@post("/e/{entity:str}/tree/{record:int}", sync_to_thread=True, include_in_schema=False)
def place_in_tree(request: AnyRequest, entity: FromPath[str], record: FromPath[int]) -> Response[Any]:
    """Move a record under the one that ``under`` names, none for the top; the answer says where it was."""
    who, asked = visit(request), dict(form_pairs(request))
    was = who.workspace.write(
        lambda tx: _place(who, tx, entity, record, asked.get("view", ""), asked.get("under", ""))
    )
    return json_answer({"was": was})


def _place(who: Visit, tx: Transaction, entity: str, identity: int, view: str, under: str) -> int | None:
    """The id of the record that it stood under."""
    listed = asked_list(who, tx, entity, [("view", view)])
    if listed.view is None or listed.view.kind != "tree":
        raise KubikError("KBK2006")
    parent = tree_of(listed).parent
    item, _ = record(tx, who.actor, entity, identity, (parent.name,))
    above = number_of(under) if under else None
    if under and above is None:
        raise KubikError("KBK2006")
    update(tx, who.actor, entity, identity, {parent.name: above})
    link = item.get(parent.name)
    return link.id if isinstance(link, Link) else None
