"""Values as HTML: a function for each kind, a whole column at a time, the frames around values rendered once.

The kinds that need most words stand in modules of their own: numbers of telephones and addresses in `contacts`, marks
and lengths in `scalars`, long texts in `written`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup

from core.i18n import Texts
from core.i18n.formats import MINUS, format_day, format_instant, format_number, money_pattern
from core.query.query import Earlier, Link
from metamodel.expression.types import Type
from metamodel.fields import built_in_types
from metamodel.fields.base import Context
from metamodel.fields.formats import text_format
from metamodel.model import Choice, Field, Model
from renderers.pages.cells.base import HIDDEN, SLOT, quoted
from renderers.pages.cells.contacts import CONTACTS
from renderers.pages.cells.filed import FILED, every_file
from renderers.pages.cells.relations import RELATIONS, every_link
from renderers.pages.cells.scalars import SCALARS
from renderers.pages.cells.written import WRITTEN, whole
from renderers.pages.columns import Kind, kind_of, shown_as
from renderers.pages.people import person
from renderers.pages.titles import title_words
from renderers.pages.tones import tone_of

KOPECKS = 2
"""Digits after the point of an amount that is not whole; more of them (a formula's) are rounded where it is shown."""

MOST_MADE = 5_000
"""Functions and people kept in one language; beyond it they are made again."""

_UID = re.compile("[a-z2-7]{10}")
"""What stands for a choice that its field has no more."""

Draw = Callable[[Sequence[Any]], list[str]]
"""Values of one column to HTML, in order."""


class Cells:
    """The drawing of values for one language, zone and model; kept with the model (`cells_of`)."""

    def __init__(self, environment: Environment, texts: Texts, zone: ZoneInfo, model: Model) -> None:
        self._environment = environment
        self.texts = texts
        self.zone = zone
        self.model = model
        self._made: dict[tuple[str, Type, str | None], Draw] = {}
        self.empty = self.frame("_empty")
        self.hidden = self.frame("_hidden")

    def render(self, template: str, **variables: Any) -> str:
        """Any template in this language."""
        return self._environment.get_template(template).render(**self.texts.template_globals(), **variables)

    def frame(self, name: str, /, **variables: Any) -> str:
        """The template of a cell, rendered."""
        template = self._environment.get_template(f"cells/{name}.html")
        return template.render(**self.texts.template_globals(), **variables).strip()

    def around(self, name: str, /, **variables: Any) -> tuple[str, str]:
        """What stands before and behind the ``text`` of a cell."""
        before, _, after = self.frame(name, text=SLOT, **variables).partition(SLOT)
        return before, after

    def draw(self, field: Field, result: Type, empty: str | None = None) -> Draw:
        """The function that draws values of a field whose column has this type; made once."""
        key = (field.uid, result, empty)
        made = self._made.get(key)
        if made is None:
            if len(self._made) > MOST_MADE:
                self._made.clear()
            made = self._made[key] = self._make(field, result, self.empty if empty is None else empty)
        return made

    def _make(self, field: Field, result: Type, nothing: str) -> Draw:
        field = shown_as(self.model, field)
        kind = kind_of(self.model, result, field.type.cell)
        maker = Cells._of_plugin if has_own_cell(field) else self._drawers[kind]
        of_column, masked = maker(self, field, result), self.hidden

        def draw(values: Sequence[Any]) -> list[str]:
            one = of_column(values)
            return [
                nothing if v is None or v == "" or v == [] else masked if v is HIDDEN else one(v)
                for v in values
            ]

        return draw

    def one(self, field: Field, result: Type, value: Any) -> Markup:
        """A single value as HTML, as it stands in a list; of history also one of an earlier type, in its own words."""
        if isinstance(value, Earlier):
            return Markup(quoted(value.earlier or self.texts.gettext("a value of an earlier type")))
        return Markup(self.draw(field, result)([value])[0])

    def told(self, field: Field, value: Any) -> Markup:
        """A single value as history tells it: as in a list, but people by their names."""
        named = field.type.cell == "people" and isinstance(value, Sequence)
        return self.whole(field, field.result, value) if named else self.one(field, field.result, value)

    def whole(self, field: Field, result: Type, value: Any) -> Markup:
        """A single value as it stands on a card: all of a rich text, all of a JSON value."""
        shown = shown_as(self.model, field)
        found = None if value is HIDDEN or value is None else whole(self, shown, result, value)
        if found is None and value is not HIDDEN:
            found = every_file(self, field, result, value)
        if found is None and value is not HIDDEN:
            found = every_link(self, field, result, value)
        return self.one(field, result, value) if found is None else Markup(found)

    def _text(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        if not is_spelled(field):
            return lambda values: quoted
        context = Context(medium="text", language=self.texts.language)
        return lambda values: lambda value: quoted(field.type.format(field, value, context))

    def _of_plugin(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        """The template of a plugin's cell, rendered for each value."""
        template = self._environment.get_template(f"cells/{field.type.cell}.html")
        context = Context(medium="text", language=self.texts.language, zone=str(self.zone))
        words = self.texts.template_globals()

        def draw(value: Any) -> str:
            text = field.type.format(field, value, context)
            return template.render(**words, value=value, text=text, field=field).strip()

        return lambda values: draw

    def _number(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        before, after = self.around("number")
        language = self.texts.language
        return _figures(language, before, after, result.scale, pad=False)

    def _money(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        currency = result.currency or field.options.get("currency")
        pattern = money_pattern(self.texts.language)
        sign = self.texts.currency(currency) if isinstance(currency, str) else ""
        before, after = self.around(
            "money", before=sign if pattern.before else "", after="" if pattern.before else sign
        )
        return _figures(self.texts.language, before, after, KOPECKS, pad=True)

    def _percent(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        before, after = self.around("percent", after="%")
        figures = _figures(self.texts.language, before, after, max(result.scale - 2, 0), pad=False)
        return lambda values: _hundredfold(figures([v * 100 for v in values if isinstance(v, Decimal | int)]))

    def _boolean(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        yes, no = self.frame("boolean", value=True), self.frame("boolean", value=False)
        return lambda values: lambda value: yes if value else no

    def _date(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        before, after = self.around("date")
        language = self.texts.language
        return lambda values: lambda value: f"{before}{format_day(language, value)}{after}"

    def _datetime(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        before, after = self.around("datetime")
        language, zone = self.texts.language, self.zone

        def instant(value: datetime) -> str:
            return f"{before}{format_instant(language, value, zone)}{after}"

        return lambda values: instant

    def pills_of(self, field: Field, result: Type) -> dict[str, str]:
        """The choices that values of a column come from as HTML, by name."""
        return self.pills(choices_of(self.model, field, result))

    def _choice(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        pills = self.pills_of(field, result)
        return lambda values: lambda value: pills.get(value) or self.former(value)

    def former(self, value: str) -> str:
        """A choice that the field has no more, of which history keeps the uid; any other text as it stands."""
        gone = _UID.fullmatch(value) is not None
        return (
            self.frame("_former", text=self.texts.gettext("a choice that is no more"))
            if gone
            else quoted(value)
        )

    def pills(self, choices: Sequence[Choice]) -> dict[str, str]:
        """Each choice as HTML, by name."""
        language = self.texts.language
        return {
            choice.name: self.frame(
                "choice", tone=tone_of(choice.color), label=choice.label.in_language(language) or choice.name
            )
            for choice in choices
        }

    def _link(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        target = self.model.entity_by_uid.get(result.entity or "")
        return self._linked(f"/e/{target.name}/" if target else "", lambda link, title: title)

    def _person(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        drawn: dict[tuple[int | None, str], str] = {}

        def draw(link: Link) -> str:
            key = (link.id, link.title)
            if key not in drawn:
                if len(drawn) > MOST_MADE:
                    drawn.clear()
                someone = person(link.id, link.title)
                drawn[key] = self.frame(
                    "person", tone=someone.tone, initials=someone.initials, text=someone.name
                )
            return drawn[key]

        return lambda values: (
            lambda link: draw(link) if not link.hidden and not link.deleted else self._unusual(link)
        )

    def _unusual(self, link: Link) -> str:
        return (
            self.hidden
            if link.hidden
            else self.frame("_gone", text=title_words(link.title, link.id, self.texts))
        )

    def _linked(
        self, address: str, words: Callable[[Link, str], str]
    ) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        frame = self.frame("link", href=f"{address}{SLOT}", text=SLOT).split(SLOT)

        def draw(link: Link) -> str:
            if link.hidden or link.deleted:
                return self._unusual(link)
            words = title_words(link.title, link.id, self.texts)
            return f"{frame[0]}{link.id}{frame[1]}{quoted(words)}{frame[2]}"

        return lambda values: draw

    def _children(self, field: Field, result: Type) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
        before, after = self.around("children")
        return lambda values: (
            lambda value: f"{before}{len(value) if isinstance(value, list) else value}{after}"
        )

    _drawers: dict[Kind, Callable[[Cells, Field, Type], Callable[[Sequence[Any]], Callable[[Any], str]]]] = {
        "text": _text, "number": _number, "money": _money, "percent": _percent, "boolean": _boolean, "date": _date,
        "datetime": _datetime, "choice": _choice, "link": _link, "person": _person, "children": _children,
        **CONTACTS, **FILED, **RELATIONS, **SCALARS, **WRITTEN,
    }  # fmt: skip


def has_own_cell(field: Field) -> bool:
    """Whether values of the field are drawn by a template of the plugin that its type comes from."""
    return field.type.name not in built_in_types() and field.type.cell not in Cells._drawers


def is_spelled(field: Field) -> bool:
    """Whether a text is shown otherwise than it is kept."""
    if field.computed is not None:
        return False
    return field.type.name not in built_in_types() or text_format(field.options.get("format")) is not None


def choices_of(model: Model, field: Field, result: Type) -> tuple[Choice, ...]:
    """The choices that values of a column come from: the field's own, or those of the field it is computed from."""
    if field.choices or result.field is None:
        return field.choices
    for entity in model.entities.values():
        if (source := entity.by_uid.get(result.field)) is not None:
            return source.choices
    return ()


def _figures(
    language: str, before: str, after: str, scale: int, *, pad: bool
) -> Callable[[Sequence[Any]], Callable[[Any], str]]:
    """Numbers of one column with the same digits after the point: none when all are whole, else as many as needed."""

    def column(values: Sequence[Any]) -> Callable[[Any], str]:
        digits = _digits(values, scale, pad=pad)
        unit = Decimal(1).scaleb(-digits)

        def figure(value: Any) -> str:
            if isinstance(value, Decimal) and -int(value.as_tuple().exponent) > digits:
                value = value.quantize(unit, ROUND_HALF_UP)
            return f"{before}{format_number(language, value, digits)}{after}"

        def signed(value: Any) -> str:
            return f"{MINUS}{figure(-value)}" if value < 0 else figure(value)

        return signed if before else figure

    return column


def _digits(values: Sequence[Any], scale: int, *, pad: bool) -> int:
    parts = [value for value in values if isinstance(value, Decimal) and value % 1]
    if not parts:
        return 0
    if pad:
        return scale
    return min(scale, max(-int(part.normalize().as_tuple().exponent) for part in parts)) if scale else 0


def _hundredfold(draw: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: draw(value * 100)


def cells_of(environment: Environment, texts: Texts, zone: ZoneInfo, model: Model) -> Cells:
    """The cells of a language and a zone, made once for a model."""
    kept: dict[tuple[str, str], Cells] = model.derived.setdefault("cells", {})
    key = (texts.language, str(zone))
    if key not in kept:
        kept[key] = Cells(environment, texts, zone, model)
    return kept[key]


__all__ = ["HIDDEN", "Cells", "Draw", "cells_of", "choices_of", "has_own_cell", "is_spelled", "quoted"]
