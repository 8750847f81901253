"""The pages of bulk actions: what is asked, the preview, the deed, its job, and what takes it back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.jobs.jobs import cancel_job
from core.query.totals import totals
from core.records.bulk import AT_ONCE, Differs, Order, Preview, preview, run_bulk, start_bulk
from core.records.bulk.past import read_past
from core.records.takeback import run_take_back, start_take_back
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import json_answer, render, wants_json
from metamodel.messages import message
from renderers.boards.heads import sum_of
from renderers.forms.desk import Remarks
from renderers.forms.form_pages import led_to
from renderers.grid.bulk.asking import Asking, asking
from renderers.grid.bulk.chosen import Pairs, read_chosen
from renderers.grid.bulk.deeds import summed
from renderers.grid.bulk.foretelling import foretold
from renderers.grid.bulk.form import bulk_form
from renderers.grid.bulk.outcome import done_words, outcome
from renderers.grid.bulk.view import BulkForm
from renderers.pages.cells import cells_of
from renderers.pages.framed import progress_page
from renderers.pages.shell import make_shell


@get("/e/{entity:str}/bulk", sync_to_thread=True, include_in_schema=False)
def ask_bulk(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """What a deed asks of the records ``id``: for browsers without scripts."""
    return _asked(request, entity, list(request.query_params.multi_items()))


@post("/e/{entity:str}/bulk", sync_to_thread=True, status_code=200, include_in_schema=False)
def take_bulk(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The next step of a deed: ``_step`` is ``ask``, ``preview`` or ``go``."""
    pairs = form_pairs(request)
    step = dict(pairs).get("_step", "ask")
    if step == "go":
        return _done(request, entity, pairs)
    return _asked(request, entity, pairs, previewing=step == "preview")


def _asked(request: AnyRequest, entity: str, pairs: Pairs, *, previewing: bool = False) -> Response[Any]:
    """The form, or the preview when there is nothing to ask any more."""
    with reading(request) as (who, tx):
        found = asking(request, who, tx, entity, pairs)
        looked = found.looked()
        if looked.problems:
            wrong = {p.pointer: who.texts.render(p.message) for p in looked.problems}
            remarks = Remarks(wrong=wrong, candidates=looked.candidates)
            return _page(request, who, tx, found, bulk_form(found, remarks), status=422)
        nothing_asked = found.deed in ("delete", "restore")
        if not (previewing or nothing_asked) or not _complete(found):
            return _page(request, who, tx, found, bulk_form(found, Remarks()))
        order = found.order()
    return _previewed(request, entity, pairs, order)


def _complete(found: Asking) -> bool:
    """Whether all is said that the deed needs."""
    if found.deed == "update":
        return bool(found.fields()) and "_add" not in found.sent.asked
    return bool(found.to) if found.deed == "move" else True


def _previewed(
    request: AnyRequest, entity: str, pairs: Pairs, order: Order, moved_on: str = ""
) -> Response[Any]:
    """What the deed would do: it is tried outside of the snapshot that is shown."""
    seen = preview(visit(request).workspace, visit(request).actor, order)
    with reading(request) as (who, tx):
        found = asking(request, who, tx, entity, pairs)
        found.looked()
        form = bulk_form(found, Remarks())
        told = foretold(tx, who.actor, found.chosen.entity, found.deed, seen, who.texts, moved_on)
        shown = replace(
            form, foretold=told, lines=tuple(found.lines()), fields=(), options=(), targets=(), tabs=(),
            hidden=(*found.chosen.hidden, *found.carried(), ("expected", str(told.expected))),
            count=_count(who, seen),
        )  # fmt: skip
        return _page(request, who, tx, found, shown)


def _count(who: Visit, seen: Preview) -> str:
    return who.texts.render(message("Records: {count}", count=who.texts.number(seen.total)))


def _done(request: AnyRequest, entity: str, pairs: Pairs) -> Response[Any]:
    """Do it: at once when it is little, all that was shown or nothing; else by a job."""
    with reading(request) as (who, tx):
        found = asking(request, who, tx, entity, pairs)
        looked = found.looked()
        if looked.problems:
            raise KubikError("KBK3005", errors=looked.problems)
        order, back = found.order(), found.chosen.back
    expected = dict(pairs).get("expected", "")
    if dict(pairs).get("at_once") == "1" and expected.isascii() and expected.isdigit():
        try:
            job, report = who.workspace.write(lambda tx: run_bulk(tx, who.actor, order, int(expected)))
        except Differs:
            words = who.texts.render(message("The records changed since: look again. Nothing was done yet."))
            return _previewed(request, entity, pairs, order, words)
        words = done_words(order.deed, report.changed, who.texts)
        return _told(who, entity, job, words, back, order)
    job = who.workspace.write(lambda tx: start_bulk(tx, who.actor, order))
    return led_to(who, f"/e/{entity}/bulk/{job}")


