"""The pages of a card: show a record, put it into the bin, bring it back."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.allowed import allowed
from core.query.history import history
from core.query.names import readable_entity
from core.query.read import record, titles
from core.records import delete, restore
from core.web.context import AnyRequest, form_pairs, reading, visit, visitor
from core.web.render import render, see_other
from renderers.forms.card import Shown, card_fields, card_view
from renderers.forms.history import history_view
from renderers.pages.cells import cells_of
from renderers.pages.notices import COOKIE, forget_notice, leave_notice
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words

CHANGES = 30


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
        grants = grants_of(tx.model, who.actor)
        found = readable_entity(tx.model, grants, entity)
        item, _ = record(tx, who.actor, found.name, identity, card_fields(found, grants), deleted=True)
        cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
        shown = Shown(
            model=tx.model,
            grants=grants,
            entity=found,
            item=item,
            title=title_words(titles(tx, who.actor, found, (identity,))[identity].title, identity, who.texts),
            cells=cells,
            texts=who.texts,
            allowed=allowed(tx, who.actor, found.name, identity),
            refused=who.texts.render(refused.detail) if refused else "",
        )
        changes = history(tx, who.actor, found.name, identity, request.query_params.get("history"), CHANGES)
        today = tx.now.astimezone(who.zone).date()
        feed = history_view(changes, found, cells, who.texts, who.zone, today, f"/e/{found.name}/{identity}")
        shell = make_shell(request, who, tx, found.name)
        return render(
            who,
            "cards/page.html",
            status=refused.status if refused else 200,
            card=card_view(shown, feed),
            shell=shell,
        )


@post("/e/{entity:str}/{identity:int}/delete", sync_to_thread=True, include_in_schema=False)
def delete_record(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Into the bin; the list that follows offers to take it back. When it is refused, the card says why."""
    who = visit(request)
    version = dict(form_pairs(request)).get("_version", "")
    expected = int(version) if version.isascii() and version.isdigit() and len(version) < 19 else None
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
