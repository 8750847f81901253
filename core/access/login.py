"""Signing in and out, and who a session or a token is; keys are stored as hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from core.access.acting import act_as
from core.access.actor import Actor
from core.access.attempts import count_attempt, forgive, keys_of
from core.access.challenges import begin_challenge
from core.access.credentials import has_password, set_password, store_hash, stored_hash
from core.access.keys import key_hash
from core.access.passwords import PasswordHash, hash_password, is_outdated, verify_password
from core.access.people import Key, find_login, find_person, nobody
from core.access.second import has_factor, needs_factor
from core.access.security import note_security
from core.access.sessions import begin_session, end_sessions
from core.errors import KubikError
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message
from metamodel.text import KEY_LENGTH, fold

REFRESH = timedelta(minutes=1)
"""How stale the moment of last use of a session or token may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a right password gives: the key of a session, or of a sign-in that goes on (`core.access.challenges`)."""

    key: str
    needs: Literal["code", "factor"] | None = None
    """What is still asked for: a code of the second factor, or that one is set up."""


# --- signing in -------------------------------------------------------------------------------------------------------


def sign_in(
    workspace: Workspace, login: str, password: str, address: str | None, agent: str | None = None
) -> Entry:
    """A new session for the browser, or what it still needs.

    KBK4005 when login and password do not fit, whichever of them; KBK4004 with `retry_after` after too many attempts.
    """
    user, stored, keys = _known(workspace, login, password, address)
    fresh = hash_password(password) if is_outdated(stored) else None

    def begin(tx: Transaction) -> Entry:
        person = find_person(tx, "user", {"user": user})
        if stored_hash(tx, user) != stored or person is None:
            raise _unfit()
        forgive(tx, keys)
        if fresh is not None:
            store_hash(tx, user, fresh)
        if has_factor(tx, user):
            return Entry(key=begin_challenge(tx, user), needs="code")
        if needs_factor(tx.model, person.actor.roles, tx.workspace.settings.second_factor):
            return Entry(key=begin_challenge(tx, user), needs="factor")
        note_security(tx, "signed_in", user, user, address=address, detail=agent)
        return Entry(key=begin_session(tx, user, address, agent))

    return workspace.write(begin)


def check_password(workspace: Workspace, login: str, password: str, address: str | None) -> None:
    """Ask somebody who is signed in for their password again; refused as `sign_in` refuses."""
    _, _, keys = _known(workspace, login, password, address)
    workspace.write(lambda tx: forgive(tx, keys))


def _known(
    workspace: Workspace, login: str, password: str, address: str | None
) -> tuple[int, str, tuple[str, ...]]:
    """The user of a login and password that fit, the hash they fit, and the counters of the attempt."""
    folded = fold(login.strip())[:KEY_LENGTH].encode(errors="replace").decode()
    keys = keys_of(folded, address)
    workspace.write(lambda tx: count_attempt(tx, keys))
    with workspace.read() as tx:
        found = find_login(tx, folded)
        stored = None if found is None or not found[1] else stored_hash(tx, found[0])
    if not verify_password(stored, password) or stored is None or found is None:
        raise _unfit()
    return found[0], stored, keys


def _unfit() -> KubikError:
    return KubikError("KBK4005", message("The login or the password does not fit."))


def sign_out(workspace: Workspace, token: str) -> None:
    """End the session of that key; one that is not there is ended already."""
    table = workspace.own.session
    workspace.write(lambda tx: tx.connection.execute(table.delete().where(table.c.hash == key_hash(token))))


# --- who asks ---------------------------------------------------------------------------------------------------------


def actor_of_session(tx: Transaction, token: str, *, attended: bool = True) -> Actor | None:
    """Who is signed in by that key, as themselves or as whom they act; only what is ``attended`` keeps it from idling.

    None when it is unknown, ended, idle for too long, theirs who may not; when they may no longer act as that person,
    and when they, or that person, need a second factor and have not given it.
    """
    idle = tx.now - timedelta(hours=tx.workspace.settings.session_hours)
    person = find_person(tx, "session", {"hash": key_hash(token), "now": tx.now, "idle": idle})
    if person is None:
        return None
    actor = person.actor
    if person.acting is not None and person.mode is not None:
        try:
            actor = act_as(tx, person.actor, person.acting, person.mode)
        except KubikError:
            return None
    setting = tx.workspace.settings.second_factor
    if not person.strong and needs_factor(tx.model, (*actor.roles, *person.actor.roles), setting):
        return None
    if attended and tx.now - person.seen >= REFRESH:
        _refresh(tx.workspace, "session", person.key)
    return actor


def actor_of_token(tx: Transaction, token: str) -> Actor | None:
    """Whose program sent that key; ``Actor.token`` is the id of the key, ``narrowing`` what it leaves of their rights."""
    person = find_person(tx, "token", {"hash": key_hash(token), "now": tx.now, "idle": None})
    if person is None:
        return None
    if person.seen is None or tx.now - person.seen >= REFRESH:
        _refresh(tx.workspace, "token", person.key)
    return person.actor


def load_actor(tx: Transaction, user: int) -> Actor:
    """An active user by id; KBK4001 when there is none."""
    person = find_person(tx, "user", {"user": user})
    if person is None:
        raise nobody()
    return person.actor


def _refresh(workspace: Workspace, by: Key, key: object) -> None:
    """Note that the session or token is in use, apart from the request and once for all that ask at once."""

    def note(tx: Transaction) -> None:
        own = tx.tables.own
        if by == "session":
            change = own.session.update().where(own.session.c.hash == key).values(seen_at=tx.now)
        else:
            change = own.token.update().where(own.token.c.id == key).values(used_at=tx.now)
        tx.connection.execute(change)

    workspace.later((by, key), note)


__all__ = [
    "Entry", "PasswordHash", "actor_of_session", "actor_of_token", "check_password", "end_sessions", "has_password",
    "hash_password", "key_hash", "load_actor", "set_password", "sign_in", "sign_out", "verify_password",
]  # fmt: skip