def _told(who: Visit, entity: str, job: int, words: str, back: str, order: Order) -> Response[Any]:
    """Done: the page that asked tells it with the way back, or without scripts the page of the job."""
    here = f"/e/{entity}/bulk/{job}"
    if not who.htmx:
        return led_to(who, here)
    ids = order.choice.ids if order.deed in ("update", "move", "run") else None
    told = {"words": words, "undo": f"{here}/undo", "href": here, "ids": list(ids or ())[:AT_ONCE]}
    return Response(None, status_code=204, headers={"HX-Trigger": json.dumps({"kubik:bulk": told})})


def _page(
    request: AnyRequest, who: Visit, tx: Transaction, found: Asking, form: BulkForm, status: int = 200
) -> Response[Any]:
    if who.htmx:
        answer = render(who, "grid/_form.html", status=status, form=form)
    else:
        shell = make_shell(request, who, tx, found.chosen.entity.name)
        answer = render(who, "grid/page.html", status=status, form=form, shell=shell)
    answer.headers["Vary"] = "HX-Request, Cookie"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@get("/e/{entity:str}/bulk/{job:int}", sync_to_thread=True, include_in_schema=False)
def bulk_job_page(request: AnyRequest, entity: FromPath[str], job: FromPath[int]) -> Response[Any]:
    """How far a deed is, or what came of it."""
    with reading(request) as (who, tx):
        past = read_past(tx, who.actor, job)
        found = tx.model.entities.get(past.order.entity)
        if found is None or past.order.entity != entity:
            raise KubikError("KBK5003", message("there is no such job"))
        page = outcome(who, tx, past, found)
        return progress_page(request, who, tx, entity, "grid/_progress.html", page)


@post("/e/{entity:str}/bulk/{job:int}/cancel", sync_to_thread=True, status_code=200, include_in_schema=False)
def cancel_bulk(request: AnyRequest, entity: FromPath[str], job: FromPath[int]) -> Response[Any]:
    """Stop a deed, or the taking back of one."""
    who = visit(request)

    def action(tx: Transaction) -> None:
        past = read_past(tx, who.actor, job)
        cancel_job(tx, (past.undo or past.job).id, by=who.actor.person)

    who.workspace.write(action)
    return led_to(who, f"/e/{entity}/bulk/{job}")


@post("/e/{entity:str}/bulk/{job:int}/undo", sync_to_thread=True, status_code=200, include_in_schema=False)
def undo_bulk(request: AnyRequest, entity: FromPath[str], job: FromPath[int]) -> Response[Any]:
    """Take a deed back: at once when it was little, else by a job."""
    who = visit(request)
    with reading(request) as (_, tx):
        past = read_past(tx, who.actor, job)
    scripted = wants_json(request)
    if past.report.changed > AT_ONCE:
        who.workspace.write(lambda tx: start_take_back(tx, who.actor, job))
        href = f"/e/{entity}/bulk/{job}"
        return json_answer({"href": href}) if scripted else led_to(who, href)
    returned = run_take_back(who.workspace, who.actor, job)
    if not scripted:
        return led_to(who, f"/e/{entity}/bulk/{job}")
    words = message("Taken back: {count}", count=who.texts.number(returned.dealt - returned.left_count))
    left = message("Stayed as they are: {count}", count=who.texts.number(returned.left_count))
    told = [who.texts.render(words), *([who.texts.render(left)] if returned.left_count else [])]
    return json_answer({"words": ". ".join(told)})


@post("/e/{entity:str}/chosen", sync_to_thread=True, status_code=200, include_in_schema=False)
def sums_of_chosen(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """How many records are chosen and what they add up to, as the reader sees them."""
    with reading(request) as (who, tx):
        chosen = read_chosen(who, tx, entity, form_pairs(request))
        fields = summed(chosen.grants, chosen.entity)
        counted: Sequence[Any] = totals(tx, who.actor, chosen.query(), None, [f.uid for f in fields])
        count = counted[0].count if counted else 0
        cells = cells_of(who.site.templates.environment, who.texts, who.zone, tx.model)
        made = [
            sum_of(f, counted[0].fields[f.name], count, cells, who.texts)
            for f in fields
            if counted and counted[0].fields[f.name].filled
        ]
        answer = {
            "count": count, "words": who.texts.render(message("Chosen: {count}", count=who.texts.number(count))),
            "sums": [{"label": s.label, "html": str(s.value), "note": s.note} for s in made],
        }  # fmt: skip
        return json_answer(answer)


HANDLERS = [
    ask_bulk, take_bulk, bulk_job_page, cancel_bulk, undo_bulk, sums_of_chosen,
]  # fmt: skip
