"""The page of a person: who they are, what they have, what they see, their keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.access.roster import Entry, entries
from core.errors import KubikError
from core.query.query import Link
from core.query.read import record
from core.records.handover import Handover, handovers_of
from core.records.outlook import Outlook, foresee, sights
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from renderers.pages.people import person as drawn
from renderers.pages.titles import title_words
from renderers.people.access import Sent, access_form, present, save
from renderers.people.gate import Gate
from renderers.people.sight import sight_view
from renderers.people.view import Fact, PastLine, PersonView, SightView
from renderers.people.words import asks_factor, marks, seen

SHOWN = ("name", "login", "email", "department", "active")


def person_view(
    who: Visit, gate: Gate, person: int, sent: Sent | None = None, *, foreseen: SightView | None = None,
    refused: str = "",
) -> PersonView:  # fmt: skip
    """The page of somebody the reader manages; ``sent`` is what stands in the form after a refusal, or before it is
    saved, ``foreseen`` what it would mean.
    """
    texts, here = who.texts, f"/people/{person}"
    fields = ("id", "version", *(name for name in SHOWN if gate.may_read(name)))
    item, _ = record(gate.tx, gate.actor, "user", person, fields)
    entry = entries(gate.tx, [person])[person]
    active = item.get("active", True)
    mine = person in (gate.actor.user, gate.actor.person)
    may_close = "active" in gate.fields and not mine
    return PersonView(
        id=person,
        person=drawn(person, item.get("name") or item.get("login") or f"#{person}"),
        login=item.get("login") or "",
        here=here,
        facts=tuple(_facts(who, item)),
        marks=marks(gate.tx, entry, texts, active=active),
        access=access_form(gate, sent or present(gate, person), person, texts, here),
        sight=foreseen or _at_rest(who, gate, person),
        keys=tuple(_keys(who, gate, person, entry, active=active)),
        past=tuple(_past(who, gate.tx, each) for each in handovers_of(gate.tx, person)),
        off=not active,
        profile_href=f"/e/user/{person}",
        edit_href=f"/e/user/{person}/edit" if gate.fields else "",
        leave_href=f"{here}/leave" if not mine else "",
        disable_href=f"{here}/disable" if may_close and active else "",
        enable_href=f"{here}/enable" if may_close and not active else "",
        refused=refused,
    )


def _facts(who: Visit, item: Mapping[str, Any]) -> list[str]:
    link = item.get("department")
    shown = title_words(link.title, link.id, who.texts) if isinstance(link, Link) and not link.hidden else ""
    return [fact for fact in (item.get("login"), item.get("email"), shown) if fact]


def _at_rest(who: Visit, gate: Gate, person: int) -> SightView:
    """What the person sees as they are."""
    now = sights(gate.tx, gate.actor, person)
    known = gate.tx.model.entity_by_uid
    outlooks = [Outlook(entity=known[uid], before=sight, after=sight) for uid, sight in now.items()]
    return sight_view(gate.tx.model, outlooks, who.texts, changing=False)


def foresight(who: Visit, gate: Gate, person: int | None, sent: Sent) -> SightView:
    """What the person would see with what the form says; a refusal in its own words."""
    try:
        outlooks = foresee(gate.tx, gate.actor, person, lambda: save(gate, person, sent))
    except KubikError as refusal:
        if refusal.status >= 500:
            raise
        return SightView(words="", lines=(), refused=refused_words(who, refusal))
    return sight_view(gate.tx.model, outlooks, who.texts, changing=True)


def refused_words(who: Visit, refusal: KubikError) -> str:
    """Why a write was refused, every fault once."""
    told = [who.texts.render(problem.message) for problem in refusal.errors]
    return "; ".join(dict.fromkeys(told)) or who.texts.render(refusal.detail)


def _keys(who: Visit, gate: Gate, person: int, entry: Entry, *, active: bool) -> list[Fact]:
    texts, here = who.texts, f"/people/{person}"
    mine = person in (gate.actor.user, gate.actor.person)
    last = seen(who, gate.tx, entry.seen) or texts.gettext("never")
    kept = []
    if entry.sessions:
        kept.append(texts.render(message("sessions: {count}", count=entry.sessions)))
    if entry.tokens:
        kept.append(texts.render(message("tokens: {count}", count=entry.tokens)))
    found = [
        Fact(
            icon="device-laptop", label=texts.gettext("Last here"), value=" · ".join([last, *kept]),
            action=f"{here}/end-sessions" if entry.sessions and not mine else "",
            verb=texts.gettext("End sessions"),
        )
    ]  # fmt: skip
    if entry.password:
        value = texts.gettext("chosen")
    elif entry.invited_until is not None:
        day = texts.date(entry.invited_until.astimezone(who.zone).date())
        value = texts.phrase("invited, the link is good until {day}", day=day)
    else:
        value = texts.gettext("none yet")
    verb = texts.gettext("Link for a new password") if entry.password else texts.gettext("Invitation link")
    link = f"{here}/link" if active and not mine else ""
    found.append(Fact(icon="key", label=texts.gettext("Password"), value=value, action=link, verb=verb))
    asked = asks_factor(gate.tx, entry)
    missing = (
        texts.gettext("not set up; asked for at the next sign-in") if asked else texts.gettext("not set up")
    )
    found.append(Fact(
        icon="shield-lock", label=texts.gettext("Second factor"), tone="amber" if asked and not entry.factor else "",
        value=texts.gettext("set up") if entry.factor else missing,
        action=f"{here}/reset-factor" if entry.factor and not mine else "", verb=texts.gettext("Reset"),
    ))  # fmt: skip
    return found


def _past(who: Visit, tx: Transaction, past: Handover) -> PastLine:
    if past.running:
        words = who.texts.gettext("Being handed over")
    elif past.undo is not None and past.undo.state == "done":
        words = who.texts.gettext("Handed over and taken back")
    else:
        words = who.texts.render(message("Handed over: {count}", count=past.report.handed))
    at = past.job.finished_at or past.job.created_at
    return PastLine(
        href=f"/people/{past.order.person}/leave/{past.job.id}", words=words, at=seen(who, tx, at)
    )
