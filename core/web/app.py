"""The application: one ASGI callable that guards every request and leads it to the API, a file or a page."""

from __future__ import annotations

import time
from typing import Any

from litestar import Litestar, Request
from litestar.concurrency import sync_to_thread
from litestar.types import Message, Receive, Send

from core.errors import KubikError
from core.jobs.worker import Worker
from core.plugin_manager import collect, make_plugin_manager, page_files, static_folders, template_folders
from core.settings import Settings
from core.storage.workspace import Workspace
from core.web import threads
from core.web.api import make_call, read_body, send_answer, serve_call
from core.web.assets import Assets
from core.web.background import make_worker
from core.web.context import ExchangeState
from core.web.events import JournalWatch, Poller
from core.web.exchange import GONE, Call, ClientGone, new_request_id, read_cookie
from core.web.filed import PREFIX as FILES
from core.web.filed import serve_filed
from core.web.gate import gate
from core.web.guard import address_of, check_form, forbid_viewing, page_headers
from core.web.leaving import Client
from core.web.log import log_request
from core.web.metrics import Metrics
from core.web.operating import OPERATIONS
from core.web.operations import MAX_JSON, Operation, Routes
from core.web.over_https import Outward, inward
from core.web.page_errors import page_answer, page_error
from core.web.page_files import take_page_form
from core.web.rates import Rates
from core.web.security import SAFE_METHODS, SESSION_COOKIE, VISITOR_COOKIE, Seals
from core.web.site import Site
from core.web.taking import boundary_of
from core.web.templates import Templates
from metamodel.text import LARGEST

_API = ("/api/", "/health/")
_API_ROOTS = ("/api", "/health", "/metrics")


class Application(Litestar):
    """Litestar serves the pages; the API and the files of the build do not need it and go past it."""

    site: Site

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        path = scope["path"]
        if self.site.settings.secure or scope.get("scheme") == "https":
            scope, send = inward(scope), Outward(send, strict=self.site.settings.secure)
        call = make_call(
            self.site, scope, new_request_id(), address_of(scope, self.site.settings.trusted_proxies)
        )
        if path.startswith(_API) or path in _API_ROOTS:
            raw_path = scope.get("raw_path") or path.encode()
            await serve_call(call, raw_path.partition(b"?")[0], receive, send)
        elif path.startswith("/assets/"):
            await self._asset(call, send)
        elif path.startswith(FILES):
            await serve_filed(call, scope, receive, send)
        else:
            await self._page(call, scope, receive, send)

    async def _asset(self, call: Call, send: Send) -> None:
        answer = None
        if call.method in ("GET", "HEAD"):
            name = call.path.removeprefix("/assets/")
            accepted = call.header(b"accept-encoding") or ""
            answer = self.site.assets.answer(name, accepted, call.header(b"if-none-match"))
        if answer is None:
            scope: Any = {
                "type": "http",
                "method": "GET",
                "path": call.path,
                "headers": [],
                "query_string": b"",
            }
            scope["kubik"] = ExchangeState(site=self.site, request_id=call.request_id, address=call.address)
            answer = page_answer(Request(scope), KubikError("KBK2006"))
        await send_answer(call, answer, send, vary=b"Accept-Encoding")
        self.site.metrics.answered("asset", call.method, answer.status, 0.0)

    async def _page(self, call: Call, scope: Any, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        cookies = call.header(b"cookie")
        state = ExchangeState(
            site=self.site,
            request_id=call.request_id,
            address=call.address,
            secure=self.site.settings.secure or scope.get("scheme") == "https",
            session=read_cookie(cookies, SESSION_COOKIE),
            visitor=read_cookie(cookies, VISITOR_COOKIE),
        )
        scope["kubik"] = state
        answered = PageSender(state, send, head=call.method == "HEAD")
        if call.method == "HEAD":
            scope["method"] = "GET"
        try:
            self.site.count(call)
            if call.method not in SAFE_METHODS:
                forbid_viewing(call, state)
                if (boundary := boundary_of(call.header(b"content-type"))) is not None:
                    state.body = await take_page_form(call, state, boundary, receive)
                else:
                    state.body = await read_body(receive, MAX_JSON, call.headers.get(b"content-length"))
                check_form(call, state)
                receive = replay(state.body, receive)
            client = Client(receive)
            state.waiting = client.waiting
            try:
                await super().__call__(scope, receive, answered)
            finally:
                client.answered()
        except ClientGone:
            return
        except KubikError as error:
            answer = await sync_to_thread(page_answer, Request(scope), error)
            await send_answer(call, answer, answered, bare=True)
        seconds = time.perf_counter() - started
        status = answered.status or GONE
        self.site.metrics.answered("page", call.method, status, seconds)
        log_request(call, status, seconds, who=state.who, refusal=state.refusal)


class PageSender:
    """Sends what a page answers, with the headers every page has; without the body for HEAD."""

    def __init__(self, state: ExchangeState, send: Send, *, head: bool) -> None:
        self._state = state
        self._send = send
        self._head = head
        self.status = 0

    async def __call__(self, event: Message) -> None:
        if event["type"] == "http.response.start":
            self.status = event["status"]
            event["headers"] = page_headers(list(event.get("headers", ())), self._state)
        elif event["type"] == "http.response.body" and self._head:
            event["body"] = b""
        await self._send(event)


def replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives a body read already, and then what the real one gives."""
    pending = [body]

    async def again() -> Any:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return again


async def refuse_beyond_ids(request: Request[Any, Any, Any]) -> None:
    """A number in an address that no record can have is that of none: databases take 64 bits."""
    if any(isinstance(part, int) and abs(part) > LARGEST for part in request.path_params.values()):
        raise KubikError("KBK2006")


def create_app(settings: Settings, workspace: Workspace | None = None, *, jobs: bool = False) -> Application:
    """The application of an installation that exists, KBK6002 when there is none; ``jobs`` runs background jobs too."""
    workspace = workspace or Workspace.open(settings)
    plugins = make_plugin_manager()
    static = static_folders(plugins)
    operations: list[Operation] = [*OPERATIONS]
    operations += [found for found in collect(plugins, "kubik_operations") if isinstance(found, Operation)]
    site = Site(
        settings=settings,
        workspace=workspace,
        plugins=plugins,
        routes=Routes(operations),
        seals=Seals(workspace.secret_key),
        metrics=Metrics(),
        poller=Poller(JournalWatch(workspace).look, threads.EVENTS),
        templates=Templates(template_folders(plugins), static, page_files(plugins)),
        assets=Assets(static),
        rates=Rates(limit=settings.requests_a_minute) if settings.requests_a_minute else None,
    )
    pages: list[Any] = list(collect(plugins, "kubik_routers"))
    worker = make_worker(workspace) if jobs else None
    application = Application(
        [gate, *pages],
        before_request=refuse_beyond_ids,
        exception_handlers={Exception: page_error},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
        on_startup=[lambda: worker.start()] if worker else [],
        on_shutdown=[lambda: _stop(worker, site)],
    )
    application.site = site
    return application


def _stop(worker: Worker | None, site: Site) -> None:
    """Let a running job stop at its next chunk, then the database go."""
    if worker is not None:
        worker.stop()
    site.close()
