"""Recovery codes: made, stored as hashes, shown once."""

from __future__ import annotations

from core.access.login import actor_of_session
from core.access.second import hash_recovery, new_recovery_codes, salt_of, store_recovery
from core.access.security import note_security
from core.errors import KubikError
from core.storage.workspace import Transaction, Workspace


def fresh_codes(workspace: Workspace, session: str) -> tuple[str, ...]:
    """New codes in the place of those before, of the person of a session who has a second factor."""
    with workspace.read() as tx:
        actor = actor_of_session(tx, session)
        user = actor.person if actor is not None and actor.mode is None else None
        salt = salt_of(tx, user) if user is not None else None
    if user is None or salt is None:
        raise KubikError("KBK4002")
    codes = new_recovery_codes()
    hashes = [hash_recovery(code, salt) for code in codes]

    def store(tx: Transaction) -> None:
        store_recovery(tx, user, hashes)
        note_security(tx, "recovery_new", user, user)

    workspace.write(store)
    return codes
