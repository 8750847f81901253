"""The filter as an expression: checked while it is typed, its fields and functions offered with their labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.access.grants import Grants
from core.errors import KubikError
from core.i18n import Texts
from core.query.query import Query
from core.query.read import count
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.expression.aggregates import AGGREGATES
from metamodel.expression.functions import FUNCTIONS
from metamodel.messages import Message, message
from metamodel.model import Entity, Model
from renderers.filters.bar import fault_of
from renderers.filters.subjects import Subject, subject, subjects

MOST_COUNTED = 10_000
MOST_NAMES = 400

_WORDS: dict[str, Message] = {
    "me": message("me"), "my.department": message("my department"), "my.departments": message("my department and below"),
    "my.subordinates": message("my subordinates"), "my.groups": message("my groups"), "my.roles": message("my roles"),
    "today()": message("today"), "now()": message("now"), "AND": message("and"), "OR": message("or"), "NOT": message("not"),
    "IN ()": message("one of"), "BETWEEN": message("between"), "CONTAINS": message("contains"),
    "IS NULL": message("is empty"), "IS NOT NULL": message("is not empty"), "EXISTS()": message("there are such rows"),
    "UNDER()": message("in the tree below"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is said of an expression that is being typed: how many records, or what is wrong and where."""

    words: str = ""
    wrong: str = ""
    before: str = ""
    at: str = ""
    after: str = ""
    """The text around the character that cannot be; all empty when no one character is to blame."""
    place: int = 0
    """That character, counted from 1; 0 for none."""


def checked(who: Visit, tx: Transaction, grants: Grants, entity: Entity, text: str) -> Checked:
    """Whether the text is a condition for this reader, and of how many of the records they see."""
    if not text.strip():
        return Checked(words=who.texts.gettext("Empty: all records"))
    fault = fault_of(tx.model, grants, entity, text)
    if fault is not None:
        return wrong(fault, text, who.texts)
    try:
        found = count(tx, who.actor, Query(entity=entity.name, fields=(), filter=text), cap=MOST_COUNTED + 1)
    except KubikError as error:
        return wrong(error, text, who.texts)
    if found > MOST_COUNTED:
        return Checked(
            words=who.texts.phrase("more than {number} records", number=who.texts.number(MOST_COUNTED))
        )
    return Checked(words=who.texts.render(message("{count} records", count=found)))


def wrong(error: KubikError, text: str, texts: Texts) -> Checked:
    """What is wrong in words, with the text around its place."""
    words = error.errors[0].message if error.errors else message("{why}", why=error.detail)
    place = words.parameters.get("at")
    said = texts.render(words)
    if not isinstance(place, int):
        return Checked(wrong=said)
    at = place - 1
    return Checked(
        wrong=said, place=place, before=text[max(0, at - 30) : at], at=text[at : at + 1] or "⏎", after=text[at + 1 : at + 20]
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Something that may stand in an expression: its text, what people call it, of what kind it is."""

    text: str
    label: str
    kind: str


def rows_of(model: Model, grants: Grants, entity: Entity, name: str) -> Entity:
    """The entity whose rows an inner condition is about; KBK2006 for a name of no rows."""
    found: Subject | None = subject(model, grants, entity, name) if name else None
    if name and (found is None or found.rows is None):
        raise KubikError("KBK2006")
    return entity if found is None or found.rows is None else found.rows


def known(who: Visit, tx: Transaction, grants: Grants, entity: Entity, under: str) -> Iterator[Known]:
    """What may stand in an expression, or behind the point of a link (``under``)."""
    language, texts = who.language, who.texts
    led = subject(tx.model, grants, entity, under) if under else None
    if under and (led is None or led.field is None or led.field.target is None):
        return
    target = tx.model.entity_by_uid[led.field.target] if led and led.field and led.field.target else entity
    for each in list(subjects(tx.model, grants, target))[:MOST_NAMES]:
        yield Known(text=each.name, label=each.label(language), kind="field")
        choices = each.field.choices if each.field is not None and not under else ()
        for choice in choices:
            label = f"{each.label(language)}: {choice.label.in_language(language) or choice.name}"
            yield Known(text=f"'{choice.name}'", label=label, kind="value")
    if not under:
        for word, words in _WORDS.items():
            yield Known(text=word, label=texts.render(words), kind="word")
        for name in (*FUNCTIONS, *AGGREGATES):
            yield Known(
                text=f"{name}()", label=FUNCTIONS[name].usage if name in FUNCTIONS else "", kind="function"
            )
