"""What a person sees, in words: each entity with its number, and what a change adds or takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.i18n import Texts
from core.records.outlook import CAP, NOTHING, Outlook, Sight
from metamodel.actions import Action
from metamodel.messages import Message, message
from metamodel.model import ACTIONS, Entity, Model
from renderers.pages.icons import icon_name
from renderers.people.view import SightLine, SightView

VERBS: Mapping[str, Message] = {
    "read": message("see records"),
    "show": message("see more fields"),
    "create": message("add records"),
    "update": message("change records"),
    "delete": message("delete records"),
    "move": message("move stages"),
    "export": message("export records"),
    "print": message("print documents"),
    "import": message("import records"),
    "reveal": message("reveal secrets"),
    "configure": message("configure the system"),
    "share": message("share records"),
}
MOST_NAMED = 3
"""Entities that the sentence above the table names."""


def sight_view(model: Model, outlooks: Iterable[Outlook], texts: Texts, *, changing: bool) -> SightView:
    """Before a change, or at rest: the table of what the person sees, with a sentence that says what changes."""
    told = [o for o in outlooks if o.before != NOTHING or o.after != NOTHING]
    told.sort(key=lambda outlook: (not outlook.changed, -outlook.after.count if not outlook.after.all else 1))
    changed = [outlook for outlook in told if outlook.changed]
    return SightView(
        words=_sentence(changed, told, texts, changing=changing),
        lines=tuple(
            _line(o, model, texts) for o in told if o.changed or o.after.count or not o.after.counted
        ),
        changed=bool(changed),
    )


def _sentence(changed: list[Outlook], known: list[Outlook], texts: Texts, *, changing: bool) -> str:
    if not changing:
        return "" if known else texts.gettext("Nothing yet: this person has no role that shows anything.")
    if not changed:
        return texts.gettext("Nothing changes in what this person sees.")
    told = [outlook for outlook in changed if outlook.difference != 0] or changed
    parts = [
        f"{label(o.entity, texts)} — {counted(o.after, texts)}{_compared(o, texts)}"
        for o in told[:MOST_NAMED]
    ]
    rest = len(changed) - len(parts)
    words = "; ".join(parts)
    if rest > 0:
        words += texts.render(message("; and {count} entities more", count=rest))
    return texts.phrase("This person will now see: {what}.", what=words)


def _compared(outlook: Outlook, texts: Texts) -> str:
    difference = outlook.difference
    if not difference:
        return ""
    words = message("{count} more than before") if difference > 0 else message("{count} fewer than before")
    return ", " + texts.render(Message(words.text, {"count": abs(difference)}))


def label(entity: Entity, texts: Texts) -> str:
    """What records of the entity are called."""
    return entity.label_many.in_language(texts.language) or entity.name


def counted(sight: Sight, texts: Texts) -> str:
    """How many records there are to see."""
    if not sight.counted:
        return texts.gettext("not counted")
    number = texts.number(sight.count)
    if sight.more:
        number = texts.phrase("more than {count}", count=texts.number(CAP))
    if sight.all and sight.count:
        return texts.phrase("all ({count})", count=number)
    return number


def _line(outlook: Outlook, model: Model, texts: Texts) -> SightLine:
    before, after, difference = outlook.before, outlook.after, outlook.difference
    sign, tone = "", ""
    if difference is None:
        sign = texts.gettext("not counted")
    elif difference:
        sign = f"+{texts.number(difference)}" if difference > 0 else f"−{texts.number(-difference)}"
        tone = "green" if difference > 0 else "red"
    return SightLine(
        label=label(outlook.entity, texts),
        icon=icon_name(outlook.entity.icon),
        count=counted(after, texts),
        difference=sign,
        tone=tone,  # type: ignore[arg-type]
        notes=tuple(_notes(outlook.entity, model.actions_of[outlook.entity.uid], before, after, texts)),
    )


def _notes(
    entity: Entity, named: Sequence[Action], before: Sight, after: Sight, texts: Texts
) -> Iterable[str]:
    """What else is different: actions and fields that come or go."""
    if before.all != after.all and before.actions and after.actions:
        yield (
            texts.gettext("all records, whatever they are")
            if after.all
            else texts.gettext("only some records now")
        )
    gained, lost = (
        _verbs(named, after.actions - before.actions, texts),
        _verbs(named, before.actions - after.actions, texts),
    )
    if gained and before != after:
        yield texts.phrase("may now: {what}", what=gained)
    if lost:
        yield texts.phrase("may no more: {what}", what=lost)
    if before.fields and after.fields:
        for words, uids in (
            ("sees the fields: {what}", after.fields - before.fields),
            ("sees no more the fields: {what}", before.fields - after.fields),
        ):
            names = [f.label.in_language(texts.language) or f.name for f in entity.fields if f.uid in uids]
            if names:
                yield texts.phrase(words, what=", ".join(names))


def _verbs(named: Sequence[Action], actions: frozenset[str], texts: Texts) -> str:
    """Actions in words, those of the configuration by what their buttons say."""
    built_in = [texts.render(VERBS[each]) for each in ACTIONS if each in actions]
    own = [texts.phrase("“{name}”", name=texts.render(each.label)) for each in named if each.right in actions]
    return ", ".join(built_in + own)
