"""The pages of a move: the dialog that asks what is missing, the move itself, taking it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.query.options import options
from core.records import move, take_back
from core.records.moving import try_move
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, visit
from core.web.render import json_answer, safe_next, wants_json
from renderers.forms.desk import Remarks
from renderers.forms.filled import Filled, Sent, differing, read_sent
from renderers.forms.form import editable_lists
from renderers.forms.form_pages import led_to
from renderers.forms.lookups import look_up
from renderers.pages.notices import leave_notice
from renderers.stages.asking import Asking, asking


class MoveOne(Controller):
    """The move of one record."""

    path = "/e/{entity:str}/{identity:int}/move"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """What the move to the stage ``to`` asks: it is tried, and what is missing stands in the form."""
        who, asked = visit(request), dict(request.query_params)

        def answer(tx: Transaction) -> Response[Any]:
            found = asking(request, who, tx, entity, identity, asked)
            error = None
            if found.target is not None:
                error = try_move(tx, who.actor, entity, identity, found.named(found.target))
            return found.page(found.place.stored(), error, tried=True)

        return who.workspace.write(answer)

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """Move it; refused, the same form with everything that was typed, and what is missing besides."""
        pairs = form_pairs(request)
        who, sent = visit(request), read_sent(pairs)
        to = {**sent.asked, **{name: value for name, value in pairs if name == "to"}}

        def action(tx: Transaction) -> Response[Any] | None:
            found = asking(request, who, tx, entity, identity, to)
            return _moved(found, tx, sent)

        try:
            answer = who.workspace.write(action)
        except KubikError as error:
            if error.status >= 500 and error.status != 503:
                raise
            if error.code == "KBK3009":
                to.pop("_version", None)  # told once; what is asked is written over nothing that others wrote
            return _again(request, who, entity, identity, to, sent, error)
        return answer if answer is not None else _done(who, entity, identity, to)


def _named(sent: Sent) -> tuple[str, ...]:
    return tuple(name for name in sent.asked.get("_asked", "").split(",") if name)


def _moved(found: Asking, tx: Transaction, sent: Sent) -> Response[Any] | None:
    """Make the move; a page when a link that was typed is not found."""
    place, who = found.place, found.who
    looked = look_up(tx.model, place.entity, sent.filled, partial(options, tx, who.actor), place.manner)
    if looked.problems:
        error = KubikError("KBK3005", errors=looked.problems)
        return found.page(
            _whole(found, sent), error, _named(sent), remarks=Remarks(candidates=looked.candidates)
        )
    if found.target is None:
        return found.page(place.stored(), None, tried=True)
    desk = place.desk(sent.filled)
    values = differing(sent.filled, place.stored(), editable_lists(desk, place.entity))
    kept = {name: value for name, value in values.items() if name in _named(sent)}
    move(
        tx, who.actor, place.entity.name, place.id or 0, found.named(found.target), kept, if_version=sent.version,
        context=place.manner.context,
    )  # fmt: skip
    return None


def _again(
    request: AnyRequest, who: Visit, entity: str, identity: int, asked: Mapping[str, str], sent: Sent, error: KubikError
) -> Response[Any]:  # fmt: skip
    def answer(tx: Transaction) -> Response[Any]:
        found = asking(request, who, tx, entity, identity, asked)
        first = (
            "_asked" not in sent.asked
        )  # pressed in the bar of a card: what is missing is asked, not blamed
        return found.page(_whole(found, sent), error, _named(sent), tried=first, status=error.status)

    return who.workspace.write(answer)


def _whole(found: Asking, sent: Sent) -> Filled:
    """What is stored, under what was typed."""
    stored = found.place.stored()
    return Filled(
        values={**stored.values, **sent.filled.values}, titles={**stored.titles, **sent.filled.titles},
        typed=sent.filled.typed, rows={**stored.rows, **sent.filled.rows},
    )  # fmt: skip


def _done(who: Visit, entity: str, identity: int, asked: Mapping[str, str]) -> Response[Any]:
    undo = f"/e/{entity}/{identity}/move/undo"
    notice = leave_notice(who, "moved", entity, identity)
    if asked.get("_stay"):
        told = {"kubik:moved": {"entity": entity, "id": identity, "to": asked.get("to", ""), "undo": undo}}
        headers = {"HX-Trigger": json.dumps(told)}
        return Response(
            None, status_code=204, headers=headers, cookies=[notice] if asked.get("_notice") else []
        )
    back = safe_next(asked["_back"]) if asked.get("_back") else f"/e/{quote(entity)}/{identity}"
    return led_to(who, back, notice)


@post(
    "/e/{entity:str}/{identity:int}/move/undo", sync_to_thread=True, status_code=200, include_in_schema=False
)
def undo_move(request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
    """Take the person's last move of the record back."""
    who, asked = visit(request), dict(form_pairs(request))
    who.workspace.write(lambda tx: take_back(tx, who.actor, entity, identity))
    if wants_json(request):
        return json_answer({"done": True})
    back = safe_next(asked["_back"]) if asked.get("_back") else f"/e/{quote(entity)}/{identity}"
    return led_to(who, back, leave_notice(who, "taken_back", entity, identity))
