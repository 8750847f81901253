"""Erasure in the browser: what it would do, the ground, the password again; then how far it is."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.jobs.jobs import read_job
from core.query.erased import ENTITY
from core.query.sighted import may_erase
from core.records.erasing import KIND, begin_erasure, outline
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, form_pairs, reading, visit
from core.web.proof import require_proof
from core.web.render import render, see_other
from metamodel.messages import Message, message
from renderers.history.pages import standing
from renderers.pages.shell import make_shell
from renderers.personal.view import ErasingView, Gone, JobView

_STATES: dict[str, Message] = {
    "queued": message("The erasure waits for its turn."),
    "running": message("The erasure is under way."),
    "done": message("The data is erased."),
    "failed": message("The erasure stopped: nothing of the record itself is erased yet. Begin it again."),
    "cancelled": message("The erasure was cancelled."),
}


class Erasing(Controller):
    """Both ways of one address."""

    path = "/personal/{entity:str}/{identity:int}/erase"
    include_in_schema = False

    @get(sync_to_thread=True)
    def ask(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """What would be erased, and on which ground."""
        return _draw(request, entity, identity, "", attached=False)

    @post(sync_to_thread=True, status_code=200)
    def act(self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int]) -> Response[Any]:
        """Begin it."""
        given = dict(form_pairs(request))
        who, ground, attached = visit(request), given.get("ground", ""), given.get("attached") == "1"
        with reading(request) as (_, tx):
            _permit(request, who, tx, entity, identity)
        try:
            begun = who.workspace.write(
                lambda tx: begin_erasure(tx, who.actor, entity, identity, ground, attached=attached)
            )
        except KubikError as error:
            if error.status >= 500 or error.code in ("KBK2006", "KBK4002"):
                raise
            return _draw(request, entity, identity, ground, attached=attached, refused=error)
        return see_other(f"/personal/{entity}/{identity}?job={begun.job}")


def _permit(request: AnyRequest, who: Visit, tx: Transaction, entity: str, identity: int) -> None:
    standing(who, tx, entity, identity)
    if not may_erase(tx, who.actor):
        raise KubikError("KBK4002")
    require_proof(request, who, tx)


def _draw(
    request: AnyRequest, entity: str, identity: int, ground: str, *, attached: bool,
    refused: KubikError | None = None,
) -> Response[Any]:  # fmt: skip
    with reading(request) as (who, tx):
        _permit(request, who, tx, entity, identity)
        found, crumb, _ = standing(who, tx, entity, identity)
        seen, language = outline(tx, found, identity, attached=True), who.language
        number = who.texts.number
        view = ErasingView(
            crumb=crumb,
            here=f"/personal/{found.name}/{identity}/erase",
            gone=tuple(
                Gone(
                    label=e.label_many.in_language(language) or e.name, count=number(count),
                    fields=", ".join(f.label.in_language(language) or f.name for f in fields),
                )
                for e, fields, count in seen.fields
            ),
            linked=tuple(
                Gone(label=e.label_many.in_language(language) or e.name, count=number(count), fields="")
                for e, count in seen.linking
            ),
            files=number(seen.files) if seen.files else "",
            ground=ground, attached=attached,
            wrong=who.texts.render(refused.detail) if refused else "",
            cancel_href=f"/personal/{found.name}/{identity}",
        )  # fmt: skip
        status = refused.status if refused else 200
        shell = make_shell(request, who, tx, place="/personal", path=view.cancel_href)
        return render(who, "personal/erase.html", status=status, page=view, shell=shell)


@get("/personal/job/{identity:int}", sync_to_thread=True, include_in_schema=False)
def job_state(request: AnyRequest, identity: FromPath[int]) -> Response[Any]:
    """How far an erasure is, for the page that waits for it."""
    with reading(request) as (who, tx):
        view = job_view(who, tx, identity)
        answer = render(who, "personal/_job.html", job=view)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def job_view(who: Visit, tx: Transaction, job: int) -> JobView:
    """One's own erasure; KBK5003 for any other job."""
    found = read_job(tx, job, by=who.actor.person or 0)
    if found.kind != KIND:
        raise KubikError("KBK5003")
    act = (found.result or {}).get("act") if found.state == "done" else None
    return JobView(
        href=f"/personal/job/{job}", state=found.state, words=who.texts.render(_STATES[found.state]),
        act_href=f"/e/{ENTITY}/{act}" if act else "", wrong=found.state == "failed",
    )  # fmt: skip
