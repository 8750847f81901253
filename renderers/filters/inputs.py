"""What a condition is asked with, as the fields of a form: drawn by the widgets that edit records, read back as constants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.options import records_titled
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.errors import ValueRefused
from metamodel.expression.types import TEXT
from metamodel.fields.base import Context
from metamodel.fields.operator import Operator
from metamodel.fields.operators import constant_text
from metamodel.messages import Message, message
from metamodel.model import Entity, Field
from metamodel.text import fold, number_of
from renderers.filters.asked import Asked
from renderers.filters.bar import record_titles
from renderers.filters.subjects import Subject
from renderers.filters.values import (
    asked_as_count,
    choices_of,
    read_span,
    read_typed,
    span_of,
    typed_text,
    valued,
)
from renderers.forms.view import Candidate, Choosable, Widget
from renderers.pages.titles import title_words

SHOWN = 5
_SAMPLES = {
    "ru": {"date": "дд.мм.гггг", "time": "чч:мм", "duration": "2 ч 30 мин"},
    "en": {"date": "yyyy-mm-dd", "time": "hh:mm", "duration": "2 h 30 min"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Where a condition is being edited: the reader, whose entity, about what, with which operator."""

    who: Visit
    tx: Transaction
    entity: Entity
    subject: Subject
    operator: Operator

    @property
    def context(self) -> Context:
        """How people here type."""
        return Context(medium="form", language=self.who.language, zone=self.who.zone.key)

    @property
    def kind(self) -> str:
        """The kind of values: of the field, a number where rows are counted."""
        if asked_as_count(self.operator):
            return "number"
        found = self.subject.field
        return "text" if found is None or self.operator.name == "name_contains" else found.result.kind

    @property
    def target(self) -> Entity | None:
        """The entity that a link leads to."""
        found = self.subject.field
        uid = found.result.entity if found is not None and self.kind == "link" else None
        return self.tx.model.entity_by_uid[uid] if uid else None


# --- drawn ------------------------------------------------------------------------------------------------------------


def widgets(inputs: Inputs, operands: Sequence[str], refused: Refused | None = None) -> tuple[Widget, ...]:
    """The fields for the operands that are there, or as they were typed."""
    told = refused or Refused()
    match inputs.operator.operand:
        case "one":
            return (_widget(inputs, operands[0] if operands else "", 0, told),)
        case "two":
            both = [*operands, "", ""][:2]
            return tuple(_widget(inputs, operand, at, told) for at, operand in enumerate(both))
        case "list":
            return (_list(inputs, operands, told),)
    return ()


def _widget(inputs: Inputs, operand: str, at: int, told: Refused) -> Widget:
    texts, kind = inputs.who.texts, inputs.kind
    labels = {"two": (texts.gettext("From"), texts.gettext("To"))}.get(
        inputs.operator.operand, (texts.gettext("Value"),)
    )
    error = told.words.get(at, "")
    typed = told.typed[at] if at < len(told.typed) else ""
    about: dict[str, Any] = {
        "name": "_v", "sent": "_v", "id": f"f-v{at}", "label": labels[at], "error": error,
        "described": f"f-v{at}-error" if error else "",
    }  # fmt: skip
    found = inputs.subject.field
    if kind in ("choice", "choices") and found is not None:
        chosen = {typed or str(valued(operand) or "")}
        return Widget(kind="choice", options=_choosable(inputs, found, chosen), **about)
    if kind in ("link", "link_any"):
        return _link(inputs, operand, typed, told, about)
    value = typed or (typed_text(inputs.subject, inputs.operator, operand, inputs.context) if operand else "")
    if kind == "number":
        return Widget(kind="number", value=value, sign=_sign(inputs), **about)
    if kind in ("date", "datetime", "time", "duration"):
        widget = "date" if kind == "datetime" else kind
        samples = _SAMPLES.get(inputs.who.language, _SAMPLES["en"])
        return Widget(kind=widget, value=value, more={"sample": samples[widget]}, **about)
    return Widget(kind="text", value=value, length=1000, **about)


def _sign(inputs: Inputs) -> str:
    found = inputs.subject.field
    if found is None or asked_as_count(inputs.operator):
        return ""
    currency = found.result.currency or found.options.get("currency")
    return (
        "%"
        if found.result.percent
        else inputs.who.texts.currency(currency)
        if isinstance(currency, str)
        else ""
    )


