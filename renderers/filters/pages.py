"""The pages of filters: a condition, the whole as an expression, what may be chosen; each also a part of the list."""

from __future__ import annotations

import json
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.options import records_titled
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import Html, json_answer, render, see_other
from renderers.filters.asked import Asked, read_asked
from renderers.filters.bar import bar, fault_of
from renderers.filters.choosing import choosing
from renderers.filters.expression import checked, known, rows_of, wrong
from renderers.filters.form import (
    Editing,
    chosen_operator,
    chosen_subject,
    condition_of,
    edit_form,
    editing,
    put,
)
from renderers.filters.inputs import NotTaken
from renderers.filters.parts import Free, written
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words

OPTIONS = 30


@get("/e/{entity:str}/filters/edit", sync_to_thread=True, include_in_schema=False)
def edit_condition(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """A condition, or first what it is to be about."""
    with reading(request) as (who, tx):
        made = editing(who, tx, entity, _asked(request))
        subject = None if made.asked.one("_choose") else chosen_subject(made)
        if subject is None:
            return _drawn(request, made, "choose", choosing=choosing(made))
        return _drawn(request, made, "edit", form=edit_form(made, subject, chosen_operator(made, subject)))


@get("/e/{entity:str}/filters/apply", sync_to_thread=True, include_in_schema=False)
def apply_condition(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The list with the condition in its filter, or the form again with what is wrong."""
    with reading(request) as (who, tx):
        made = editing(who, tx, entity, _asked(request))
        subject = chosen_subject(made)
        if subject is None:
            raise KubikError("KBK2006")
        operator = chosen_operator(made, subject)
        try:
            text = put(made, (condition_of(made, subject, operator),))
        except NotTaken as told:
            return _drawn(request, made, "edit", 422, form=edit_form(made, subject, operator, told.refused))
        return _to_list(made.who, made.links.list(text))


@get("/e/{entity:str}/filters/text", sync_to_thread=True, include_in_schema=False)
def filter_as_text(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The filter, or one part of it, as an expression; ``_text`` is what was typed."""
    with reading(request) as (who, tx):
        asked = _asked(request)
        whole = not asked.one("_at")
        made = editing(who, tx, entity, asked)
        sent = any(key == "_text" for key, _ in asked.sent)
        standing = asked.text if whole else written(made.part) if made.part else ""
        text = asked.one("_text").strip() if sent else standing
        fault = fault_of(tx.model, made.grants, made.entity, text) if sent else None
        if sent and fault is None:
            parts = (Free(text=text),) if text else ()
            return _to_list(who, made.links.list(text if whole else put(made, parts)))
        status = 200 if fault is None else 422
        said = (
            checked(who, tx, made.grants, made.entity, text)
            if fault is None
            else wrong(fault, text, who.texts)
        )
        return _drawn(request, made, "text", status, text=text, said=said, whole=whole)


@get("/e/{entity:str}/filters/bar", sync_to_thread=True, include_in_schema=False)
def conditions_of_text(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The conditions of an expression as chips, beside a field in which one is written."""
    with reading(request) as (who, tx):
        asked = _asked(request)
        found = readable_entity(tx.model, grants_of(tx.model, who.actor), entity)
        return _quiet(render(who, "filters/_builder.html", bar=bar(who, tx, found, asked.text, ())))


@get("/e/{entity:str}/filters/check", sync_to_thread=True, include_in_schema=False)
def check_expression(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """What is said of an expression while it is typed; ``_of`` names the rows that it is about."""
    with reading(request) as (who, tx):
        asked = _asked(request)
        grants = grants_of(tx.model, who.actor)
        found = rows_of(tx.model, grants, readable_entity(tx.model, grants, entity), asked.one("_of"))
        said = checked(who, tx, grants, found, asked.one("_text"))
        return _quiet(render(who, "filters/_said.html", said=said))


@get("/e/{entity:str}/filters/names", sync_to_thread=True, include_in_schema=False)
def known_names(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """What may stand in an expression, with labels: ``_under`` a link, ``_of`` the rows that it is about."""
    with reading(request) as (who, tx):
        asked = _asked(request)
        grants = grants_of(tx.model, who.actor)
        found = rows_of(tx.model, grants, readable_entity(tx.model, grants, entity), asked.one("_of"))
        items = [
            {"text": each.text, "label": each.label, "kind": each.kind}
            for each in known(who, tx, grants, found, asked.one("_under"))
        ]
        return json_answer({"items": items})


@get("/e/{entity:str}/filters/options/{name:str}", sync_to_thread=True, include_in_schema=False)
def options_of_condition(request: AnyRequest, entity: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """The records that a condition on a link may name, under the reader's rights."""
    with reading(request) as (who, tx):
        made = editing(who, tx, entity, Asked(state=(), text="", sent=(("_field", name),)))
        subject = chosen_subject(made)
        field = subject.field if subject is not None else None
        to = tx.model.entities.get(request.query_params.get("_to", ""))
        any_of = field is not None and to is not None and to.uid in field.targets
        target = to.uid if any_of and to is not None else field.result.entity if field is not None else None
        if target is None:
            raise KubikError("KBK2006")
        asked = request.query_params.get("q", "").strip()[:200]
        found = _options(tx, who, target, asked, any_of=any_of)
        return json_answer({"items": found})


def _options(tx: Transaction, who: Visit, target: str, text: str, *, any_of: bool) -> list[dict[str, Any]]:
    """Their ids and titles; of an entity that is out of sight none."""
    if not grants_of(tx.model, who.actor).may(target, "read"):
        return []
    name = tx.model.entity_by_uid[target].name
    found = records_titled(tx, who.actor, name, text, OPTIONS)
    return [
        {
            "id": f"{name}:{link.id}" if any_of else link.id,
            "title": title_words(link.title, link.id, who.texts),
        }
        for link in found
    ]


def _asked(request: AnyRequest) -> Asked:
    return read_asked(request.query_params.multi_items())


def _drawn(request: AnyRequest, made: Editing, name: str, status: int = 200, **variables: Any) -> Html:
    """The part alone for a list that is there, else a page around it."""
    who = made.who
    more = {"links": made.links, "asked": made.asked, "entity": made.entity, **variables}
    if who.htmx or made.asked.part:
        return _quiet(render(who, f"filters/_{name}.html", status=status, **more))
    title = made.entity.label_many.in_language(who.language) or made.entity.name
    shell = make_shell(request, who, made.tx, made.entity.name, made.links.list(made.asked.text))
    return render(
        who, "filters/page.html", status=status, shell=shell, inner=f"filters/_{name}.html", title=title,
        back=made.links.list(made.asked.text), **more,
    )  # fmt: skip


def _to_list(who: Visit, href: str) -> Response[Any]:
    if not who.htmx:
        return see_other(href)
    where = {"path": href, "target": "#list", "swap": "outerHTML", "push": href}
    return Response("", headers={"HX-Location": json.dumps(where)}, media_type="text/html")


def _quiet(answer: Html) -> Html:
    answer.headers["Cache-Control"] = "no-store"
    return answer


ROUTES = (
    conditions_of_text, edit_condition, apply_condition, filter_as_text, check_expression, known_names, options_of_condition,
)  # fmt: skip
