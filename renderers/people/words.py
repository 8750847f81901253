"""Words about people that several pages use: how somebody came by a role, what state they are in, when they were seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from core.access.roster import Entry, Way
from core.access.second import needs_factor
from core.i18n import Texts
from core.query.why import group_names
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import Model
from renderers.people.gate import Gate
from renderers.people.view import HeldRole, Mark


def role_label(model: Model, uid: str, language: str) -> str:
    """What a role is called."""
    role = model.role_by_uid[uid]
    return role.label.in_language(language) or role.name


def groups_known(gate: Gate, known: Mapping[int, Entry]) -> Mapping[int, str]:
    """The names of the groups that give these people roles, as far as the reader may know them."""
    ways = (way for entry in known.values() for each in entry.ways.values() for way in each)
    return group_names(gate.tx, gate.actor, {way.group for way in ways if way.group is not None})


def held(model: Model, entry: Entry, groups: Mapping[int, str], texts: Texts) -> tuple[HeldRole, ...]:
    """The roles of a person in the order of the model, those that another role brings along left out."""
    found = []
    for role in model.roles.values():
        ways = [way for way in entry.ways.get(role.uid, ()) if way.kind != "included"]
        if ways:
            label = role_label(model, role.uid, texts.language)
            found.append(HeldRole(label=label, why=why(model, ways[0], groups, texts)))
    return tuple(found)


def why(model: Model, way: Way, groups: Mapping[int, str], texts: Texts) -> str:
    """How somebody came by a role, empty when it is simply theirs."""
    if way.kind == "group":
        name = groups.get(way.group or 0)
        return texts.phrase("by the group “{group}”", group=name) if name else texts.gettext("by a group")
    if way.kind == "included" and way.role is not None:
        label = role_label(model, way.role, texts.language)
        return texts.phrase("with the role “{role}”", role=label)
    return ""


def marks(tx: Transaction, entry: Entry, texts: Texts, *, active: bool) -> tuple[Mark, ...]:
    """What there is to say of a person's state; of one who comes and goes as usual, that they do."""
    if not active:
        return (Mark(label=texts.gettext("disabled"), icon="lock"),)
    found = []
    if entry.invited_until is not None and not entry.password:
        found.append(Mark(label=texts.gettext("invited"), tone="blue", icon="mail"))
    elif not entry.password:
        found.append(Mark(label=texts.gettext("no password yet"), tone="amber", icon="key"))
    if entry.password and not entry.factor and asks_factor(tx, entry):
        found.append(Mark(label=texts.gettext("without second factor"), tone="amber", icon="shield"))
    return tuple(found) or (Mark(label=texts.gettext("active"), tone="green", icon="check"),)


def asks_factor(tx: Transaction, entry: Entry) -> bool:
    """Whether the person signs in with a second factor only."""
    return needs_factor(tx.model, entry.ways, tx.workspace.settings.second_factor)


def seen(who: Visit, tx: Transaction, moment: datetime | None) -> str:
    """When somebody was last here: today with the time, lately by days, then the day."""
    if moment is None:
        return ""
    then, now = moment.astimezone(who.zone), tx.now.astimezone(who.zone)
    if now - then < timedelta(minutes=6):
        return who.texts.gettext("now")
    if then.date() == now.date():
        return who.texts.time(then.time())
    days = (now.date() - then.date()).days
    if days == 1:
        return who.texts.gettext("yesterday")
    return (
        who.texts.render(message("{count} days ago", count=days))
        if days < 15
        else who.texts.date(then.date())
    )