def _choosable(inputs: Inputs, found: Field, chosen: set[str]) -> tuple[Choosable, ...]:
    language = inputs.who.language
    return tuple(
        Choosable(value=c.name, label=c.label.in_language(language) or c.name, selected=c.name in chosen)
        for c in choices_of(inputs.tx.model, found)
        if not c.archived or c.name in chosen
    )


def _link(inputs: Inputs, operand: str, typed: str, told: Refused, about: dict[str, Any]) -> Widget:
    """A record that is searched by its title; one that is out of sight stays as it is."""
    value = valued(operand) if operand else None
    title = _titles(inputs, [value] if isinstance(value, int) else []).get(
        value if isinstance(value, int) else 0, ""
    )
    if value is not None and not title:
        title = inputs.who.texts.gettext("hidden") if inputs.kind == "link" else str(value)
    to = tuple(_targets(inputs, str(value or "").partition(":")[0])) if inputs.kind == "link_any" else ()
    return Widget(
        kind=inputs.kind, options=to, value="" if value is None else str(value), title=title, typed=typed or title,
        source=source(inputs), candidates=told.candidates, more={"creates": False}, **about,
    )  # fmt: skip


def _targets(inputs: Inputs, chosen: str) -> Iterator[Choosable]:
    """The entities that a link to any record may lead to, as far as the reader sees them."""
    found, grants = inputs.subject.field, grants_of(inputs.tx.model, inputs.who.actor)
    for uid in found.targets if found is not None else ():
        entity = inputs.tx.model.entity_by_uid[uid]
        if grants.may(uid, "read"):
            label = entity.label.in_language(inputs.who.language) or entity.name
            yield Choosable(value=entity.name, label=label, selected=entity.name == chosen)


def _list(inputs: Inputs, operands: Sequence[str], told: Refused) -> Widget:
    about: dict[str, Any] = {
        "name": "_v", "sent": "_v", "id": "f-v0", "label": inputs.who.texts.gettext("Values"), "error": told.words.get(0, ""),
        "described": "f-v0-error" if told.words else "",
    }  # fmt: skip
    found = inputs.subject.field
    values = [valued(operand) for operand in operands]
    if inputs.kind in ("choice", "choices") and found is not None:
        return Widget(kind="choices", options=_choosable(inputs, found, {str(v) for v in values}), **about)
    if inputs.kind == "link":
        ids = [value for value in values if isinstance(value, int)]
        titles = _titles(inputs, ids)
        hidden = inputs.who.texts.gettext("hidden")
        chosen = tuple(Choosable(value=str(id), label=titles.get(id, hidden), selected=True) for id in ids)
        typed = told.typed[0] if told.typed else ""
        return Widget(
            kind="links",
            options=chosen,
            source=source(inputs),
            typed=typed,
            candidates=told.candidates,
            more={"creates": False},
            **about,
        )
    shown = told.typed or [
        typed_text(inputs.subject, inputs.operator, each, inputs.context) for each in operands
    ]
    return Widget(kind="lines", value="\n".join(shown), **about)


def source(inputs: Inputs) -> str:
    """Where a field of links asks what may be chosen."""
    return f"/e/{inputs.entity.name}/filters/options/{inputs.subject.name}"


def _titles(inputs: Inputs, ids: Sequence[int]) -> dict[int, str]:
    target = inputs.target
    if target is None or not ids:
        return {}
    found = record_titles(inputs.who, inputs.tx, {target.uid: set(ids)})
    return {id: title for (_, id), title in found.items()}


