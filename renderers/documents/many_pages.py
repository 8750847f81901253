"""Documents of the records chosen in a list: which, in what format, the job that makes them, and its zip."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.documents.issuing.job import KIND, start_documents
from core.documents.issuing.once import job_once, mark_of
from core.documents.issuing.order import Order, check_formats
from core.documents.offering import types_of
from core.errors import KubikError
from core.i18n import Texts
from core.jobs.jobs import Job, cancel_job
from core.query.query import Link, Query
from core.query.read import count, titles
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.issued_files import day_of
from core.web.render import render
from metamodel.messages import message
from metamodel.model import Entity
from renderers.api.jobs import job_of
from renderers.documents.asking import Pairs, choices
from renderers.documents.buttons import label_of
from renderers.documents.view import Failure, FormatChoice, ManyForm, ManyPage, TypeChoice
from renderers.forms.form_pages import led_to
from renderers.grid.bulk.chosen import Chosen, read_chosen
from renderers.pages.framed import progress_page
from renderers.pages.progress import progress_words, time_left
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words

OWN = ("ids", "id", "all", "state", "type", "format", "date", "_key", "_csrf_token")
MOST_TOLD = 50


class OnList(Controller):
    """Documents of chosen records."""

    path = "/e/{entity:str}/documents"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """Which document, in what format."""
        return _page(request, entity, list(request.query_params.multi_items()))

    @post(sync_to_thread=True, status_code=200)
    def begin(self, request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
        """Make them, by a job."""
        given, who = form_pairs(request), visit(request)
        asked = dict(given)
        formats = tuple(value for key, value in given if key == "format")
        try:
            order = Order(
                type=asked.get("type", ""), formats=check_formats(formats), date=day_of(asked.get("date"))
            )
            with reading(request) as (who, tx):
                choice = _chosen(who, tx, entity, given).choice
                if tx.model.documents[order.type].entity != tx.model.entities[entity].uid:
                    raise KubikError("KBK2006")
            key, request_ = asked.get("_key", "")[:100], mark_of(entity, order, choice)

            def start(tx: Transaction) -> int:
                return job_once(
                    tx, who.actor, key, request_, lambda: start_documents(tx, who.actor, order, choice)
                )

            job = who.workspace.write(start)
        except KeyError:
            raise KubikError("KBK2006") from None
        except KubikError as error:
            if error.status >= 500 or error.code == "KBK2006":
                raise
            return _page(request, entity, given, error)
        return led_to(who, f"/e/{entity}/documents/{job}")


def _chosen(who: Visit, tx: Transaction, entity: str, given: Pairs) -> Chosen:
    """What was chosen: as the bar of a list sends it, or as the address of the list with its records says."""
    asked = dict(given)
    if "state" not in asked:
        rest = [pair for pair in given if pair[0] not in OWN]
        given = [*given, ("state", urlencode(rest))]
    if not any(asked.get(name) for name in ("ids", "id", "all")):
        given = [*given, ("all", "1")]
    return read_chosen(who, tx, entity, given)


def _page(request: AnyRequest, entity: str, given: Pairs, refusal: KubikError | None = None) -> Response[Any]:
    with reading(request) as (who, tx):
        chosen = _chosen(who, tx, entity, given)
        form = _form(who, tx, chosen, given, refusal)
        shell = make_shell(request, who, tx, chosen.entity.name)
        return render(
            who, "documents/many.html", status=refusal.status if refusal else 200, form=form, shell=shell
        )


def _form(who: Visit, tx: Transaction, chosen: Chosen, given: Pairs, refusal: KubikError | None) -> ManyForm:
    entity, asked = chosen.entity, dict(given)
    types = types_of(tx.model, who.actor, entity)
    if not types:
        raise KubikError("KBK2006")
    named = asked.get("type") or types[0].name
    marked = [value for key, value in given if key == "format"]
    formats: dict[str, FormatChoice] = {}
    for each in types:
        for choice in choices(who, each, marked):
            formats.setdefault(choice.name, choice)
    query = Query(
        entity=entity.name,
        fields=(),
        ids=chosen.choice.ids,
        filter=chosen.choice.filter,
        search=chosen.choice.search,
    )
    found = count(tx, who.actor, query)
    return ManyForm(
        action=f"/e/{entity.name}/documents",
        count=who.texts.render(message("Records: {count}", count=who.texts.number(found))),
        types=tuple(
            TypeChoice(
                name=each.name, label=label_of(each, who.texts), chosen=each.name == named,
                help=(each.help.in_language(who.language) or "") if each.help else "",
            )
            for each in types
        ),
        formats=tuple(formats.values()),
        date=asked.get("date") or tx.now.astimezone(tx.workspace.zone).date().isoformat(),
        hidden=chosen.hidden,
        problem=who.texts.render(refusal.detail) if refusal else "",
        key=token_urlsafe(12),
        back=chosen.back,
        list_label=entity.label_many.in_language(who.language) or entity.name,
    )  # fmt: skip


@get("/e/{entity:str}/documents/{job:int}", sync_to_thread=True, include_in_schema=False)
def documents_job_page(request: AnyRequest, entity: FromPath[str], job: FromPath[int]) -> Response[Any]:
    """How far they are, or what came of them."""
    with reading(request) as (who, tx):
        found, of = _job(who, tx, entity, job)
        page = _many(who, tx, of, found)
        return progress_page(request, who, tx, entity, "documents/_progress.html", page)


@post(
    "/e/{entity:str}/documents/{job:int}/cancel",
    sync_to_thread=True,
    status_code=200,
    include_in_schema=False,
)
def cancel_documents(request: AnyRequest, entity: FromPath[str], job: FromPath[int]) -> Response[Any]:
    """Make no more of them; those that were issued stay."""
    who = visit(request)

    def action(tx: Transaction) -> None:
        _job(who, tx, entity, job)
        cancel_job(tx, job, by=who.actor.person)

    who.workspace.write(action)
    return led_to(who, f"/e/{entity}/documents/{job}")


def _job(who: Visit, tx: Transaction, entity: str, job: int) -> tuple[Job, Entity]:
    """A job of the person's own about records of that entity."""
    found = job_of(tx, who.actor, job)
    of = tx.model.entities.get(entity)
    if found.kind != KIND or of is None or found.parameters["choice"]["entity"] != entity:
        raise KubikError("KBK5003", message("there is no such job"))
    return found, of


