"""What a condition may be about, to choose from: the entity's own fields, those behind its links, rows that lead here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from renderers.filters.form import Editing
from renderers.filters.subjects import Subject, subjects
from renderers.pages.icons import icon_name

MOST_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """A field: ``href`` chooses it, ``deeper`` shows the fields of the record it leads to."""

    label: str
    name: str
    href: str
    part: str
    deeper: str = ""
    deeper_part: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """The fields to choose from; ``under`` is the link they are behind."""

    under: str
    up: str
    up_part: str
    lines: tuple[FieldLine, ...]
    expression: str
    expression_part: str
    back: str


def choosing(made: Editing) -> Choosing:
    """The fields of the entity, or of the record that a link of theirs leads to (``_under``)."""
    links, at, under = made.links, ".".join(map(str, made.place)), made.asked.one("_under")
    led = made.find(under) if under else None
    target = made.entity
    if led is not None and led.field is not None and led.field.target is not None and not led.field.listed:
        target = made.tx.model.entity_by_uid[led.field.target]
    else:
        under = ""
    language = made.who.language
    up = under.rpartition(".")[0]
    more = {"under": up} if up else {}
    return Choosing(
        under=led.label(language) if led is not None and under else "",
        up=links.page("edit", at=at, choose="1", **more) if under else "",
        up_part=links.page("edit", at=at, choose="1", part="1", **more) if under else "",
        lines=tuple(_lines(made, under, at, tuple(subjects(made.tx.model, made.grants, target)))),
        expression=links.page("text"), expression_part=links.page("text", part="1"),
        back=links.list(made.asked.text),
    )  # fmt: skip


def _lines(made: Editing, under: str, at: str, found: tuple[Subject, ...]) -> Iterator[FieldLine]:
    links, model, language = made.links, made.tx.model, made.who.language
    for each in sorted(found, key=lambda one: one.field is not None and one.field.system):
        name = f"{under}.{each.name}" if under else each.name
        if made.find(name) is None:
            continue
        field = each.field
        leads = (
            field is not None and field.target is not None and field.stored and name.count(".") < MOST_STEPS
        )
        deeper = leads and field is not None and made.grants.may(field.target or "", "read")
        yield FieldLine(
            label=each.label(language), name=name,
            href=links.page("edit", at=at, field=name), part=links.page("edit", at=at, field=name, part="1"),
            deeper=links.page("edit", at=at, choose="1", under=name) if deeper else "",
            deeper_part=links.page("edit", at=at, choose="1", under=name, part="1") if deeper else "",
            icon=icon_name(model.entity_by_uid[field.target].icon) if deeper and field is not None and field.target else "",
        )  # fmt: skip
