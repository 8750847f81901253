"""The pages that change roles: a grant, a new role, a role that goes; each leads to a plan."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.access.grants import grants_of
from core.errors import KubikError
from core.query.filters import readable_names
from core.query.query import Query
from core.query.read import count
from core.solutions.packages import plan_changes
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading
from core.web.render import Html, render
from metamodel.errors import Problem, ProblemsFound
from metamodel.expression import Scope, parse_expression
from metamodel.expression.types import BOOLEAN
from metamodel.messages import Message, message
from metamodel.model import Entity, Role
from metamodel.names import transliterate
from renderers.pages.shell import make_shell
from renderers.roles.editing import TEMPLATES, Sent, grant_of, mark_of, template_grants, told
from renderers.roles.forms import grant_form, role_form
from renderers.roles.plan_pages import planned, refused
from renderers.roles.reading import changeable, require_manager, role_named, speaker_of
from renderers.roles.view import Pieces
from renderers.roles.words import rule_words
from renderers.roles.written import known, written

_KEYS = ("rows", "check", "stages", "fields", "actions", "entity")


class OneGrant(Controller):
    """A grant of a role; ``new`` is one more."""

    path = "/roles/{name:str}/grant/{number:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, name: FromPath[str], number: FromPath[str]) -> Response[Any]:
        """The form; ``entity``, ``action``, ``stage`` and ``field`` of the address add to it."""
        with reading(request) as (who, tx):
            role = changeable(who, tx, name)
            grant, entity = _grant(who, tx, role, number, request.query_params.get("entity", ""))
            was = mark_of(grant)
            for key, inside in (("action", "actions"), ("stage", "stages"), ("field", "fields")):
                _add(grant, inside, request.query_params.get(key, ""))
            return _drawn(request, who, tx, role, number, entity, grant, was)

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, name: FromPath[str], number: FromPath[str]) -> Response[Any]:
        """The plan of the change, or the form again with what is wrong."""
        sent = Sent(form_pairs(request))
        with reading(request) as (who, tx):
            role, was = changeable(who, tx, name), sent.one("_was")
            grants = written(tx, role)
            label = who.texts.render(role.label)
            try:
                number = _where(grants, number, was)
            except KubikError as error:
                return refused(request, error, label, f"/roles/{role.name}")
            _, entity = _grant(who, tx, role, number, sent.one("entity"))
        grant, dropped = grant_of(sent, entity), bool(sent.one("drop")) and number != "new"
        if dropped:
            grants.pop(int(number))
        elif number == "new":
            grants.append(grant)
        else:
            grants[int(number)] = grant
        change = {"op": "change", "kind": "role", "target": role.name, "definition": {"grants": grants}}
        try:
            if not grant["actions"] and not dropped:
                raise _missing("actions", message("choose at least one action"))
            plan = plan_changes(who.workspace, who.actor, [change])
        except KubikError as error:
            if error.status >= 500 or error.code == "KBK4002" and not error.errors:
                raise
            with reading(request) as (who, tx):
                return _drawn(request, who, tx, role, number, entity, grant, was, error)
        return planned(request, plan, role.name, label, f"/roles/{role.name}?entity={entity.name}")


def _missing(key: str, why: Message) -> KubikError:
    """What a form does not say that it must."""
    return KubikError("KBK1001", errors=[Problem(pointer=f"/{key}", code="KBK1001", message=why)])


def _where(grants: list[dict[str, Any]], number: str, was: str) -> str:
    """The place of the grant that a form was drawn of, wherever others moved it; KBK1102 when they changed it."""
    marks = [mark_of(each) for each in grants]
    if not was or not number.isdecimal() or was in marks[int(number[:4]) :][:1]:
        return number
    if was not in marks:
        raise KubikError(
            "KBK1102", message("Somebody else changed this rule meanwhile, or took it away. Open it anew.")
        )
    return str(marks.index(was))


def _add(grant: dict[str, Any], key: str, name: str) -> None:
    """What an answer of “why” proposes, put into the form."""
    if not name:
        return
    held = grant.get(key)
    if key == "fields" and isinstance(held, dict):
        grant[key] = {"all_but": [each for each in held["all_but"] if each != name]}
    elif isinstance(held, list):
        grant[key] = list(dict.fromkeys([*held, name]))
    elif key == "actions":
        grant[key] = [name]


def _grant(
    who: Visit, tx: Transaction, role: Role, number: str, entity: str
) -> tuple[dict[str, Any], Entity]:
    """The written grant and its entity; a new one of the entity named. KBK2006 for a number that is not there."""
    grants = written(tx, role)
    if number == "new":
        rights = grants_of(tx.model, who.actor)
        found = tx.model.entities.get(entity)
        if found is None or not rights.may(found.uid, "read"):
            raise KubikError("KBK2006")
        return {"entity": entity, "actions": [], "fields": "all"}, found
    if not number.isascii() or not number.isdigit() or len(number) > 4 or int(number) >= len(grants):
        raise KubikError("KBK2006")
    if not known(speaker_of(who, tx), role.grants[int(number)]):
        raise KubikError("KBK4002", message("the rule names fields that you may not see"))
    grant = grants[int(number)]
    return grant, tx.model.entities[grant["entity"]]


def _drawn(
    request: AnyRequest, who: Visit, tx: Transaction, role: Role, number: str, entity: Entity, grant: dict[str, Any], was: str,
    error: KubikError | None = None,
) -> Html:  # fmt: skip
    errors, summary = told(error, who.texts, _KEYS) if error is not None else ({}, "")
    form = grant_form(who, tx, role, number, entity, grant, was, errors, summary)
    status = error.status if error is not None else 200
    return render(who, "roles/grant.html", status=status, form=form, shell=make_shell(request, who, tx))


class NewRole(Controller):
    """A role that is made: empty, by a template, or as a copy."""

    path = "/roles/new-role"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest) -> Response[Any]:
        """The form; ``copy`` of the address names the role that is copied."""
        copied = request.query_params.get("copy", "")
        with reading(request) as (who, tx):
            require_manager(tx, who.actor)
            form = role_form(who, tx, Sent([("from", f"copy:{copied}" if copied else "")]))
            return render(who, "roles/new.html", form=form, shell=make_shell(request, who, tx))

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest) -> Response[Any]:
        """The plan, or the form again."""
        sent = Sent(form_pairs(request))
        with reading(request) as (who, tx):
            require_manager(tx, who.actor)
            definition = _definition(who, tx, sent)
        try:
            if not sent.one("label"):
                raise _missing("label", message("say what people call the role"))
            plan = plan_changes(
                who.workspace, who.actor, [{"op": "add", "kind": "role", "definition": definition}]
            )
        except KubikError as error:
            if error.status >= 500 or error.code == "KBK4002" and not error.errors:
                raise
            with reading(request) as (who, tx):
                errors, summary = told(error, who.texts, ("label", "name", "parent"))
                form = role_form(who, tx, sent, errors, summary)
                return render(
                    who, "roles/new.html", status=error.status, form=form, shell=make_shell(request, who, tx)
                )
        name = definition["name"]
        return planned(request, plan, name, sent.one("label") or name, "/roles")


def _definition(who: Visit, tx: Transaction, sent: Sent) -> dict[str, Any]:
    label = sent.one("label")[:200]
    name = sent.one("name") or transliterate(label) or "role"
    taken = {role.name for role in tx.model.roles.values()}
    if not sent.one("name") and name in taken:
        name = next(each for n in range(2, 1000) if (each := f"{name[:40]}_{n}") not in taken)
    made: dict[str, Any] = {"name": name}
    if label:
        made["label"] = label
    if sent.one("parent"):
        made["parent"] = sent.one("parent")
    kind, _, copied = sent.one("from").partition(":")
    if kind == "copy":
        role = role_named(tx, who.actor, copied)
        made["grants"] = written(tx, role)
        names = [tx.model.role_by_uid[uid].name for uid in role.includes]
        if names:
            made["includes"] = names
    elif kind in TEMPLATES:
        made["grants"] = template_grants(tx.model, kind)
    return made


@post("/roles/{name:str}/delete", sync_to_thread=True, status_code=200, include_in_schema=False)
def delete_role(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """The plan without the role: who loses it is told before it is carried out."""
    with reading(request) as (who, tx):
        role = changeable(who, tx, name)
        label = who.texts.render(role.label)
    plan = plan_changes(who.workspace, who.actor, [{"op": "drop", "kind": "role", "target": role.name}])
    return planned(request, plan, "", label, f"/roles/{role.name}")


@get("/roles/check-rule", sync_to_thread=True, include_in_schema=False)
def check_rule(request: AnyRequest) -> Response[Any]:
    """What a rule says in words and how many records it takes in, or the character at which it cannot be read."""
    given = request.query_params
    text, asked = given.get("rows") or given.get("check") or "", given.get("entity", "")
    with reading(request) as (who, tx):
        require_manager(tx, who.actor)
        rights = grants_of(tx.model, who.actor)
        entity = tx.model.entities.get(asked)
        if entity is None or not rights.may(entity.uid, "read"):
            raise KubikError("KBK2006")
        words: Pieces = ()
        error, found = "", None
        if text.strip():
            try:
                scope = Scope(model=readable_names(tx.model, rights), entity=entity.uid, expect=BOOLEAN)
                rule = parse_expression(text[:10_000], scope)
                words = rule_words(speaker_of(who, tx), rule)
                found = count(tx, who.actor, Query(entity=entity.name, fields=(), filter=rule.text))
            except ProblemsFound as problems:
                error = "; ".join(who.texts.render(p.message) for p in problems.problems)
            except KubikError as refused:
                error = who.texts.render(refused.errors[0].message if refused.errors else refused.detail)
        answer = render(who, "roles/_rule.html", words=words, error=error, found=found)
        answer.headers["Cache-Control"] = "no-store"
        return answer
