"""A grant in words: what is given, of which records, at which stages, without which fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.access.grants import of_no_row
from metamodel.messages import Message, message
from metamodel.model import ACTIONS, Entity, Grant
from renderers.roles.words.pieces import Piece, Pieces, Speaker, joined
from renderers.roles.words.rule import chips, rule_words

DOES: Mapping[str, Message] = {
    "read": message("sees"),
    "show": message("sees cells"),
    "create": message("creates"),
    "update": message("changes"),
    "delete": message("deletes"),
    "move": message("moves between stages"),
    "export": message("exports"),
    "print": message("prints"),
    "import": message("imports"),
    "reveal": message("reveals secrets"),
    "share": message("shares"),
    "configure": message("configures"),
}
"""The built-in actions as somebody does them."""

_CREATES = frozenset(("create",))
_CELLS = frozenset(("read", "show", "create", "update"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantWords:
    """The sentences of a grant: the rule itself, and what is said in smaller print."""

    sentence: Pieces
    notes: tuple[Pieces, ...]


def grant_words(
    speaker: Speaker, grant: Grant, *, fields: tuple[str, tuple[str, ...]] = ("all", ())
) -> GrantWords:
    """``fields`` is how the set of fields was written: all, all_but or only, with uids."""
    entity = speaker.model.entity_by_uid[grant.entity]
    what = joined(_verbs(speaker, grant))
    name = speaker.word(entity.label_many)
    rule = grant.check if grant.rows is None and grant.actions == _CREATES else grant.rows
    if rule is None:
        sentence = speaker.say(message("{does}: all {records}", records=name), does=what)
    elif of_no_row(grant):
        return GrantWords(
            sentence=speaker.say(message("{does}: no {records}", records=name), does=what), notes=()
        )
    else:
        words = message("{does}: {records} where {rule}", records=name)
        sentence = speaker.say(words, does=what, rule=rule_words(speaker, rule))
    return GrantWords(sentence=sentence, notes=tuple(_notes(speaker, entity, grant, fields)))


def _verbs(speaker: Speaker, grant: Grant) -> Pieces:
    known = [speaker.word(DOES[action]) for action in ACTIONS if action in grant.actions]
    named = [a for a in speaker.model.actions.values() if a.right in grant.actions]
    known += [f"«{speaker.word(action.label)}»" for action in named]
    text = ", ".join(known)
    return (Piece(text[:1].upper() + text[1:], "good"),)


def _notes(
    speaker: Speaker, entity: Entity, grant: Grant, fields: tuple[str, tuple[str, ...]]
) -> list[Pieces]:
    made: list[Pieces] = []
    if grant.stages is not None and entity.stages is not None:
        stages = [s for p in entity.stages.pipelines for s in p.stages if s.uid in grant.stages]
        named = speaker.listed(chips([speaker.word(stage.label) for stage in stages], "value"))
        made.append(speaker.say(message("At the stages {stages}"), stages=named))
    if grant.check is not None and (grant.rows is not None or grant.actions != _CREATES):
        if grant.rows is not None and grant.rows.root == grant.check.root:
            made.append(speaker.say(message("After a change it must stay so")))
        else:
            rule = rule_words(speaker, grant.check)
            made.append(speaker.say(message("What is written must be so: {rule}"), rule=rule))
    if grant.actions & _CELLS:
        made += _field_notes(speaker, entity, grant, *fields)
    return made


def _field_notes(
    speaker: Speaker, entity: Entity, grant: Grant, how: str, uids: tuple[str, ...]
) -> list[Pieces]:
    labels = [speaker.field(entity.uid, entity.by_uid[uid]) for uid in uids if uid in entity.by_uid]
    if how == "all":
        return []
    if not labels:
        return [] if how == "all_but" else [speaker.say(message("No field"))]
    named = speaker.listed(chips(labels, "bad" if how == "all_but" else "field"))
    words = message("All fields but {fields}") if how == "all_but" else message("Only the fields {fields}")
    return [speaker.say(words, fields=named)]
