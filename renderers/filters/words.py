"""Conditions in words: the name of the field, what is asked of it, values as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.i18n import Texts
from metamodel.expression.durations import Duration, span
from metamodel.fields.base import Context
from metamodel.fields.operator import Operator
from metamodel.messages import Message, message
from metamodel.model import Field, Model
from renderers.filters.parts import Condition, Free, Group, Part
from renderers.filters.reading import Find, read_parts
from renderers.filters.subjects import Subject
from renderers.filters.values import asked_as_count, choices_of, span_of, standing, valued

SHOWN = 3
"""Values of a list that a chip says; the rest is counted."""

_SPANS: Mapping[str, Message] = {
    "days": message("{count} days"),
    "weeks": message("{count} weeks"),
    "months": message("{count} months"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who says conditions: the language, the zone, the titles of the records that they name."""

    texts: Texts
    model: Model
    zone: ZoneInfo
    find: Find
    titles: Mapping[tuple[str, int], str]
    """By uid of the entity and id; a record that is not there is one that the reader does not see."""

    def condition(self, made: Condition) -> tuple[str, str]:
        """The name of the field, and what is asked of it."""
        subject = self.find(made.subject)
        assert subject is not None
        label = subject.label(self.texts.language)
        operator = subject.operator(made.operator)
        assert operator is not None
        words = self.asked(subject, operator, made.operands)
        return label, self.texts.phrase("not: {words}", words=words) if made.negated else words

    def asked(self, subject: Subject, operator: Operator, operands: tuple[str, ...]) -> str:
        """``over 100 000 ₽``."""
        language = self.texts.language
        if operator.operand == "none":
            return (operator.said or operator.label).in_language(language)
        values = [self.value(subject, operator, each) for each in operands]
        if operator.said is None:
            return f"{operator.label.in_language(language)} {self._listed(values)}"
        said = operator.said.in_language(language)
        return said.format(*values, list=self._listed(values))

    def _listed(self, values: list[str]) -> str:
        if len(values) <= SHOWN:
            return ", ".join(values)
        rest = message(
            "{values} and {count} more", values=", ".join(values[:SHOWN]), count=len(values) - SHOWN
        )
        return self.texts.render(rest)

    def value(self, subject: Subject, operator: Operator, operand: str) -> str:
        """A constant as people read it."""
        if operator.operand == "rows":
            return self.rows(subject, operand)
        if operator.operand == "span":
            return self.span(operand)
        value = valued(operand)
        field = subject.field
        if value is None or field is None or asked_as_count(operator):
            return operand if value is None else str(value)
        if operator.name == "name_contains":
            return self.texts.phrase("“{text}”", text=value)
        return self._of_field(field, value)

    def span(self, operand: str) -> str:
        """``7 days``."""
        found = span_of(operand)
        if found is None:
            return operand
        count, unit = found
        return self.texts.render(Message(_SPANS[unit].text, {"count": count}))

    def _of_field(self, field: Field, value: object) -> str:
        texts = self.texts
        match value:
            case bool():
                return texts.gettext("yes") if value else texts.gettext("no")
            case int() | Decimal() if field.result.kind == "link":
                return self.title(field.result.entity or "", int(value))
            case int() | Decimal() if field.result.percent:
                return texts.percent(value)
            case int() | Decimal():
                currency = field.result.currency or field.options.get("currency")
                scale = 0 if value == int(value) else None
                if isinstance(currency, str):
                    return texts.money(value, currency, 0 if scale == 0 else 2)
                return texts.number(int(value) if scale == 0 else value)
            case datetime():
                return texts.datetime(value, self.zone)
            case date():
                return texts.date(value)
            case Duration():
                plain = standing(field)
                context = Context(medium="text", language=texts.language, zone=self.zone.key)
                return (
                    str(plain.type.format(plain, span(value.total), context))
                    if not value.months
                    else str(value)
                )
            case str() if field.result.kind in ("choice", "choices"):
                found = next((c for c in choices_of(self.model, field) if c.name == value), None)
                return value if found is None else found.label.in_language(texts.language) or found.name
            case str() if field.result.kind == "link_any":
                return self._any(value)
            case str():
                return texts.phrase("“{text}”", text=value)
        return str(value)

    def _any(self, value: str) -> str:
        name, _, id = value.partition(":")
        entity = self.model.entities.get(name)
        return self.title(entity.uid, int(id)) if entity is not None and id.isdigit() else value

    def title(self, entity: str, id: int) -> str:
        """The title of a record; of one that is out of sight only that."""
        return self.titles.get((entity, id)) or self.texts.gettext("hidden")

    def rows(self, subject: Subject, text: str) -> str:
        """What is asked of rows, in their own words."""
        return text if subject.rows is None else self.inner(subject.rows.uid, text)

    def inner(self, entity: str, text: str) -> str:
        """A condition on rows; who knows their fields replaces this."""
        return text

    def part(self, part: Part) -> str:
        """Any part in one line."""
        match part:
            case Condition():
                return ": ".join(self.condition(part))
            case Free():
                return part.text
            case Group():
                word = f" {self.word(part)} "
                inner = word.join(
                    f"({self.part(each)})" if isinstance(each, Group) else self.part(each)
                    for each in part.parts
                )
                return self.texts.phrase("not ({words})", words=inner) if part.negated else inner
        raise AssertionError(part)

    def word(self, group: Group) -> str:
        """What stands between the parts of a group."""
        return self.texts.gettext("and") if group.join == "AND" else self.texts.gettext("or")


def named_records(parts: Iterable[Condition], find: Find, model: Model) -> dict[str, set[int]]:
    """The records that conditions name, by uid of the entity."""
    wanted: dict[str, set[int]] = {}
    for made in parts:
        subject = find(made.subject)
        field = subject.field if subject is not None else None
        operator = subject.operator(made.operator) if subject is not None else None
        if field is None or operator is None or operator.operand in ("span", "rows"):
            continue
        for operand in made.operands:
            value = valued(operand)
            if field.result.kind == "link" and field.result.entity and isinstance(value, int):
                wanted.setdefault(field.result.entity, set()).add(value)
            elif field.result.kind == "link_any" and isinstance(value, str):
                name, _, id = value.partition(":")
                if name in model.entities and id.isdigit():
                    wanted.setdefault(model.entities[name].uid, set()).add(int(id))
    return wanted


__all__ = ["Teller", "named_records", "read_parts"]
