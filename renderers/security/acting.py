"""Acting as another: whom one may stand in for, beginning and ending it; the bar that says so on every page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from litestar import Response, get, post

from core.access.acting import Deputizing, act_as, stands_in_for
from core.access.actor import Actor, Mode, system_actor
from core.access.second import needs_factor
from core.access.security import SecurityKind, note_security
from core.access.sessions import is_strong, turn
from core.errors import KubikError
from core.query.read import titles
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, exchange_state, form_pairs, reading
from core.web.proof import require_oneself
from core.web.render import cookie, render, see_other
from core.web.security import SESSION_COOKIE
from core.web.security_log import note
from metamodel.messages import message
from metamodel.text import number_of
from renderers.pages.shell import make_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody one may stand in for now."""

    id: int
    name: str
    until: str


@get("/me/acting", sync_to_thread=True, include_in_schema=False)
def acting_page(request: AnyRequest) -> Response[Any]:
    """Whom one may stand in for today."""
    with reading(request) as (who, tx):
        require_oneself(who)
        found = _longest(stands_in_for(tx, who.actor.person or 0))
        names = titles(tx, system_actor(), tx.model.entities["user"], [each.user for each in found])
        people = tuple(
            Away(id=each.user, name=str(names[each.user].title), until=who.texts.date(each.ends_on))
            for each in found
        )
        return render(who, "security/acting.html", people=people, shell=make_shell(request, who, tx))


def _longest(found: Iterable[Deputizing]) -> Sequence[Deputizing]:
    """Each person once, by what lasts longest: somebody may have named the same deputy twice."""
    kept: dict[int, Deputizing] = {}
    for each in found:
        known = kept.get(each.user)
        if known is None or (each.ends_on or date.max) > (known.ends_on or date.max):
            kept[each.user] = each
    return tuple(kept.values())


@post("/me/acting", sync_to_thread=True, include_in_schema=False)
def begin_form(request: AnyRequest) -> Response[Any]:
    """From now on as that person: ``user`` is their id, ``mode`` is view or deputy."""
    values, key = dict(form_pairs(request)), exchange_state(request.scope).session or ""
    mode, user = values.get("mode", ""), values.get("user", "")
    if mode not in ("view", "deputy") or number_of(user) is None:
        raise KubikError("KBK2000")
    with reading(request) as (who, tx):
        require_oneself(who)
        wanted = act_as(tx, who.actor, int(user), cast("Mode", mode))
        _require_strong(tx, key, wanted, who.site.settings.second_factor)

    def begin(tx: Transaction) -> str:
        kind: SecurityKind = "viewed" if mode == "view" else "deputized"
        note_security(tx, kind, int(user), who.actor.person, address=who.address)
        return turn(tx, key, int(user), cast("Mode", mode))

    fresh = who.workspace.write(begin)
    note(who, "acting", login=who.actor.login, as_login=wanted.login, mode=mode)
    return see_other("/", cookie(who, SESSION_COOKIE, fresh))


@post("/me/acting/end", sync_to_thread=True, include_in_schema=False)
def end_form(request: AnyRequest) -> Response[Any]:
    """Oneself again."""
    key = exchange_state(request.scope).session or ""
    with reading(request) as (who, _):
        actor = who.actor
    if actor.mode is None:
        return see_other("/")
    fresh = who.workspace.write(lambda tx: turn(tx, key, None, None))
    note(who, "acting ended", login=actor.login, mode=actor.mode)
    to = f"/e/user/{actor.user}" if actor.mode == "view" else "/"
    return see_other(to, cookie(who, SESSION_COOKIE, fresh))


def _require_strong(tx: Transaction, key: str, wanted: Actor, setting: str) -> None:
    """Who signs in with a second factor is not acted as without one."""
    if needs_factor(tx.model, wanted.roles, setting) and not is_strong(tx, key):
        raise KubikError(
            "KBK4002",
            message(
                "This person signs in with a second factor. Set one up for yourself, then sign in with it."
            ),
        )


HANDLERS = (acting_page, begin_form, end_form)
