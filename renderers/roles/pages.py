"""The pages that show roles: one role with its matrix and rules, and the access tests."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.access.managing import may_everything
from core.web.context import AnyRequest, reading
from core.web.render import render, see_other
from renderers.pages.shell import make_shell
from renderers.roles.outcomes import outcomes_of, test_view
from renderers.roles.reading import Asked, require_manager
from renderers.roles.reading import role_page as made_page
from renderers.roles.tree import seen_roles, tree
from renderers.roles.why import asked_why, why_view


@get("/roles", sync_to_thread=True, include_in_schema=False)
def roles_page(request: AnyRequest) -> Response[Any]:
    """The first role that is not without limits."""
    with reading(request) as (who, tx):
        require_manager(tx, who.actor)
        roles = [branch.role for branch in tree(tx, who.actor)]
        first = next((role for role in roles if not role.everything), roles[0])
    return see_other(f"/roles/{first.name}")


@get("/roles/{name:str}", sync_to_thread=True, include_in_schema=False)
def role_page(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """A role: the tree, the matrix, the rules of the chosen entity in words, its access tests, why."""
    given = request.query_params
    asked = Asked(
        entity=given.get("entity", ""), action=given.get("action", ""), person=given.get("person", ""),
        differences=given.get("differences") == "1", done=given.get("done") == "1",
    )  # fmt: skip
    with reading(request) as (who, tx):
        page = made_page(who, tx, name, asked)
        why = why_view(who, tx, asked_why(given, entity=page.entity, user=asked.person, action=asked.action))
        return render(who, "roles/page.html", page=page, why=why, shell=make_shell(request, who, tx))


@get("/roles/access-tests", sync_to_thread=True, include_in_schema=False)
def tests_page(request: AnyRequest) -> Response[Any]:
    """Every access test with what came of it now."""
    with reading(request) as (who, tx):
        require_manager(tx, who.actor)
        tx.model.derived.pop("access_tests", None)
        seen = {role.uid for role in seen_roles(tx.model, who.actor)}
        everything = may_everything(tx.model, who.actor)
        shown = [
            o for o in outcomes_of(who, tx) if everything or (o.test.roles and seen.issuperset(o.test.roles))
        ]
        tests = [test_view(who, tx_model=tx, outcome=each) for each in shown]
        return render(who, "roles/tests.html", tests=tests, shell=make_shell(request, who, tx))
