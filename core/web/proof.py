"""Proof that the person is still the one at the keyboard: asked for before their keys, or others', are changed."""

from __future__ import annotations

from core.access.sessions import is_proved
from core.errors import KubikError
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, exchange_state
from metamodel.messages import message


def require_proof(request: AnyRequest, who: Visit, tx: Transaction) -> None:
    """KBK4008 when the password was given too long ago: the browser is led to give it again, and back.

    KBK4002 for who acts as somebody else: nobody's keys are changed so.
    """
    require_oneself(who)
    if not is_proved(tx, exchange_state(request.scope).session):
        raise KubikError("KBK4008")


def require_oneself(who: Visit) -> None:
    """KBK4002 for who acts as somebody else."""
    if who.actor.mode is not None:
        raise KubikError("KBK4002", message("This is for the person alone: end acting as another first."))
