"""Keys of programs: made narrower than oneself if wished, shown once, ended."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.access.tokens import create_token, narrowed, revoke_token
from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading
from core.web.proof import require_proof
from core.web.render import render, see_other
from core.web.security_log import note
from metamodel.messages import message
from renderers.pages.shell import make_shell

DAYS = (30, 90, 365)
"""After how many days a token ends, as it is offered; none is for ever."""


@get("/me/security/tokens/new", sync_to_thread=True, include_in_schema=False)
def token_page(request: AnyRequest) -> Response[Any]:
    """Asks what the token is for and what it may."""
    return _page(request, [])


@post("/me/security/tokens/new", sync_to_thread=True, include_in_schema=False)
def token_form(request: AnyRequest) -> Response[Any]:
    """Makes it and shows it, this once."""
    pairs = form_pairs(request)
    values = dict(pairs)
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
        offered = {name for name, _ in _entities(who, tx)}
    name, days = values.get("name", "").strip(), values.get("days", "")
    wanted = tuple(value for key, value in pairs if key == "entity")
    if not name:
        return _page(request, pairs, KubikError("KBK3001", message("Say what the token is for.")))
    if days not in ("", *map(str, DAYS)) or not offered.issuperset(wanted):
        raise KubikError("KBK2000")
    user = who.actor.person or 0

    def make(tx: Transaction) -> str:
        narrowing = narrowed(tx.model, read_only=bool(values.get("read_only")), entities=wanted)
        return create_token(tx, user, name, int(days) if days else None, narrowing, by=user)

    made = who.workspace.write(make)
    note(who, "token made", login=who.actor.login, name=name[:100])
    with reading(request) as (who, tx):
        shell = make_shell(request, who, tx, path="/me/security")
        return render(who, "security/token_made.html", token=made, called=name, shell=shell)


@post("/me/security/tokens/{token:int}/end", sync_to_thread=True, include_in_schema=False)
def end_token(request: AnyRequest, token: FromPath[int]) -> Response[Any]:
    """Ends one of one's own."""
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
    user = who.actor.person or 0
    if not who.workspace.write(lambda tx: revoke_token(tx, token, user=user, by=user)):
        raise KubikError("KBK2006")
    note(who, "token ended", login=who.actor.login, token=token)
    return see_other("/me/security?told=token")


def _page(
    request: AnyRequest, pairs: list[tuple[str, str]], error: KubikError | None = None
) -> Response[Any]:
    with reading(request) as (who, tx):
        require_proof(request, who, tx)
        values = dict(pairs)
        return render(
            who, "security/token.html", status=error.status if error else 200,
            days=[(str(count), who.texts.render(message("in {count} days", count=count))) for count in DAYS],
            called=values.get("name", ""), chosen_days=values.get("days", "90"), read_only=bool(values.get("read_only")),
            entities=_entities(who, tx), chosen={value for key, value in pairs if key == "entity"},
            error=who.texts.render(error.detail) if error else None,
            shell=make_shell(request, who, tx, path="/me/security"),
        )  # fmt: skip


def _entities(who: Visit, tx: Transaction) -> tuple[tuple[str, str], ...]:
    """Entities that a token can be narrowed to: those the person may read, child rows going with their parents."""
    grants = grants_of(tx.model, who.actor)
    found = (
        (entity.name, entity.label_many.in_language(who.language) or entity.name)
        for entity in tx.model.entities.values()
        if entity.parent is None and entity.follows is None and entity.menu and grants.may(entity.uid, "read")
    )
    return tuple(sorted(found, key=lambda item: item[1].casefold()))


HANDLERS = (token_page, token_form, end_token)
