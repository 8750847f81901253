"""The pages of an action: what it asks, running it, what its drop-downs offer."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from core.errors import KubikError
from core.query.options import options
from core.records import Ran, run_action
from core.web.context import AnyRequest, form_pairs, reading
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
    try:
        ran = who.workspace.write(
            lambda tx: run_action(tx, who.actor, entity, id, name, inputs, context=context)
        )
    except KubikError as error:
        if error.status >= 500 and error.status != 503:
            raise
        with reading(request) as (who, tx):
            return asking(request, who, tx, entity, id, name).page(sent.filled, error)
    return led_to(found.who, _address(ran), leave_notice(found.who, "done", entity, id or ran.go.id or 0))


def _address(ran: Ran) -> str:
    return f"/e/{ran.go.entity}" + ("" if ran.go.id is None else f"/{ran.go.id}")


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

    @post(sync_to_thread=True, status_code=200)
    def take(
        self, request: AnyRequest, entity: FromPath[str], identity: FromPath[int], name: FromPath[str]
    ) -> Response[Any]:
        """Run it."""
        return take(request, entity, identity, name)


class OnList(Controller):
    """An action above a list."""

    path = "/e/{entity:str}/run/{name:str}"
    include_in_schema = False

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, entity: FromPath[str], name: FromPath[str]) -> Response[Any]:
        """What it asks."""
        return show(request, entity, None, name)

    @post(sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, entity: FromPath[str], name: FromPath[str]) -> Response[Any]:
        """Run it."""
        return take(request, entity, None, name)


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