def _many(who: Visit, tx: Transaction, entity: Entity, job: Job) -> ManyPage:
    texts, here = who.texts, f"/e/{entity.name}/documents/{job.id}"
    result: Mapping[str, Any] = job.result or {}
    running = job.state in ("queued", "running")
    known = tx.model.documents.get(str(job.parameters["type"]))
    made, failed = int(result.get("made", 0)), int(result.get("failed", 0))
    errors = result.get("errors", ())[:MOST_TOLD]
    named = titles(tx, who.actor, entity, [each["record"] for each in errors]) if errors else {}
    return ManyPage(
        here=here,
        title=label_of(known, texts) if known else texts.gettext("Documents"),
        words=progress_words(texts, job, texts.render(message("Issued: {count}", count=texts.number(made)))),
        running=running,
        done=job.done,
        total=job.total or 0,
        time_left=time_left(texts, tx.now, job) if running else "",
        left=texts.render(message("Without a document: {count}", count=texts.number(failed))) if failed else "",
        failures=tuple(_failure(texts, entity, each, named[each["record"]]) for each in errors),
        more=failed > len(errors),
        failed=texts.gettext(str((job.error or {}).get("shown", ""))) if job.state == "failed" else "",
        zip_href=f"/api/jobs/{job.id}/file" if made and not running else "",
        cancel_href=f"{here}/cancel" if running else "",
        back=f"/e/{entity.name}",
        list_label=entity.label_many.in_language(who.language) or entity.name,
    )  # fmt: skip


def _failure(texts: Texts, entity: Entity, told: Mapping[str, Any], link: Link) -> Failure:
    if link.id is None:
        return Failure(title=texts.gettext("Hidden"), href="", why=told["message"])
    title = title_words(link.title, link.id, texts)
    return Failure(title=title, href=f"/e/{entity.name}/{link.id}", why=told["message"])


HANDLERS = (OnList, documents_job_page, cancel_documents)
