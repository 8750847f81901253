"""Why somebody may or may not: the question, and its answer in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from core.access.actor import system_actor
from core.access.grants import grants_of
from core.access.managing import manages, manages_anybody
from core.access.words import action_words
from core.errors import KubikError
from core.query.query import Query
from core.query.read import read, titles, visible_ids
from core.query.why import who_may
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import ACTIONS, Entity, Field
from metamodel.text import number_of
from renderers.pages.options import Option
from renderers.pages.titles import title_words
from renderers.roles.answer import Question, answer
from renderers.roles.reading import named, shown_entities
from renderers.roles.why_view import AskedWhy, WhyView

MOST_PEOPLE = 100
MOST_ASKED = 40
"""People who are asked whether they can, too."""

_NOT_HERE = frozenset(("show", "configure"))


def asked_why(given: Mapping[str, str], *, entity: str = "", user: str = "", action: str = "") -> AskedWhy:
    """The question of an address; what it leaves out is taken from the page around it."""
    return AskedWhy(
        user=given.get("user", "") or user,
        entity=given.get("of", "") or given.get("entity", "") or entity,
        record=(given.get("record") or given.get("id") or "").strip()[:200],
        action=given.get("does", "") or action or "read",
        field=given.get("field", ""),
        given="record" in given,
    )


def why_view(who: Visit, tx: Transaction, asked: AskedWhy) -> WhyView:
    """The panel for who manages people; KBK4002 for anybody else."""
    if not manages_anybody(tx.model, who.actor):
        raise KubikError("KBK4002", message("this is told to who manages people"))
    entities = shown_entities(tx, who.actor)
    entity = next((e for e in entities if e.name == asked.entity), None)
    if entity is None and asked.entity:
        raise KubikError("KBK2006")
    people = _people(who, tx, asked.user)
    person = next((p for p in people if p.chosen), None)
    record = _record(who, tx, entity, asked.record) if entity is not None else None
    field = _field(who, tx, entity, asked.field)
    question = _question(tx, asked, person, entity, record, field)
    found = answer(who, tx, question, who_can(who, tx, question)) if question is not None else None
    missing = ""
    if asked.given and asked.record and record is None:
        missing = who.texts.gettext("No such record was found")
    elif asked.given and person is None:
        missing = who.texts.gettext("Choose a person")
    return WhyView(
        people=people,
        actions=_actions(who, tx, entity, asked.action),
        entities=tuple(_option(e.name, who.texts.render(e.label), entity is e) for e in entities),
        fields=_fields(who, tx, entity, field),
        entity=entity.name if entity is not None else "",
        entity_label=who.texts.render(entity.label) if entity is not None else "",
        record=asked.record,
        record_title=record[1] if record is not None else "",
        record_href=f"/e/{entity.name}/{record[0]}" if entity is not None and record is not None else "",
        record_id=record[0] if record is not None else 0,
        missing=missing,
        answer=found,
        user=person.value if person is not None else "",
        action=asked.action,
        field=field.name if field is not None else "",
    )


def question_of(who: Visit, tx: Transaction, asked: AskedWhy) -> Question | None:
    """The whole question, for who may ask it; None when a part of it is missing."""
    if not manages_anybody(tx.model, who.actor):
        raise KubikError("KBK4002", message("this is told to who manages people"))
    entity = next((e for e in shown_entities(tx, who.actor) if e.name == asked.entity), None)
    person = next((p for p in _people(who, tx, asked.user) if p.chosen), None)
    record = _record(who, tx, entity, asked.record) if entity is not None else None
    return _question(tx, asked, person, entity, record, _field(who, tx, entity, asked.field))


def _question(
    tx: Transaction, asked: AskedWhy, person: Option | None, entity: Entity | None, record: tuple[int, str] | None,
    field: Field | None,
) -> Question | None:  # fmt: skip
    if entity is None or record is None or person is None:
        return None
    return Question(
        person=int(person.value), name=person.label, entity=entity, record=record[0], title=record[1],
        action=_action(tx, entity, asked.action), field=field,
    )  # fmt: skip


def _option(value: str, label: str, chosen: bool) -> Option:
    return Option(value=value, label=label, chosen=chosen)


def _people(who: Visit, tx: Transaction, chosen: str) -> tuple[Option, ...]:
    """The people whom the reader sees and manages."""
    ids = active_people(tx, MOST_PEOPLE)
    person = number_of(chosen)
    if person is not None:
        ids = list(dict.fromkeys([*ids, person]))
    return tuple(
        _option(str(id), name, str(id) == chosen)
        for id, name in named(who, tx, ids).items()
        if manages(tx, who.actor, id)
    )


def active_people(tx: Transaction, limit: int) -> list[int]:
    """The ids of people who may sign in, by their names."""
    query = Query(entity="user", fields=("login",), filter="active = true", sort=("name",), limit=limit)
    return [int(item["id"]) for item in read(tx, system_actor(), query).items]


def _record(who: Visit, tx: Transaction, entity: Entity, text: str) -> tuple[int, str] | None:
    """The record of that number, or the first that the search finds; one out of the reader's sight is none."""
    if not text:
        return None
    number = number_of(text)
    if number is not None and number in visible_ids(tx, who.actor, entity, [number], "any"):
        found = number
    else:
        items = read(tx, who.actor, Query(entity=entity.name, fields=(), search=text, limit=1)).items
        if not items:
            return None
        found = int(items[0]["id"])
    title = titles(tx, who.actor, entity, (found,))[found].title
    return found, title_words(title, found, who.texts)


def _action(tx: Transaction, entity: Entity, name: str) -> str:
    """The right of an action: of the configuration's by its own."""
    own = next((a.right for a in tx.model.actions_of[entity.uid] if a.name == name), None)
    return own or (name if name in ACTIONS and name not in _NOT_HERE else "read")


def _actions(who: Visit, tx: Transaction, entity: Entity | None, chosen: str) -> tuple[Option, ...]:
    made = [
        _option(action, who.texts.render(action_words(tx.model, action)), action == chosen)
        for action in ACTIONS
        if action not in _NOT_HERE and (action != "move" or entity is None or entity.stages is not None)
    ]
    named = tx.model.actions_of[entity.uid] if entity is not None else ()
    return (*made, *(_option(a.name, who.texts.render(a.label), a.name == chosen) for a in named))


def _field(who: Visit, tx: Transaction, entity: Entity | None, name: str) -> Field | None:
    if entity is None or name not in entity.by_name:
        return None
    found = entity.by_name[name]
    return found if found.uid in grants_of(tx.model, who.actor).readable(entity.uid) else None


def _fields(who: Visit, tx: Transaction, entity: Entity | None, chosen: Field | None) -> tuple[Option, ...]:
    if entity is None:
        return ()
    known = grants_of(tx.model, who.actor).readable(entity.uid)
    return tuple(
        _option(f.name, who.texts.render(f.label), f is chosen)
        for f in entity.fields
        if not f.system and f.uid in known
    )


def who_can(who: Visit, tx: Transaction, question: Question) -> tuple[str, ...]:
    """The names of others who may do it, of the people the reader sees."""
    field = question.field.uid if question.field is not None else None
    people = who_may(tx, question.entity, question.record, question.action, field, most=MOST_ASKED)
    return tuple(named(who, tx, [id for id in people if id != question.person]).values())
