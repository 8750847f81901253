"""The screens of templates: the list, one document with its check and preview, a new one, applying."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.documents.checking import check
from core.errors import KubikError
from core.solutions.apply import apply
from core.solutions.foresight import foresee
from core.solutions.packages import plan_changes
from core.solutions.permitting import require_configure
from core.solutions.plans import Plan
from core.solutions.undo import undo
from core.storage.templates import template_bytes
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading
from core.web.render import Html, render, see_other
from metamodel.documents import Format
from metamodel.labels import LANGUAGES, Label
from metamodel.messages import message
from metamodel.model import Entity
from renderers.documents.configuring.api import WORD
from renderers.documents.configuring.changing import changed
from renderers.documents.configuring.making import page_of_state
from renderers.documents.configuring.state import State, definition_of, state_of, state_sent
from renderers.documents.configuring.trying import finished, pending
from renderers.documents.configuring.view import Choice, DocumentLine, PlanView
from renderers.pages.shell import make_shell
from renderers.roles.editing import Sent

PLACE = "/templates"


@get("/templates", sync_to_thread=True, include_in_schema=False)
def templates_page(request: AnyRequest) -> Response[Any]:
    """Every document with its files."""
    with reading(request) as (who, tx):
        require_configure(tx, who.actor)
        lines = [
            DocumentLine(
                label=who.texts.render(each.label), name=each.name,
                entity=who.texts.render(tx.model.entity_by_uid[each.entity].label),
                files=tuple(t.file for t in each.templates), number=each.number.format if each.number else "",
                off=tuple(t.file for t in each.switched_off), unused=each.off,
            )
            for each in sorted(tx.model.documents.values(), key=lambda each: (each.entity, each.place()))
        ]  # fmt: skip
        entities = _entities(who, tx)
        shell = make_shell(request, who, tx, place=PLACE)
        done = request.query_params.get("done") == "1"
        return render(
            who, "documents/configuring/list.html", lines=lines, entities=entities, done=done, shell=shell
        )


def _entities(who: Visit, tx: Transaction) -> list[Choice]:
    """What documents can be made for: first what has some, child rows with whose they are."""
    model = tx.model

    def choice(entity: Entity) -> Choice:
        label = who.texts.render(entity.label)
        above = model.entity_by_uid[entity.by_uid[entity.parent].target or ""] if entity.parent else None
        whose = "" if above is None else f" · {who.texts.render(above.label)}"
        return Choice(value=entity.name, label=f"{label}{whose}")

    found = [e for e in model.entities.values() if e.solution != "system" and not e.off]
    placed = [(not model.documents_of[e.uid], choice(e)) for e in found]
    return [each for _, each in sorted(placed, key=lambda at: (at[0], at[1].label.casefold()))]


@get("/templates/start", sync_to_thread=True, include_in_schema=False)
def begin_page(request: AnyRequest) -> Response[Any]:
    """Where the choice of an entity leads to."""
    with reading(request) as (who, tx):
        require_configure(tx, who.actor)
        entity = request.query_params.get("entity", "")
        if entity not in tx.model.entities:
            raise KubikError("KBK2006")
    return see_other(f"/templates/new/{entity}")


class NewDocument(Controller):
    """A document that is not there yet."""

    path = "/templates/new/{entity:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """An empty one."""
        return _shown(
            request,
            lambda who, tx: State(
                name="", entity=_entity(tx, entity).name, labels=dict.fromkeys(LANGUAGES, "")
            ),
        )

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """What was pressed."""
        return _taken(request, "", entity)


class OneDocument(Controller):
    """A document: its template, the check, how it comes out, its settings."""

    path = "/templates/{name:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, name: FromPath[str]) -> Response[Any]:
        """As it is in force."""
        return _shown(request, lambda who, tx: state_of(tx.model, _known(tx, name)))

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, name: FromPath[str]) -> Response[Any]:
        """What was pressed."""
        with reading(request) as (who, tx):
            require_configure(tx, who.actor)
            entity = tx.model.entity_by_uid[tx.model.documents[_known(tx, name)].entity].name
        return _taken(request, name, entity)


def _known(tx: Transaction, name: str) -> str:
    if name not in tx.model.documents:
        raise KubikError("KBK2006")
    return name


def _entity(tx: Transaction, name: str) -> Entity:
    if name not in tx.model.entities:
        raise KubikError("KBK2006")
    return tx.model.entities[name]


def _shown(request: AnyRequest, made: Any, refused: tuple[str, ...] = (), status: int = 200) -> Html:
    with reading(request) as (who, tx):
        require_configure(tx, who.actor)
        page, order = page_of_state(who, tx, made(who, tx), refused)
        shell = make_shell(request, who, tx, place=PLACE)
    page = finished(who, page, order)
    return render(who, "documents/configuring/document.html", status=status, page=page, shell=shell)


def _taken(request: AnyRequest, name: str, entity: str) -> Html:
    """One form, whatever is pressed: a file sent, a fault repaired, another record, another file, the plan."""
    sent = Sent(form_pairs(request))
    with reading(request) as (who, tx):
        require_configure(tx, who.actor)
        state = state_sent(tx.model, name, _entity(tx, entity).name, sent)
    do = sent.one("do")
    try:
        if do in ("apply", "delete"):
            return _planned(request, who, state, gone=do == "delete")
        state = changed(who, state, do, sent)
    except KubikError as error:
        if error.status >= 500 or error.code in ("KBK4001", "KBK4002", "KBK2006"):
            raise
        words = tuple(who.texts.render(problem.message) for problem in error.errors) or (
            who.texts.render(error.detail),
        )
        return _shown(request, lambda who, tx: state, words[:20], error.status)
    return _shown(request, lambda who, tx: state)


def _planned(request: AnyRequest, who: Visit, state: State, *, gone: bool) -> Html:
    """The plan of the document as it stands, or of its end; what refuses it is told on its own screen."""
    if not state.files and not gone:
        raise KubikError(
            "KBK1001", message("Upload a template first: a document without one cannot be issued.")
        )
    with who.workspace.read() as tx:
        definition = definition_of(state, list(tx.model.documents))
    change: dict[str, Any] = {
        "op": "change" if state.name else "add",
        "kind": "document",
        "definition": definition,
    }
    if gone:
        change = {"op": "drop", "kind": "document"}
    if state.name:
        change["target"] = state.name
    plan = plan_changes(who.workspace, who.actor, [change])
    label = Label(ru=state.labels.get("ru") or None, en=state.labels.get("en") or None)
    title = who.texts.render(label) or state.name or definition["name"]
    view = _plan_view(who, plan, title, f"/templates/{state.name}" if state.name else PLACE)
    with reading(request) as (who, tx):
        shell = make_shell(request, who, tx, place=PLACE)
        return render(who, "documents/configuring/plan.html", page=view, shell=shell)


def _plan_view(who: Visit, plan: Plan, title: str, back: str) -> PlanView:
    texts = who.texts
    return PlanView(
        plan=plan.id, title=title, back=back, changes=tuple(texts.render(change.effect) for change in plan.changes),
        breaks=tuple(f"{b.target}: {texts.render(b.remedy)}" for change in plan.changes for b in change.breaks),
        failing=tuple(texts.render(fault.message) for fault in foresee(who.workspace, who.actor, plan.id).failing),
    )  # fmt: skip


@post("/templates/apply-plan", sync_to_thread=True, status_code=200, include_in_schema=False)
def apply_document(request: AnyRequest) -> Response[Any]:
    """Carry the plan out."""
    sent = Sent(form_pairs(request))
    with reading(request) as (who, tx):
        require_configure(tx, who.actor)
    try:
        apply(who.workspace, who.actor, sent.one("plan"))
    except KubikError as error:
        if error.status >= 500:
            raise
        words = [who.texts.render(problem.message) for problem in error.errors]
        view = PlanView(
            plan="",
            title=sent.one("title"),
            back=PLACE,
            failing=tuple(words),
            refused=who.texts.render(error.detail),
        )
        with reading(request) as (who, tx):
            shell = make_shell(request, who, tx, place=PLACE)
            return render(who, "documents/configuring/plan.html", status=error.status, page=view, shell=shell)
    return see_other(f"{PLACE}?done=1")


@post("/templates/take-back", sync_to_thread=True, status_code=200, include_in_schema=False)
def take_back(request: AnyRequest) -> Response[Any]:
    """Take the last change of the configuration back."""
    with reading(request) as (who, tx):
        require_configure(tx, who.actor)
    undo(who.workspace, who.actor)
    return see_other(f"{PLACE}?done=1")


@get("/templates/file/{sha256:str}/{file:str}", sync_to_thread=True, include_in_schema=False)
def download(request: AnyRequest, sha256: FromPath[str], file: FromPath[str]) -> Response[bytes]:
    """A template file as it was sent."""
    with reading(request) as (who, tx):
        require_configure(tx, who.actor)
        data = template_bytes(tx, sha256)
    return _bytes(data, file, WORD if data.startswith(b"PK") else "application/octet-stream")


@get("/templates/look/{entity:str}/{record:int}/{sha256:str}", sync_to_thread=True, include_in_schema=False)
def look(
    request: AnyRequest, entity: FromPath[str], record: FromPath[int], sha256: FromPath[str]
) -> Response[bytes]:
    """How the document of a record comes out from a template that may not be in force yet."""
    with reading(request) as (who, tx):
        require_configure(tx, who.actor)
        data = template_bytes(tx, sha256)
        format: Format = "docx" if data.startswith(b"PK") else "html"
        found = check(tx.model, _entity(tx, entity), format, data)
        if found.faults:
            raise KubikError("KBK5009")
        order = pending(who, tx, tx.model.entities[entity], record, format, found, data, "")
    made = order.made(who.workspace)
    name = f"{entity}-{record}.{'docx' if format == 'docx' else 'pdf'}"
    return _bytes(made, name, WORD if format == "docx" else "application/pdf")


def _bytes(data: bytes, file: str, kind: str) -> Response[bytes]:
    named = f"attachment; filename*=UTF-8''{quote(file, safe='')}"
    headers = {"content-disposition": named, "cache-control": "private, no-store"}
    return Response(data, media_type=kind, headers=headers)


HANDLERS = (templates_page, begin_page, NewDocument, OneDocument, apply_document, take_back, download, look)
