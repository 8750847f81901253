"""The page of one import: progress, what it did, its file of errors, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.jobs.jobs import Job, cancel_job
from core.records.importing import in_words
from core.records.importing.going_on import go_on, may_go_on
from core.records.importing.recipe import read_recipe
from core.records.importing.told import import_of, taken_back_by
from core.records.takeback import Foresight, foresee, start_take_back
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.render import render, see_other
from renderers.importing.checking import _failed, _made
from renderers.importing.words import STATES, steps
from renderers.pages.progress import time_left
from renderers.pages.shell import make_shell

MOST_ERRORS = 50


@get("/imports/{job:int}", sync_to_thread=True, include_in_schema=False)
def import_page(request: AnyRequest, job: FromPath[int]) -> Response[Any]:
    """How far an import is, or what it did."""
    with reading(request) as (who, tx):
        found = import_of(tx, who.actor, job)
        page = _page(who, tx, found)
        if who.htmx:
            answer = render(who, "importing/_job.html", **page)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        return render(who, "importing/job.html", shell=make_shell(request, who, tx, place="/imports"), **page)


@post("/imports/{job:int}/stop", sync_to_thread=True, include_in_schema=False)
def stop_import(request: AnyRequest, job: FromPath[int]) -> Response[Any]:
    """Stop at the next chunk; what is written stays until it is taken back."""
    who = visit(request)

    def action(tx: Transaction) -> None:
        import_of(tx, who.actor, job)
        cancel_job(tx, job, by=who.actor.person)

    who.workspace.write(action)
    return see_other(f"/imports/{job}")


@post("/imports/{job:int}/go-on", sync_to_thread=True, include_in_schema=False)
def go_on_import(request: AnyRequest, job: FromPath[int]) -> Response[Any]:
    """Go on with an import that was stopped."""
    who = visit(request)
    who.workspace.write(lambda tx: go_on(tx, who.actor, job))
    return see_other(f"/imports/{job}")


@post("/imports/{job:int}/revert", sync_to_thread=True, include_in_schema=False)
def revert_import(request: AnyRequest, job: FromPath[int]) -> Response[Any]:
    """Take the import back: what nobody touched since, or all."""
    who, given = visit(request), dict(form_pairs(request))

    def action(tx: Transaction) -> None:
        import_of(tx, who.actor, job)
        start_take_back(tx, who.actor, job, "all" if given.get("scope") == "all" else "untouched")

    who.workspace.write(action)
    return see_other(f"/imports/{job}")


def _page(who: Visit, tx: Transaction, job: Job) -> dict[str, Any]:
    entity = tx.model.entities.get(str(job.parameters.get("entity")))
    name = str(job.parameters.get("entity"))
    label = (entity.label_many.in_language(who.language) if entity else None) or name
    result, recipe = in_words(job.result or {}, who.texts.render), job.parameters.get("recipe")
    back = taken_back_by(tx, job)
    words, tone = STATES[job.state]
    going = job.state in ("queued", "running")
    undoing = back is not None and back.state in ("queued", "running")
    foresight = None if going or undoing else _foresight(who, tx, job)
    return {
        "job": job, "label": label, "entity": name if entity else "", "steps": steps(who, 4), "running": going,
        "state": who.texts.render(words), "tone": tone, "left_time": time_left(who.texts, tx.now, job), "failed": _failed(who, job),
        "at": who.texts.datetime(job.created_at, who.zone), "file_name": str(job.parameters.get("name") or ""),
        "counts": {n: who.texts.number(result.get(n, 0)) for n in ("created", "updated", "skipped", "refused", "total", "linked", "incomplete")},
        "refused": int(result.get("refused", 0)), "errors": result.get("errors", ())[:MOST_ERRORS],
        "made_of": _made(who, tx, read_recipe(recipe) if recipe else None, result), "passed_over": result.get("passed_over", ()),
        "errors_href": f"/api/jobs/{job.id}/errors" if job.errors_file and job.by == who.actor.person else "",
        "foresight": foresight, "goes_on": may_go_on(tx, who.actor, job), "back": back, "undoing": undoing,
        "back_left": time_left(who.texts, tx.now, back) if undoing and back else "",
        "back_failed": _failed(who, back) if back else "", "since": _since(who, tx, foresight),
    }  # fmt: skip


def _foresight(who: Visit, tx: Transaction, job: Job) -> Foresight | None:
    """What a taking back would meet; None when there is nothing to take back, or it is not this person's."""
    try:
        return foresee(tx, who.actor, job.id)
    except KubikError as refusal:
        if refusal.code not in ("KBK5003", "KBK1104"):
            raise
        return None


def _since(who: Visit, tx: Transaction, found: Foresight | None) -> tuple[tuple[str, str, str], ...]:
    """What people changed since: address, title, and which fields when."""
    told = []
    for each in found.since[:MOST_ERRORS] if found is not None else ():
        entity = tx.model.entities.get(each["entity"])
        names = ", ".join(
            (
                entity.by_name[name].label.in_language(who.language)
                if entity and name in entity.by_name
                else None
            )
            or name
            for name in sorted(each["changes"])
        )
        at = each["at"]
        when = who.texts.datetime(at, who.zone) if isinstance(at, datetime) else str(at)
        told.append(
            (f"/e/{each['entity']}/{each['id']}", str(each.get("title") or each["id"]), f"{names} · {when}")
        )
    return tuple(told)


HANDLERS = (import_page, stop_import, go_on_import, revert_import)
