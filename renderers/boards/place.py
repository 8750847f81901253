"""Putting a card into another column: a move of its stage, or an ordinary change of the field that groups the board."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.query import Query, read, record
from core.query.read import titles
from core.records import move, update
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.page_errors import as_page_error, reason_of
from core.web.render import json_answer, render, safe_next, see_other, wants_json
from metamodel.messages import message
from renderers.boards.build import Drawing, counted
from renderers.boards.columns import Board, Place, of_every_pipeline, place_of, places, written
from renderers.boards.pages import named_board
from renderers.pages.notices import leave_notice
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words

MISSING = "KBK3001"
"""The code of a field that a stage requires and the record does not have."""


@get("/e/{entity:str}/{identity:int}/place", sync_to_thread=True, include_in_schema=False)
def place_page(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Where a card can be moved to, without scripts."""
    return _page(request, entity, identity, dict(request.query_params), None)


@post("/e/{entity:str}/{identity:int}/place", sync_to_thread=True, include_in_schema=False)
def place_record(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Move a card to the column ``to`` of the board ``view``; ``from`` is where it stood before this person's eyes.

    To scripts ``{"version", "undo"}``, refused ``{"reason", "ask"}``: the address of the dialog that asks what is missing.
    """
    who = visit(request)
    asked = dict(form_pairs(request))
    try:
        saved = who.workspace.write(lambda tx: _placed(tx, who, entity, identity, asked))
    except KubikError as error:
        if error.status >= 500 or error.code in ("KBK4001", "KBK4003"):
            raise
        return _refused(request, who, entity, identity, asked, error)
    if wants_json(request):
        return json_answer(saved)
    back = safe_next(asked.get("_back") or f"/e/{entity}?view={asked.get('view', '')}")
    return see_other(back, leave_notice(who, "done", entity, identity))


def _placed(tx: Transaction, who: Visit, entity: str, identity: int, asked: dict[str, str]) -> dict[str, Any]:
    """The version after the move, and what takes it back; KBK3009 when the card stands elsewhere by now."""
    made = _board(who, tx, entity, asked)
    place = place_of(tx, who, made.board, asked.get("to", ""))
    if place is None or place.fixed:
        raise KubikError("KBK3011", message("there is no such column"))
    record(tx, who.actor, entity, identity, ())
    source = place_of(tx, who, made.board, asked["from"]) if asked.get("from") else None
    if source is not None and not _stands(tx, who, made.board, source, identity):
        raise KubikError("KBK3009", message("it was moved by somebody else meanwhile"))
    value = written(tx.model, made.board, place)
    if made.board.of_stages:
        version = move(tx, who.actor, entity, identity, str(value)).version
        return {"version": version, "undo": f"/e/{entity}/{identity}/move/undo"}
    return {"version": update(tx, who.actor, entity, identity, {made.board.field.name: value}).version}


def _board(who: Visit, tx: Transaction, entity: str, asked: dict[str, str]) -> Drawing:
    made = named_board(
        who, tx, entity, [(name, asked[name]) for name in ("view", "pipeline") if name in asked]
    )
    return replace(made, board=of_every_pipeline(made.board))


def _stands(tx: Transaction, who: Visit, board: Board, place: Place, identity: int) -> bool:
    query = Query(entity=board.entity.name, fields=(), ids=(identity,), limit=1, group=place.group)
    return bool(read(tx, who.actor, query).items)


def _refused(
    request: AnyRequest, who: Visit, entity: str, identity: int, asked: dict[str, str], error: KubikError
) -> Response[Any]:
    found = as_page_error(request, error)
    ask = _asking(who, entity, identity, asked, found)
    if wants_json(request):
        return json_answer({"reason": reason_of(found, who.texts), "ask": ask}, found.status)
    if ask is not None:
        return see_other(ask)
    return _page(request, entity, identity, asked, found)


def _asking(who: Visit, entity: str, identity: int, asked: dict[str, str], error: KubikError) -> str | None:
    """The dialog of a move that lacks nothing but values of its own fields."""
    lacking = [p for p in error.errors if p.code == MISSING and p.pointer.count("/") == 1]
    if not lacking or len(lacking) < len(error.errors):
        return None
    with who.workspace.read() as tx:
        made = _board(who, tx, entity, asked)
        place = place_of(tx, who, made.board, asked.get("to", ""))
        if place is None or not made.board.of_stages:
            return None
        return f"/e/{entity}/{identity}/move?to={written(tx.model, made.board, place)}"


def _page(
    request: AnyRequest, entity: str, identity: int, asked: dict[str, str], error: KubikError | None
) -> Response[Any]:
    with reading(request) as (who, tx):
        made = _board(who, tx, entity, asked)
        board = made.board
        record(tx, who.actor, entity, identity, ())
        title = titles(tx, who.actor, board.entity, (identity,))[identity].title
        shown = [p for p in _known(made) if not p.fixed]
        here = next((p for p in _known(made) if _stands(tx, who, board, p, identity)), None)
        answer = render(
            who, "boards/place.html", status=error.status if error else 200,
            title=title_words(title, identity, who.texts), back=made.board.listing.address.href(),
            reason=reason_of(error, who.texts) if error else "", view=board.view.name,
            pipeline=board.listing.address.pipeline, here=here.key if here else "",
            field=board.field.label.in_language(who.language) or board.field.name,
            columns=[p for p in shown if here is None or p.key != here.key], action=request.scope["path"],
            shell=make_shell(request, who, tx, board.entity.name, made.board.listing.address.href()),
        )  # fmt: skip
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _known(made: Drawing) -> list[Place]:
    found = counted(made) if made.board.field.result.kind == "link" else None
    return places(made.tx, made.who, made.board, found)
