"""The pages of a card: show a record or a panel of it, put it into the bin, bring it back."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.allowed import allowed
from core.query.names import readable_entity
from core.query.read import record, titles
from core.records import delete, restore
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit, visitor
from core.web.render import Html, render, see_other
from metamodel.layout import Panel
from metamodel.text import number_of
from renderers.cards.card import card_view
from renderers.cards.panels import Asked, key_of, panel_view, panels_seen, rail_of
from renderers.cards.shown import Shown, card_fields, seen_parts, standing_of
from renderers.cards.view import PanelView
from renderers.pages.cells import cells_of
from renderers.pages.notices import COOKIE, forget_notice, leave_notice
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words


@get("/e/{entity:str}/{identity:int}", sync_to_thread=True, include_in_schema=False)
def card_page(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """The card of a record, in the bin or not."""
    answer = draw_card(request, entity, identity)
    if COOKIE in request.cookies:
        answer.cookies.append(forget_notice(visitor(request)))
    return answer


def draw_card(
    request: AnyRequest, entity: str, identity: int, refused: KubikError | None = None
) -> Response[Any]:
    """The card; with an error, said on top, that kept something from being done with the record."""
    with reading(request) as (who, tx):
        shown = shown_of(who, tx, entity, identity, who.texts.render(refused.detail) if refused else "")
        panel = open_panel(shown, request.query_params.get("panel", ""), asked_of(request))
        shell = make_shell(request, who, tx, shown.entity.name)
        status = refused.status if refused else 200
        return render(
            who, "cards/page.html", status=status, card=card_view(shown, panel), saved_at="", shell=shell
        )


def draw_body(request: AnyRequest, entity: str, identity: int) -> Response[Any]:
    """The card without its frame, after a change made in it."""
    with reading(request) as (who, tx):
        shown = shown_of(who, tx, entity, identity)
        now = tx.now.astimezone(who.zone)
        answer = render(
            who, "cards/_sheet.html", card=card_view(shown, None), saved_at=who.texts.time(now.time())
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


def shown_of(who: Visit, tx: Transaction, entity: str, identity: int, refused: str = "") -> Shown:
    """The record as its reader sees it; KBK2006 when they do not."""
    grants = grants_of(tx.model, who.actor)
    found = readable_entity(tx.model, grants, entity)
    item, _ = record(tx, who.actor, found.name, identity, card_fields(tx.model, found, grants), deleted=True)
    laid = seen_parts(found, grants, who.language)
    in_use = item.get("deleted_at") is None
    more = {"standing": standing_of(tx, who.actor, found, identity, laid)} if in_use else {}
    return Shown(
        who=who,
        tx=tx,
        grants=grants,
        entity=found,
        item=item,
        title=title_words(titles(tx, who.actor, found, (identity,))[identity].title, identity, who.texts),
        cells=cells_of(who.site.templates.environment, who.texts, who.zone, tx.model),
        allowed=allowed(tx, who.actor, found.name, identity),
        parts=laid,
        refused=refused,
        **more,
    )


def asked_of(request: AnyRequest) -> Asked:
    """Which part of a panel is asked for."""
    given = request.query_params
    return Asked(more=given.get("more") or None, only=given.get("only", ""), day=given.get("day", ""))


def open_panel(shown: Shown, key: str, asked: Asked) -> PanelView | None:
    """The panel beside the sheet: the one asked for, or the first."""
    beside = panels_seen(shown, rail_of(shown))
    chosen = next((panel for panel in beside if key_of(shown, panel) == key), None)
    if chosen is None:
        return panel_view(shown, beside[0]) if beside else None
    return panel_view(shown, chosen, asked)


def named_panel(shown: Shown, key: str) -> Panel:
    """The panel of that name, beside the sheet or in a tab; KBK2006 when there is none."""
    every = (*rail_of(shown), *(panel for tab in shown.entity.layout for panel in tab.show))
    found = next((p for p in panels_seen(shown, every) if key_of(shown, p) == key), None)
    if found is None:
        raise KubikError("KBK2006")
    return found


@get("/e/{entity:str}/{identity:int}/panel/{key:str}", sync_to_thread=True, include_in_schema=False)
def panel_of_card(
    request: AnyRequest, entity: FromPath[str], identity: FromPath[int], key: FromPath[str]
) -> Response[Any]:
    """One panel: for scripts alone, else with the card around it; ``more`` goes on behind a place of a feed."""
    asked = asked_of(request)
    with reading(request) as (who, tx):
        shown = shown_of(who, tx, entity, identity)
        panel = panel_view(shown, named_panel(shown, key), asked)
        if who.htmx:
            return fragment(who, "cards/_more.html" if asked.more else "cards/_panel.html", panel)
        shell = make_shell(request, who, tx, shown.entity.name)
        return render(who, "cards/page.html", card=card_view(shown, panel), saved_at="", shell=shell)


def fragment(who: Visit, name: str, panel: PanelView, status: int = 200) -> Html:
    """A panel, or a part of it, for scripts."""
    answer = render(who, name, status=status, panel=panel)
    answer.headers["Vary"] = "HX-Request, Cookie"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@post("/e/{entity:str}/{identity:int}/delete", sync_to_thread=True, include_in_schema=False)
def delete_record(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Into the bin; the list that follows offers to take it back. When it is refused, the card says why."""
    who = visit(request)
    version = dict(form_pairs(request)).get("_version", "")
    expected = number_of(version)
    try:
        who.workspace.write(lambda tx: delete(tx, who.actor, entity, identity, if_version=expected))
    except KubikError as error:
        if error.status >= 500 or error.code == "KBK2006":
            raise
        return draw_card(request, entity, identity, error)
    return see_other(f"/e/{entity}", leave_notice(who, "deleted", entity, identity))


@post("/e/{entity:str}/{identity:int}/restore", sync_to_thread=True, include_in_schema=False)
def restore_record(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Back from the bin, to its card; what is there already (pressed twice) is simply shown."""
    who = visit(request)
    try:
        who.workspace.write(lambda tx: restore(tx, who.actor, entity, identity))
    except KubikError as error:
        if error.code != "KBK2006":
            raise
    return see_other(f"/e/{entity}/{identity}", leave_notice(who, "restored", entity, identity))
