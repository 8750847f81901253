"""The page of a person: shown, changed, and asked beforehand what a change would mean."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.web.context import AnyRequest, form_pairs, reading, visit, visitor
from core.web.render import render, see_other
from renderers.pages.notices import COOKIE, forget_notice, leave_notice
from renderers.pages.shell import make_shell
from renderers.people.access import Sent, read_sent, save
from renderers.people.gate import opened_for
from renderers.people.person import foresight, person_view, refused_words


def draw(
    request: AnyRequest, person: int, status: int = 200, sent: Sent | None = None, **more: Any
) -> Response[Any]:
    """The page; with what was sent and a refusal when there was one."""
    with reading(request) as (who, tx):
        gate = opened_for(tx, who.actor, person)
        page = person_view(who, gate, person, sent, **more)
        shell = make_shell(request, who, tx, place="/people")
        answer = render(who, "people/person.html", status=status, page=page, shell=shell)
    if COOKIE in request.cookies:
        answer.cookies.append(forget_notice(visitor(request)))
    return answer


class PersonPage(Controller):
    """Somebody's page."""

    path = "/people/{identity:int}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
        """As they are."""
        return draw(request, identity)

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
        """Department, roles and groups as the form says."""
        who, sent = visit(request), read_sent(form_pairs(request))
        try:
            who.workspace.write(lambda tx: save(opened_for(tx, who.actor, identity), identity, sent))
        except KubikError as refusal:
            if refusal.status >= 500 or refusal.code == "KBK2006":
                raise
            if refusal.code == "KBK3009":  # the form goes on from what is there now, not over it
                told = who.texts.gettext(
                    "Somebody else changed this person meanwhile. Here they are as they are now: make your change once more."
                )
                return draw(request, identity, refusal.status, refused=told)
            return draw(request, identity, refusal.status, sent, refused=refused_words(who, refusal))
        return see_other(f"/people/{identity}", leave_notice(who, "saved", "user", identity))


@post("/people/{identity:int}/preview", sync_to_thread=True, status_code=200, include_in_schema=False)
def preview_person(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """What the person would see with what the form says; nothing is saved."""
    who, sent = visit(request), read_sent(form_pairs(request))
    sight = who.workspace.write(
        lambda tx: foresight(who, opened_for(tx, who.actor, identity), identity, sent)
    )
    if not who.htmx:
        return draw(request, identity, 200, sent, foreseen=sight)
    answer = render(who, "people/_sight.html", sight=sight)
    answer.headers["Cache-Control"] = "no-store"
    return answer
