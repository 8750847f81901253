"""What a change of roles would do, shown before it is done; doing it; taking it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Response, post

from core.errors import KubikError
from core.solutions.apply import apply
from core.solutions.foresight import foresee
from core.solutions.plans import Plan
from core.solutions.undo import undo
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import Html, render, see_other
from metamodel.messages import message
from renderers.pages.shell import make_shell
from renderers.roles.editing import Sent
from renderers.roles.view import PlanPage


def planned(request: AnyRequest, plan: Plan, role: str, label: str, back: str) -> Html:
    """The page of a fresh plan; a change that changes nothing goes back at once."""
    who = visit(request)
    page = plan_page(who, plan, role, label, back)
    with reading(request) as (who, tx):
        return render(who, "roles/plan.html", page=page, shell=make_shell(request, who, tx))


def plan_page(who: Visit, plan: Plan, role: str, label: str, back: str) -> PlanPage:
    """The effects of a plan in words, losses first."""
    texts = who.texts
    seen = foresee(who.workspace, who.actor, plan.id)
    losses = [
        texts.render(message("{what}: lost values: {count}", what=change.effect, count=change.loss.values))
        for change in plan.changes
        if change.loss is not None
    ]
    return PlanPage(
        plan=plan.id,
        title=label,
        back=back,
        role=role,
        changes=tuple(texts.render(change.effect) for change in plan.changes),
        reach=tuple(texts.render(line) for line in seen.reach),
        failing=tuple(texts.render(fault.message) for fault in seen.failing),
        losses=tuple(losses),
        breaks=tuple(
            f"{each.target}: {texts.render(each.remedy)}" for change in plan.changes for each in change.breaks
        ),
        forbidden=tuple(texts.render(change.forbids) for change in plan.changes if change.forbids),
        known=seen.known,
    )


@post("/roles/apply-plan", sync_to_thread=True, status_code=200, include_in_schema=False)
def apply_plan(request: AnyRequest) -> Response[Any]:
    """Carry a plan out; what refuses it is told on a page that leads back."""
    sent, who = Sent(form_pairs(request)), visit(request)
    role, back = sent.one("role"), sent.one("back")
    try:
        apply(who.workspace, who.actor, sent.one("plan"), accept_loss=sent.one("accept_loss") == "1")
    except KubikError as error:
        if error.status >= 500:
            raise
        return _refused(request, error, sent.one("title"), _inside(back))
    query = urlencode({"entity": sent.one("entity"), "done": "1"} if sent.one("entity") else {"done": "1"})
    return see_other(f"/roles/{role}?{query}" if role else "/roles")


@post("/roles/take-back", sync_to_thread=True, status_code=200, include_in_schema=False)
def take_back(request: AnyRequest) -> Response[Any]:
    """Take the last change of the configuration back."""
    sent, who = Sent(form_pairs(request)), visit(request)
    role = sent.one("role")
    try:
        undo(who.workspace, who.actor)
    except KubikError as error:
        if error.status >= 500:
            raise
        return _refused(request, error, sent.one("title"), "/roles")
    with reading(request) as (who, tx):
        known = role in tx.model.roles
    return see_other(f"/roles/{role}" if known else "/roles")


def _inside(back: str) -> str:
    return back if back.startswith("/roles") else "/roles"


def _refused(request: AnyRequest, error: KubikError, title: str, back: str) -> Html:
    with reading(request) as (who, tx):
        words = [who.texts.render(problem.message) for problem in error.errors]
        failing = error.code == "KBK1107"
        page = PlanPage(
            plan="", title=title, back=back, role="", changes=(), reach=(), failing=tuple(words) if failing else (),
            losses=(), breaks=(), forbidden=() if failing else tuple(words), known=True,
            refused=who.texts.render(error.detail),
        )  # fmt: skip
        return render(
            who, "roles/plan.html", status=error.status, page=page, shell=make_shell(request, who, tx)
        )
