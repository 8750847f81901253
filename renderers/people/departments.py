"""Departments as the tree they are: who heads each, how many people are in it, and with those below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from litestar import Response, get

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.query import Link, Query
from core.query.read import read
from core.query.totals import totals
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import render
from renderers.pages.administration import reads
from renderers.pages.people import person as drawn
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words
from renderers.people.gate import manages_people
from renderers.people.view import DepartmentLine, DepartmentsView

HERE = "/departments"
MOST = 1000
"""Departments on the page; of more, the first by name, and the list of records has them all."""

Items = Sequence[Mapping[str, Any]]


@get(HERE, sync_to_thread=True, include_in_schema=False)
def departments_page(request: AnyRequest) -> Response[Any]:
    """The tree."""
    with reading(request) as (who, tx):
        department, grants = tx.model.entities["department"], grants_of(tx.model, who.actor)
        if not reads("department")(tx.model, who.actor):
            raise KubikError("KBK2006")
        readable = grants.readable(department.uid)
        fields = tuple(n for n in ("id", "name", "parent", "head") if department.by_name[n].uid in readable)
        page = read(tx, who.actor, Query(entity="department", fields=fields, sort=("name",), limit=MOST))
        people = manages_people(tx.model, who.actor)
        view = DepartmentsView(
            lines=tuple(_lines(who, page.items, _people(who, tx), linked=people)),
            create_href="/e/department/new" if grants.may(department.uid, "create") else "",
            list_href="/e/department",
            more=page.next is not None,
        )
        shell = make_shell(request, who, tx, place=HERE)
        return render(who, "people/departments.html", page=view, shell=shell)


def _people(who: Visit, tx: Transaction) -> Mapping[int, int]:
    """How many people that may sign in are in each department, as far as the reader may see that."""
    user, grants = tx.model.entities["user"], grants_of(tx.model, who.actor)
    readable = grants.readable(user.uid) if grants.may(user.uid, "read") else {}
    department, active = user.by_name["department"].uid, user.by_name["active"].uid
    if department not in readable:
        return {}
    asked = Query(entity="user", filter="active" if active in readable else None)
    return {
        each.value: each.count for each in totals(tx, who.actor, asked, department) if each.value is not None
    }


def _lines(who: Visit, items: Items, people: Mapping[int, int], *, linked: bool) -> Iterator[DepartmentLine]:
    """Parents before those inside them; one whose parent is out of sight stands at the top."""
    known = {item["id"] for item in items}
    below: dict[int | None, list[Mapping[str, Any]]] = {}
    for item in items:
        parent = item.get("parent")
        above = parent.id if isinstance(parent, Link) and parent.id in known else None
        below.setdefault(above, []).append(item)

    def whole(identity: int) -> int:
        return people.get(identity, 0) + sum(whole(each["id"]) for each in below.get(identity, ()))

    def walk(above: int | None, depth: int) -> Iterator[DepartmentLine]:
        for item in below.get(above, ()):
            identity, head = item["id"], item.get("head")
            seen = head if isinstance(head, Link) and head.id is not None else None
            yield DepartmentLine(
                href=f"/e/department/{identity}",
                name=item.get("name") or f"#{identity}",
                depth=min(depth, 8),
                head=drawn(seen.id, title_words(seen.title, seen.id or 0, who.texts)) if seen else None,
                own=str(people.get(identity, 0) or ""),
                whole=str(whole(identity) or ""),
                people_href=f"/people?department={identity}" if linked else "",
            )
            yield from walk(identity, depth + 1)

    return walk(None, 0)
