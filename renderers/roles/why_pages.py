"""Why: a page of its own, a fragment beside a record, and its answer kept as a test."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from core.errors import KubikError
from core.solutions.packages import plan_changes
from core.web.context import AnyRequest, form_pairs, reading
from core.web.render import render
from renderers.pages.shell import make_shell
from renderers.roles.editing import Sent
from renderers.roles.keeping import change_of, kept_test
from renderers.roles.plan_pages import planned
from renderers.roles.why import asked_why, question_of, why_view


@get("/why", sync_to_thread=True, include_in_schema=False)
def why_page(request: AnyRequest) -> Response[Any]:
    """The question and its answer: for scripts the panel alone."""
    with reading(request) as (who, tx):
        why = why_view(who, tx, asked_why(request.query_params))
        if who.htmx:
            answer = render(who, "roles/_why.html", why=why)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        return render(who, "roles/why.html", why=why, shell=make_shell(request, who, tx))


@post("/why/keep", sync_to_thread=True, status_code=200, include_in_schema=False)
def keep_answer(request: AnyRequest) -> Response[Any]:
    """The plan that keeps an answer as an access test."""
    sent = Sent(form_pairs(request))
    given = {key: sent.one(key) for key in ("user", "of", "record", "does", "field")}
    with reading(request) as (who, tx):
        question = question_of(who, tx, asked_why(given))
        if question is None:
            raise KubikError("KBK2006")
        written = kept_test(who, tx, question)
        change = change_of(tx, written)
        roles = [name for name in written.get("roles", ()) if name in tx.model.roles]
    plan = plan_changes(who.workspace, who.actor, [change])
    title = who.texts.gettext("Access tests")
    return planned(
        request, plan, roles[0] if roles else "", title, f"/roles/{roles[0]}" if roles else "/roles"
    )