# --- read -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was typed and why it cannot be taken, by the place of the field."""

    words: dict[int, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    candidates: tuple[Candidate, ...] = ()


class NotTaken(Exception):
    """What was typed is no condition; ``refused`` says why."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused
        super().__init__(str(refused.words))


def operands_of(inputs: Inputs, asked: Asked) -> tuple[str, ...]:
    """The operands that were typed, as constants; raises `NotTaken`."""
    values = asked.all("_v")
    match inputs.operator.operand:
        case "none":
            return ()
        case "span":
            try:
                return (read_span(asked.one("_n"), asked.one("_unit")),)
            except ValueRefused as refused:
                raise NotTaken(Refused(words={0: inputs.who.texts.render(refused.message)})) from None
        case "rows":
            return (_rows(inputs, asked.one("_where")),)
        case "list":
            return _listed(inputs, values, asked)
    if inputs.kind in ("link", "link_any"):
        return (_record(inputs, values[0] if values else "", asked),)
    count = 2 if inputs.operator.operand == "two" else 1
    typed = [*values, "", ""][:count]
    if inputs.kind in ("choice", "choices"):
        return (_choice(inputs, typed[0]),)
    return _typed(inputs, typed)


def _typed(inputs: Inputs, typed: Sequence[str]) -> tuple[str, ...]:
    made, words = [], {}
    for at, text in enumerate(typed):
        try:
            made.append(read_typed(inputs.subject, inputs.operator, text, inputs.context))
        except ValueRefused as refused:
            words[at] = inputs.who.texts.render(refused.message)
    if words:
        raise NotTaken(Refused(words=words, typed=list(typed)))
    return tuple(made)


def _rows(inputs: Inputs, text: str) -> str:
    if not text.strip():
        raise _refuse(inputs, message("Write what holds for such a row, as price > 100."))
    return text.strip()


def _listed(inputs: Inputs, values: Sequence[str], asked: Asked) -> tuple[str, ...]:
    chosen = [value for value in dict.fromkeys(values) if value]
    if inputs.kind in ("choice", "choices"):
        if not chosen:
            raise _refuse(inputs, message("Choose at least one value."))
        return tuple(_choice(inputs, name) for name in chosen)
    if inputs.kind == "link":
        ids = [value for value in chosen if number_of(value)]
        extra = asked.one("_v~text").strip()
        if extra or not ids:
            ids.append(_record(inputs, "", asked))
        return tuple(dict.fromkeys(ids))
    lines = [line.strip() for value in chosen for line in value.splitlines() if line.strip()]
    if not lines:
        raise _refuse(inputs, message("Write at least one value, each on its own line."))
    return _typed(inputs, lines[:1000])


def _choice(inputs: Inputs, name: str) -> str:
    found = inputs.subject.field
    known = {choice.name for choice in choices_of(inputs.tx.model, found)} if found is not None else set()
    if name not in known:
        raise _refuse(inputs, message("Choose a value."))
    return constant_text(TEXT, name, {})


def _record(inputs: Inputs, value: str, asked: Asked) -> str:
    """The record that was chosen, or that the typed title means."""
    text, was = asked.one("_v~text").strip(), asked.one("_v~was").strip()
    if value and (not text or text == was):
        return value if inputs.kind == "link" and number_of(value) else constant_text(TEXT, value, {})
    if inputs.kind == "link_any":
        if not text:
            raise _refuse(inputs, message("Choose a record."))
        return constant_text(TEXT, text, {})
    if not text or inputs.target is None:
        raise _refuse(inputs, message("Choose a record."))
    try:
        found = records_titled(inputs.tx, inputs.who.actor, inputs.target.name, text, SHOWN + 1)
    except KubikError:
        found = []
    same = [link for link in found if fold(link.title or "") == fold(text)]
    if len(same) == 1 or len(found) == 1:
        return str((same or found)[0].id)
    words = (
        message("Several records fit “{text}”: choose one of them", text=text[:100])
        if found
        else message("Nothing to choose fits “{text}”", text=text[:100])
    )
    texts = inputs.who.texts
    shown = tuple(Candidate(id=o.id or 0, title=title_words(o.title, o.id, texts)) for o in found[:SHOWN])
    raise NotTaken(Refused(words={0: texts.render(words)}, typed=[text], candidates=shown))


def _refuse(inputs: Inputs, words: Message) -> NotTaken:
    return NotTaken(Refused(words={0: inputs.who.texts.render(words)}))


def span_typed(operands: Sequence[str], asked: Asked) -> tuple[str, str]:
    """The number and the unit of a length of time, as typed or as they are."""
    found = span_of(operands[0]) if operands else None
    number, unit = found if found is not None else (7, "days")
    return asked.one("_n") or str(number), asked.one("_unit") or unit
