"""Groups: who is in them, which roles they give, which groups stand inside them."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from core.access.grants import grants_of
from core.access.roster import group_sizes
from core.errors import KubikError
from core.query.query import Query
from core.query.read import read
from core.web.context import AnyRequest, reading
from core.web.render import render
from renderers.pages.administration import reads
from renderers.pages.shell import make_shell
from renderers.people.view import GroupLine, GroupsView

HERE = "/groups"
MOST = 500


@get(HERE, sync_to_thread=True, include_in_schema=False)
def groups_page(request: AnyRequest) -> Response[Any]:
    """All groups that the reader sees."""
    with reading(request) as (who, tx):
        group, grants = tx.model.entities.get("group"), grants_of(tx.model, who.actor)
        if group is None or not reads("group")(tx.model, who.actor):
            raise KubikError("KBK2006")
        readable = grants.readable(group.uid)
        names = ("id", "name", "groups", "roles", "note")
        fields = tuple(name for name in names if group.by_name[name].uid in readable)
        items = read(tx, who.actor, Query(entity="group", fields=fields, sort=("name",), limit=MOST)).items
        sizes = group_sizes(tx, [item["id"] for item in items]) if _tells(readable, group) else {}
        view = GroupsView(
            lines=tuple(
                GroupLine(
                    href=f"/e/group/{item['id']}",
                    name=item.get("name") or f"#{item['id']}",
                    people=str(sizes.get(item["id"], 0) or ""),
                    roles=_titles(item.get("roles")),
                    groups=_titles(item.get("groups")),
                    note=(item.get("note") or "").splitlines()[0] if item.get("note") else "",
                )
                for item in items
            ),
            create_href="/e/group/new" if grants.may(group.uid, "create") else "",
            list_href="/e/group",
        )
        shell = make_shell(request, who, tx, place=HERE)
        return render(who, "people/groups.html", page=view, shell=shell)


def _tells(readable: Any, group: Any) -> bool:
    """Whether the reader may know who is in a group, and so how many."""
    return group.by_name["members"].uid in readable


def _titles(links: Any) -> tuple[str, ...]:
    return tuple(str(link.title) for link in links or () if not link.hidden)
