"""A form from its content: sections of fields, the summary of what is refused, the comparison of a stale save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import KubikError
from core.i18n import Texts
from metamodel.errors import Problem
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from renderers.forms.body import tabs
from renderers.forms.desk import Desk, editable
from renderers.forms.filled import Filled, Lists, write_json
from renderers.forms.lists import lists_below
from renderers.forms.places import order_of, place
from renderers.forms.view import DraftLine, Form, FormTab, Line, Stale, Summary


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
    live: str = ""
    draft: str = ""
    drafts: tuple[DraftLine, ...] = ()
    identity: str = ""
    cancel: str = ""
    goes_back: str = ""
    """The form that waits for this new record: the key of its draft and its field."""


_FILES = ("file", "image", "files")


def form_view(desk: Desk, opened: Opened) -> Form:
    """What the template draws."""
    entity, language = opened.entity, desk.texts.language
    here = f"/e/{entity.name}"
    list_label = entity.label_many.in_language(language) or entity.name
    laid = tabs(desk, entity)
    summary = summary_of(desk, opened, laid) if opened.problems or opened.detail else None
    return Form(
        action=f"{here}/new" if opened.id is None else f"{here}/{opened.id}/edit",
        title=opened.title,
        entity_label=entity.label.in_language(language) or entity.name,
        list_label=list_label,
        list_href=here,
        cancel_href=opened.cancel or (here if opened.id is None else f"{here}/{opened.id}"),
        record=opened.id,
        new=opened.id is None,
        version=opened.version,
        was=write_json(opened.was),
        dirty=opened.dirty,
        tabs=laid,
        live=opened.live,
        draft=opened.draft,
        drafts=opened.drafts,
        identity=opened.identity,
        goes_back=opened.goes_back,
        files=holds_files(laid),
        summary=summary,
        stale=opened.stale,
        note=opened.note,
    )


def holds_files(laid: Sequence[FormTab]) -> bool:
    """Whether a form has a field for files."""
    return any(w.kind in _FILES for tab in laid for w in tab.widgets)


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


def summary_of(desk: Desk, opened: Opened, laid: Sequence[FormTab]) -> Summary:
    """The summary on top: a line for each thing to be put right, in the order of the form."""
    texts = desk.texts
    places = {w.name: index for index, w in enumerate(w for tab in laid for w in tab.widgets)}
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
        f for f in entity.fields if not f.system and (f.valued or f.type.name == "children") and f.writable
    ]
