"""Bringing a record back to a version: what that would do, said first; then done by the ordinary rules."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from core.errors import KubikError
from core.query.past import Past
from core.records.revert import Reverting, preview_revert, revert
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, see_other
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Field
from metamodel.text import number_of
from renderers.history.lines import telling
from renderers.history.pages import standing, table_of
from renderers.history.view import Backward, RevertView
from renderers.pages.notices import leave_notice
from renderers.pages.shell import make_shell


def _context(who: Visit) -> Context:
    return Context(medium="json", language=who.language, zone=who.zone.key)


class Reverted(Controller):
    """Both ways of one address."""

    path = "/e/{entity:str}/{identity:int}/revert"
    include_in_schema = False

    @get(sync_to_thread=True)
    def preview(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """What would change, what stays and what is against it."""
        version = number_of(request.query_params.get("version"))
        return _draw(request, entity, identity, version, tuple(request.query_params.getall("field", [])))

    @post(sync_to_thread=True, status_code=200)
    def act(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """Do it; when it is refused, the preview says why."""
        return _do(request, entity, identity)


def _draw(
    request: AnyRequest, entity: str, identity: int, version: int | None, names: tuple[str, ...],
    refused: KubikError | None = None,
) -> Response[Any]:  # fmt: skip
    who = visit(request)
    if version is None:
        raise KubikError("KBK2006")

    def tried(tx: Transaction) -> Reverting:
        return preview_revert(tx, who.actor, entity, identity, version, names or None, context=_context(who))

    plan = who.workspace.write(tried)
    with reading(request) as (who, tx):
        found, crumb, current = standing(who, tx, entity, identity)
        at = plan.then.stand.at.astimezone(who.zone)
        wrong = [*(refused.errors or ()), *plan.problems] if refused else list(plan.problems)
        said = dict.fromkeys(who.texts.render(each.message) for each in wrong)
        if refused is not None and not refused.errors:
            said[who.texts.render(refused.detail)] = None
        view = RevertView(
            crumb=crumb, here=f"{crumb.href}/revert", version=version, current=current,
            when=who.texts.render(
                message("{day}, {time}", day=who.texts.date(at.date()), time=who.texts.time(at.time()))
            ),
            lines=tuple(_lines(who, tx, plan)), left=tuple(who.texts.render(each.why) for each in plan.left),
            wrong=tuple(said), names=names, cancel_href=f"{crumb.href}/history",
        )  # fmt: skip
        status = refused.status if refused else 200
        shell = make_shell(request, who, tx, found.name, path=crumb.href)
        return render(who, "history/revert.html", status=status, page=view, shell=shell)


def _lines(who: Visit, tx: Transaction, plan: Reverting) -> list[Backward]:
    cells = telling(who, tx).cells

    def drawn(field: Field, side: Past) -> Markup:
        if field.type.name == "children":
            table = table_of(cells, side.rows.get(field.uid, ()), who.language)
            return Markup(cells.render("history/_rows.html", **table))
        return cells.told(field, side.item.get(field.name))

    return [
        Backward(
            name=each.field.name,
            label=each.field.label.in_language(who.language) or each.field.name,
            before=drawn(each.field, plan.now.record),
            after=drawn(each.field, plan.then.record),
            tall=each.field.type.name == "children",
        )
        for each in plan.returns
    ]


def _do(request: AnyRequest, entity: str, identity: int) -> Response[Any]:
    who, pairs = visit(request), form_pairs(request)
    given = dict(pairs)
    version, expected = number_of(given.get("version")), number_of(given.get("_version"))
    names = tuple(value for name, value in pairs if name == "field")
    if version is None:
        raise KubikError("KBK2006")
    try:
        who.workspace.write(
            lambda tx: revert(
                tx, who.actor, entity, identity, version, names or None,
                if_version=expected, context=_context(who),
            )
        )  # fmt: skip
    except KubikError as error:
        if error.status >= 500 or error.code == "KBK2006":
            raise
        return _draw(request, entity, identity, version, names, error)
    return see_other(f"/e/{entity}/{identity}", leave_notice(who, "saved", entity, identity))
