"""What a change of roles would do, shown before it is done; doing it; taking it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from litestar import Response, post

from core.errors import KubikError
from core.solutions import kept
from core.solutions.apply import apply
from core.solutions.foresight import foresee
from core.solutions.plans import Plan
from core.solutions.undo import undo
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import Html, render, see_other
from metamodel.messages import message
from metamodel.model import Model, Role
from renderers.pages.shell import make_shell
from renderers.roles.editing import Sent
from renderers.roles.reading import speaker_of
from renderers.roles.view import PlanPage, RuleView
from renderers.roles.words import grant_words
from renderers.roles.written import fields_of


def planned(request: AnyRequest, plan: Plan, role: str, label: str, back: str) -> Html:
    """The page of a fresh plan; a change that changes nothing goes back at once."""
    who = visit(request)
    page = plan_page(who, plan, role, label, back)
    with reading(request) as (who, tx):
        return render(who, "roles/plan.html", page=page, shell=make_shell(request, who, tx))


def plan_page(who: Visit, plan: Plan, role: str, label: str, back: str) -> PlanPage:
    """The effects of a plan in words, losses first."""
    texts = who.texts
    gone, come = _rules(who, plan)
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
        gone=gone,
        come=come,
        reach=tuple(texts.render(line) for line in seen.reach),
        failing=tuple(texts.render(fault.message) for fault in seen.failing),
        losses=tuple(losses),
        breaks=tuple(
            f"{each.target}: {texts.render(each.remedy)}" for change in plan.changes for each in change.breaks
        ),
        forbidden=tuple(texts.render(change.forbids) for change in plan.changes if change.forbids),
        known=seen.known,
    )


def _rules(who: Visit, plan: Plan) -> tuple[tuple[RuleView, ...], tuple[RuleView, ...]]:
    """The rules that go and those that come, in words, of the roles that the plan makes, changes and takes away."""
    with who.workspace.read() as tx:
        new = kept.target_of(kept.find(tx, plan.id)).model
        gone: list[RuleView] = []
        come: list[RuleView] = []
        for change in plan.changes:
            if change.kind != "role":
                continue
            was, now = tx.model.roles.get(change.target), new.roles.get(change.target)
            before, after = _written(tx.model, was), _written(new, now)
            if was is not None:
                gone += [
                    _words(who, tx, tx.model, was, n) for n, text in enumerate(before) if text not in after
                ]
            if now is not None:
                come += [_words(who, tx, new, now, n) for n, text in enumerate(after) if text not in before]
    return tuple(gone), tuple(come)


def _written(model: Model, role: Role | None) -> list[Any]:
    if role is None:
        return []
    return next(list(item.get("grants", ())) for item in model.document["roles"] if item["uid"] == role.uid)


def _words(who: Visit, tx: Transaction, model: Model, role: Role, number: int) -> RuleView:
    speaker = replace(speaker_of(who, tx), model=model)
    words = grant_words(speaker, role.grants[number], fields=fields_of(model, role, number))
    return RuleView(
        sentence=words.sentence, notes=words.notes, text="", count="", current=False, href=None,
        origin=who.texts.render(role.label),
    )  # fmt: skip


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
        return refused(request, error, sent.one("title"), _inside(back))
    entity = dict(parse_qsl(urlsplit(back).query)).get("entity", "")
    query = urlencode({"entity": entity, "done": "1"} if entity else {"done": "1"})
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
        return refused(request, error, sent.one("title"), "/roles")
    with reading(request) as (who, tx):
        known = role in tx.model.roles
    return see_other(f"/roles/{role}" if known else "/roles")


def _inside(back: str) -> str:
    return back if back.startswith("/roles") else "/roles"


def refused(request: AnyRequest, error: KubikError, title: str, back: str) -> Html:
    """A page that says why nothing was changed, and leads back."""
    with reading(request) as (who, tx):
        words = [who.texts.render(problem.message) for problem in error.errors]
        failing = error.code == "KBK1107"
        page = PlanPage(
            plan="", title=title, back=back, role="", changes=(), gone=(), come=(), reach=(), failing=tuple(words) if failing else (),
            losses=(), breaks=(), forbidden=() if failing else tuple(words), known=True,
            refused=who.texts.render(error.detail),
        )  # fmt: skip
        return render(
            who, "roles/plan.html", status=error.status, page=page, shell=make_shell(request, who, tx)
        )
