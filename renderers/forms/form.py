"""A form from its content: sections of fields, the summary of what is refused, the comparison of a stale save."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.errors import KubikError
from core.i18n import Texts
from metamodel.errors import Problem
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from renderers.forms.conditions import condition_of, holds, written
from renderers.forms.desk import Desk, editable, html_id
from renderers.forms.filled import Filled, Lists, write_json
from renderers.forms.layout import Cell, Group, Part, parts
from renderers.forms.lists import lists_below
from renderers.forms.places import order_of, place
from renderers.forms.rows import children
from renderers.forms.view import Form, FormSection, Line, Stale, Summary, Widget
from renderers.forms.widgets.control import control, locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A form that is to be drawn: its place, version, and what it was opened with."""

    entity: Entity
    id: int | None
    title: str
    version: int | None
    was: Filled
    dirty: bool = False
    problems: Sequence[Problem] = ()
    detail: str = ""
    stale: Stale | None = None
    note: str = ""


def form_view(desk: Desk, opened: Opened) -> Form:
    """What the template draws."""
    entity, language = opened.entity, desk.texts.language
    here = f"/e/{entity.name}"
    list_label = entity.label_many.in_language(language) or entity.name
    laid = sections(desk, entity)
    summary = summary_of(desk, opened, laid) if opened.problems or opened.detail else None
    return Form(
        action=f"{here}/new" if opened.id is None else f"{here}/{opened.id}/edit",
        title=opened.title,
        entity_label=entity.label.in_language(language) or entity.name,
        list_label=list_label,
        list_href=here,
        cancel_href=here if opened.id is None else f"{here}/{opened.id}",
        new=opened.id is None,
        version=opened.version,
        was=write_json(opened.was),
        dirty=opened.dirty,
        sections=laid,
        summary=summary,
        stale=opened.stale,
        note=opened.note,
    )


def sections(desk: Desk, entity: Entity) -> tuple[FormSection, ...]:
    """The tabs of the layout as sections; one alone needs no heading."""
    found = []
    for index, part in enumerate(
        with_stage(entity, parts(entity, visible(desk, entity), desk.texts.language))
    ):
        rows = [spread([widget(desk, entity, each) for each in row]) for row in part.rows]
        widgets = tuple(beside(rows))
        if widgets:
            found.append(FormSection(id=f"part-{index + 1}", label=part.label, widgets=widgets))
    if len(found) == 1:
        found = [FormSection(id=found[0].id, label="", widgets=found[0].widgets)]
    return tuple(found)


def with_stage(entity: Entity, laid: tuple[Part, ...]) -> tuple[Part, ...]:
    """The tabs, the stage put below the first row when the layout does not say where it stands."""
    if entity.stages is None or not laid or any(f.uid == entity.stages.field for p in laid for f in p.fields):
        return laid
    first = laid[0]
    stage = (Cell(field=entity.by_uid[entity.stages.field]),)
    group, *others = first.groups or (Group(rows=()),)
    group = replace(group, rows=(*group.rows[:1], stage, *group.rows[1:]))
    return (replace(first, groups=(group, *others)), *laid[1:])


def widget(desk: Desk, entity: Entity, each: Field) -> Widget | None:
    """The field as it is drawn; None when there is nothing to show (what cannot be typed into a new record)."""
    if each.type.name == "children":
        return children(desk, entity, each) if editable(desk, entity, each) else None
    if not editable(desk, entity, each):
        return locked(desk, each)
    pointer = f"/{each.name}"
    made = control(desk, entity, each, desk.filled, pointer, html_id(pointer))
    shown, asked = condition_of(entity, each.visible_if), condition_of(entity, each.required_if)
    texts = desk.filled.values
    return replace(
        made,
        visible_if=written(shown),
        hidden=shown is not None and not made.error and not holds(shown, texts),
        required_if="" if made.required else written(asked),
        required=made.required or (asked is not None and bool(holds(asked, texts))),
    )


def spread(row: Sequence[Widget | None]) -> list[Widget]:
    """A row of the layout across the form: one alone is as wide as its kind wants, two and three share the row."""
    there = [made for made in row if made is not None]
    if len(there) == 1:
        return [replace(there[0], span="start span6" if there[0].wide else "start span3")]
    span = "span2" if len(there) % 3 == 0 else "span3"
    return [replace(made, span=f"start {span}" if index == 0 else span) for index, made in enumerate(there)]


def beside(rows: Iterable[list[Widget]]) -> Iterator[Widget]:
    """The rows one after another; two rows of which each has only a half left share one."""
    open_half = False
    for row in rows:
        half = len(row) == 1 and row[0].span == "start span3"
        yield from [replace(row[0], span="span3")] if half and open_half else row
        open_half = half and not open_half


def visible(desk: Desk, entity: Entity) -> set[str]:
    """The fields of a form: those that may be read, and in a new record those that may be set."""
    readable = set(desk.grants.readable(entity.uid))
    if desk.action == "create":
        readable |= {f.uid for f in entity.fields if editable(desk, entity, f)}
    return readable


def editable_lists(desk: Desk, entity: Entity) -> Lists:
    """The children fields that the form holds, each with those of its rows."""
    return {
        f.name: lists_below(desk.model, desk.grants, f)
        for f in entity.fields
        if f.type.name == "children" and editable(desk, entity, f)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something was not saved: messages by pointer, and the problems in order."""

    wrong: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    detail: str = ""


def refusal(error: KubikError, texts: Texts) -> Refusal:
    """An error of `core.records` as messages at the fields."""
    wrong: dict[str, str] = {}
    for problem in error.errors:
        text = texts.render(problem.message)
        before = wrong.get(problem.pointer)
        wrong[problem.pointer] = text if before is None else f"{before}. {_sentence(text)}"
    return Refusal(
        wrong=wrong, problems=error.errors, detail="" if error.errors else texts.render(error.detail)
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def summary_of(desk: Desk, opened: Opened, laid: Sequence[FormSection]) -> Summary:
    """The summary on top: a line for each thing to be put right, in the order of the form."""
    texts = desk.texts
    places = {w.name: index for index, w in enumerate(w for section in laid for w in section.widgets)}
    problems = sorted(opened.problems, key=lambda problem: order_of(problem.pointer, places))
    lines = tuple(_line(desk, opened.entity, problem) for problem in problems)
    if not lines:
        lines = (Line(label="", message=opened.detail, href=None),)
    what = opened.entity.label.in_language(texts.language) or opened.entity.name
    return Summary(title=texts.render(message("{what}: not saved", what=what)), lines=lines)


def _line(desk: Desk, entity: Entity, problem: Problem) -> Line:
    label, href = place(desk, entity, problem.pointer)
    return Line(label=label, message=desk.texts.render(problem.message), href=href)


def merged_fields(model: Model, entity: Entity) -> list[Field]:
    """The fields whose content a form carries."""
    return [
        f for f in entity.fields if not f.system and (f.stored or f.type.name == "children") and f.writable
    ]
