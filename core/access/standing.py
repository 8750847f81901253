"""As whom a job goes on with what somebody asked for: with today's rights, and no more than they asked with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.access.acting import act_as
from core.access.actor import system_actor
from core.access.login import load_actor
from core.access.narrowing import both, read_narrowing, write_narrowing

if TYPE_CHECKING:
    from core.access.actor import Actor
    from core.jobs.jobs import Job
    from core.storage.workspace import Transaction

STANDING = "standing"
"""The parameter of a job that holds it."""


def write_standing(actor: Actor) -> dict[str, Any]:
    """What a job's parameters must say of who asked for it; nothing when they asked as themselves with all rights."""
    if actor.behalf is None and actor.narrowing is None:
        return {}
    return {
        STANDING: {
            "user": actor.user,
            "mode": actor.mode,
            "token": actor.token,
            "narrowing": write_narrowing(actor.narrowing),
        }
    }


def actor_of_standing(tx: Transaction, job: Job) -> Actor:
    """Who asked for a job, as they are now: nobody is the system itself.

    KBK4001 when they are no more, or may no longer act for whom they did.
    """
    if job.by is None:
        return system_actor()
    person = load_actor(tx, job.by)
    stood = job.parameters.get(STANDING)
    if stood is None:
        return person
    actor = person
    if stood["mode"] is not None:
        actor = act_as(tx, person, stood["user"], stood["mode"])
    return replace(
        actor,
        token=stood["token"],
        narrowing=both(actor.narrowing, read_narrowing(stood["narrowing"])),
    )


def asked_so(actor: Actor, job: Job) -> bool:
    """Whether a job of this person may be told of here: a narrower key, and who acts as another, see their own only."""
    if actor.narrowing is None:
        return True
    stood = job.parameters.get(STANDING)
    return stood is not None and (stood["user"], stood["mode"], stood["token"]) == (
        actor.user,
        actor.mode,
        actor.token,
    )
