"""Comments on a card: written, changed and taken away where they stand; who can be named in them."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.query.comments import COMMENT, comment_on, witnesses
from core.query.history import history
from core.records.comments import add_comment, change_comment, remove_comment
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.page_errors import reason_of
from core.web.render import json_answer, render, see_other
from metamodel.fields.base import Context
from metamodel.text import number_of
from renderers.cards.feed import comment_event, somebody
from renderers.cards.pages import draw_card, fragment, named_panel, shown_of
from renderers.cards.panels import Asked, panel_view
from renderers.cards.shown import Shown
from renderers.cards.view import Event
from renderers.cards.words import comment_html, logins_of
from renderers.pages.people import person

EDITS = 50


def context_of(who: Visit) -> Context:
    """How texts are written here."""
    return Context(medium="form", language=who.language, zone=who.zone.key)


class AllComments(Controller):
    """The comments of a record."""

    path = "/e/{entity:str}/{identity:int}/comments"
    include_in_schema = False

    @post(sync_to_thread=True, status_code=200)
    def add(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """A new one, from the box on the card; the panel it stood in comes back with it."""
        who, given = visit(request), dict(form_pairs(request))
        text, key = given.get("text", ""), given.get("panel", "timeline")
        asked, failed = Asked(), None
        try:
            who.workspace.write(
                lambda tx: add_comment(tx, who.actor, entity, identity, text, context=context_of(who))
            )
        except KubikError as error:
            if error.status >= 500 or error.code in ("KBK2006", "KBK4001"):
                raise
            asked, failed = Asked(drafted=text, error=reason_of(error, who.texts)), error
        with reading(request) as (now, tx):
            shown = shown_of(now, tx, entity, identity)
            panel = panel_view(shown, named_panel(shown, key), asked)
            if now.htmx:
                return fragment(now, "cards/_panel.html", panel, 422 if failed else 200)
        if failed is None:
            return see_other(f"/e/{entity}/{identity}?panel={key}#rail")
        return draw_card(request, entity, identity, failed)


class OneComment(Controller):
    """A comment of a record."""

    path = "/e/{entity:str}/{identity:int}/comments/{comment:int}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], comment: FromPath[int]
    ) -> Response[Any]:
        """The comment as it stands in the feed, or in its box to be changed."""
        with reading(request) as (who, tx):
            event = event_of(shown_of(who, tx, entity, identity), comment)
            name = "cards/_comment_edit.html" if request.query_params.get("edit") else "cards/_event.html"
            return drawn(who, name, event)

    @post(sync_to_thread=True, status_code=200)
    def change(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], comment: FromPath[int]
    ) -> Response[Any]:
        """Another text of it; refused, or changed meanwhile elsewhere, it stays in its box."""
        who, given = visit(request), dict(form_pairs(request))
        text, version = given.get("text", ""), given.get("_version", "")
        expected = number_of(version)
        try:
            who.workspace.write(
                lambda tx: change_comment(
                    tx,
                    who.actor,
                    entity,
                    identity,
                    comment,
                    text,
                    if_version=expected,
                    context=context_of(who),
                )
            )
        except KubikError as error:
            if error.status >= 500 or error.code in ("KBK2006", "KBK4001"):
                raise
            with reading(request) as (now, tx):
                event = event_of(shown_of(now, tx, entity, identity), comment)
                return drawn(
                    now,
                    "cards/_comment_edit.html",
                    event,
                    status=422,
                    text=text,
                    error=reason_of(error, who.texts),
                )
        if not who.htmx:
            return see_other(f"/e/{entity}/{identity}#rail")
        with reading(request) as (now, tx):
            return drawn(now, "cards/_event.html", event_of(shown_of(now, tx, entity, identity), comment))

    @post("/delete", sync_to_thread=True, status_code=200)
    def remove(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], comment: FromPath[int]
    ) -> Response[Any]:
        """Into the bin."""
        who = visit(request)
        who.workspace.write(lambda tx: remove_comment(tx, who.actor, entity, identity, comment))
        if not who.htmx:
            return see_other(f"/e/{entity}/{identity}#rail")
        return Response("", media_type="text/html")


@get(
    "/e/{entity:str}/{identity:int}/comments/{comment:int}/edits",
    sync_to_thread=True,
    include_in_schema=False,
)
def comment_edits(
    request: AnyRequest, entity: FromPath[str], identity: FromPath[int], comment: FromPath[int]
) -> Response[Any]:
    """What a comment said before, the latest change first."""
    with reading(request) as (who, tx):
        shown = shown_of(who, tx, entity, identity)
        comment_on(tx, who.actor, entity, identity, comment)
        page = history(tx, who.actor, COMMENT, comment, None, EDITS)
        edits = [
            {
                "at": who.texts.datetime(item["at"], who.zone),
                "by": somebody(item["by"], who.texts).name,
                "html": comment_html(item["changes"]["text"]["from"] or "", {}),
            }
            for item in page.items
            if item["kind"] == "updated" and "text" in item["changes"]
        ]
        return render(who, "cards/_comment_edits.html", edits=edits, here=shown.here)


@get("/e/{entity:str}/{identity:int}/people", sync_to_thread=True, include_in_schema=False)
def people_to_name(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Who can be named in a comment: people who see the record, by a part of their name."""
    text = request.query_params.get("q", "").strip()[:100]
    with reading(request) as (who, tx):
        found = witnesses(tx, who.actor, entity, identity, text)
    people = [(each, person(each.id, each.name)) for each in found]
    items = [
        {"login": each.login, "name": each.name, "initials": drawn_as.initials, "tone": drawn_as.tone}
        for each, drawn_as in people
    ]
    return json_answer({"items": items})


def event_of(shown: Shown, comment: int) -> Event:
    """A comment as an event of the feed."""
    item = comment_on(shown.tx, shown.actor, shown.entity.name, shown.id, comment)
    named = [link.id for link in item.get("mentions") or () if link.id is not None]
    return comment_event(shown, item, logins_of(shown.tx, shown.actor, named))


def drawn(who: Visit, name: str, event: Event, status: int = 200, **more: Any) -> Response[Any]:
    """A comment for scripts."""
    answer = render(who, name, status=status, event=event, **more)
    answer.headers["Cache-Control"] = "no-store"
    return answer
