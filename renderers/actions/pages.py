"""The pages of an action: what it asks, running it, what its drop-downs offer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath

from core.automation import Documents
from core.errors import KubikError
from core.query.options import options
from core.records import Ran, run_action
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, actor_in, exchange_state, form_pairs, reading
from core.web.printing import printed
from core.web.threads import REQUESTS, in_threads
from renderers.actions.asking import Asking, asking, sent_inputs
from renderers.forms.desk import Remarks
from renderers.forms.filled import read_sent
from renderers.forms.form_pages import led_to
from renderers.forms.lookups import internal_values
from renderers.pages.notices import leave_notice
from renderers.pages.titles import title_words

OFFERED = 20


def show(request: AnyRequest, entity: str, id: int | None, name: str) -> Response[Any]:
    """What the action asks."""
    with reading(request) as (who, tx):
        found = asking(request, who, tx, entity, id, name)
        return found.page(found.first)


def take(request: AnyRequest, entity: str, id: int | None, name: str) -> Response[Any]:
    """Run it, and go where it leads; when it is refused, the same form with everything that was typed."""
    sent = read_sent(form_pairs(request))
    with reading(request) as (who, tx):
        found = asking(request, who, tx, entity, id, name)
        looked = found.looked(sent.filled)
        if looked.problems:
            error = KubikError("KBK3005", errors=looked.problems)
            return found.page(sent.filled, error, Remarks(candidates=looked.candidates))
        inputs, context = sent_inputs(found.action, sent), found.manner.context

    def run(tx: Transaction, documents: Documents) -> Ran:
        return run_action(
            tx, actor_in(request, tx), entity, id, name, inputs, context=context, documents=documents
        )

    def answer(finish: Callable[[], Ran]) -> Response[Any]:
        try:
            ran = finish()
        except KubikError as error:
            if error.status >= 500 and error.status != 503:
                raise
            with reading(request) as (who, tx):
                return asking(request, who, tx, entity, id, name).page(sent.filled, error)
        return led_to(found.who, _address(ran), _notice(found.who, ran, entity, id))

    return printed(found.who.workspace, run, answer, exchange_state(request.scope).waiting)


def _address(ran: Ran) -> str:
    """Where the action leads; to the documents of a record of which it has issued one."""
    if ran.go.id is None:
        return f"/e/{ran.go.entity}"
    issued = any(each.record == ran.go.id for each in ran.issued)
    return f"/e/{ran.go.entity}/{ran.go.id}" + ("?panel=documents#rail" if issued else "")


def _notice(who: Visit, ran: Ran, entity: str, id: int | None) -> Cookie:
    """What the next page tells: the last document that was issued with its files, else that it is done."""
    if ran.issued:
        return leave_notice(who, "issued", ran.go.entity, ran.issued[-1].id)
    return leave_notice(who, "done", entity, id or ran.go.id or 0)


def offer(request: AnyRequest, entity: str, id: int | None, name: str, field: str) -> Response[Any]:
    """What a link among the inputs offers for a typed text, under the person's rights."""
    with reading(request) as (who, tx):
        found: Asking = asking(request, who, tx, entity, id, name)
        form = found.action.form
        asked = {key: value for key, value in request.query_params.multi_items() if key != "q"}
        text = request.query_params.get("q", "").strip()[:200]
        values = internal_values(form, asked, found.manner)
        links = options(tx, who.actor, form.name, field, text, values, OFFERED, form=form)
        items = [{"id": link.id, "title": title_words(link.title, link.id, who.texts)} for link in links]
    return Response({"items": items})


class OnRecord(Controller):
    """An action on a record."""

    path = "/e/{entity:str}/{identity:int}/run/{name:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], name: FromPath[str]
    ) -> Response[Any]:
        """What it asks."""
        return show(request, entity, identity, name)

    @post(status_code=200)
    async def take(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], name: FromPath[str]
    ) -> Response[Any]:
        """Run it."""
        answer: Response[Any] = await in_threads(REQUESTS, take, request, entity, identity, name)
        return answer


class OnList(Controller):
    """An action above a list."""

    path = "/e/{entity:str}/run/{name:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str], name: FromPath[str]) -> Response[Any]:
        """What it asks."""
        return show(request, entity, None, name)

    @post(status_code=200)
    async def take(self, request: AnyRequest, entity: FromPath[str], name: FromPath[str]) -> Response[Any]:
        """Run it."""
        answer: Response[Any] = await in_threads(REQUESTS, take, request, entity, None, name)
        return answer


@get(
    "/e/{entity:str}/{identity:int}/run/{name:str}/options/{field:str}",
    sync_to_thread=True,
    include_in_schema=False,
)
def options_on_record(
    request: AnyRequest,
    entity: FromPath[str],
    identity: FromPath[int],
    name: FromPath[str],
    field: FromPath[str],
) -> Response[Any]:
    """What a link among the inputs of an action on a record offers."""
    return offer(request, entity, identity, name, field)


@get("/e/{entity:str}/run/{name:str}/options/{field:str}", sync_to_thread=True, include_in_schema=False)
def options_above_list(
    request: AnyRequest, entity: FromPath[str], name: FromPath[str], field: FromPath[str]
) -> Response[Any]:
    """What a link among the inputs of an action above a list offers."""
    return offer(request, entity, None, name, field)
