"""The ASGI side of the API: finds the operation, reads the body within its limit, runs it in a thread, answers."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import Any

from litestar.types import HTTPScope, Receive, Send

from core.errors import KubikError
from core.i18n import texts
from core.storage.patience import NobodyWaits
from core.web.caller import make_known
from core.web.errors import as_kubik_error, problem_answer
from core.web.exchange import GONE, Answer, Call, ClientGone, Stream
from core.web.leaving import Client
from core.web.log import log, log_request
from core.web.operations import MAX_JSON, Operation, path_values
from core.web.parameters import read_parameters
from core.web.security import SECURITY_HEADERS
from core.web.site import Site
from core.web.taking import Taking, boundary_of, file_too_large, take
from core.web.threads import DOCUMENTS, REQUESTS, in_threads
from metamodel.messages import message

_VARY = b"Authorization, Cookie, Accept-Language"


async def read_body(receive: Receive, limit: int, declared: bytes | None) -> bytes:
    """The whole body; longer than ``limit`` bytes, declared or in fact, is 413."""
    if declared is not None and not _within(declared, limit):
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        event: Any = await receive()
        if event["type"] == "http.disconnect":
            raise ClientGone
        if part := event.get("body", b""):
            size += len(part)
            if size > limit:
                raise too_large(limit)
            parts.append(part)
        if not event.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def too_large(limit: int) -> KubikError:
    """The refusal of a body over its limit."""
    return KubikError("KBK2005", message("The request is larger than {limit} bytes.", limit=limit))


async def serve_call(call: Call, raw_path: bytes, receive: Receive, send: Send) -> int:
    """Answer one call; returns the status."""
    started = time.perf_counter()
    try:
        answer = await _answer(call, raw_path, receive)
    except (ClientGone, NobodyWaits):
        return GONE
    except Exception as error:
        answer = failure(call, error)
    await send_answer(call, answer, send, receive)
    seconds = time.perf_counter() - started
    call.site.metrics.answered("api", call.method, answer.status, seconds)
    log_request(call, answer.status, seconds, who=call.who, refusal=call.refusal)
    return answer.status


def failure(call: Call, error: Exception) -> Answer:
    """The problem document for an error; one that nobody meant goes to the log whole."""
    found = as_kubik_error(error)
    call.refusal = found.code
    if found.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("fault", request_id=call.request_id, path=call.path, code=found.code, exc_info=error)
    return problem_answer(found, texts(call.language), call.request_id)


async def _answer(call: Call, raw_path: bytes, receive: Receive) -> Answer:
    call.site.count(call)
    methods, parts = call.site.routes.methods(raw_path)
    operation = methods.get("GET" if call.method == "HEAD" else call.method)
    if operation is None:
        return _without_operation(call, methods)
    call.values = path_values(operation, parts)
    call.reads = operation.reads or operation.method == "GET"
    if call.method in ("GET", "HEAD", "OPTIONS"):
        call.body = b""
    elif operation.takes_files and (boundary := boundary_of(call.header(b"content-type"))) is not None:
        await _take_form(call, boundary, receive)
    else:
        declared, limit = call.headers.get(b"content-length"), min(operation.body_limit, MAX_JSON)
        if operation.body_limit > limit and not (
            declared and _within(declared, limit)
        ):  # nobody unknown fills our memory
            await asyncio.get_running_loop().run_in_executor(REQUESTS, make_known, call)
            limit = operation.body_limit
        call.body = await read_body(receive, limit, declared)
    if operation.in_loop:
        answer = _run(operation, call)
        if answer.stream is not None:
            await answer.stream.begin()
        return answer
    threads = DOCUMENTS if operation.slow else REQUESTS
    client = Client(receive)
    call.waiting = client.waiting
    try:
        answered: Answer = await in_threads(threads, _run, operation, call)
        return answered
    finally:
        client.answered()


async def _take_form(call: Call, boundary: str, receive: Receive) -> None:
    """Read a form with files of a caller who is known; nobody unknown fills our disk."""
    most, declared = call.site.settings.max_file_size, call.headers.get(b"content-length")
    await asyncio.get_running_loop().run_in_executor(REQUESTS, make_known, call)
    if declared is not None and not _within(declared, most + MAX_JSON):
        raise file_too_large(most)
    call.taken = Taking(
        store=call.site.workspace.files,
        boundary=boundary,
        most=most,
        strict=True,
        permit=lambda _: None,
        scanner=call.site.settings.scan_command,
    )
    await take(receive, call.taken)


def _within(declared: bytes, limit: int) -> bool:
    """Whether a declared length is one, and at most ``limit``."""
    return declared.isdigit() and len(declared) <= 15 and int(declared) <= limit


def _run(operation: Operation, call: Call) -> Answer:
    call.query = read_parameters(call.query_string, operation.parameters)
    return operation.run(call)


def _without_operation(call: Call, methods: dict[str, Operation]) -> Answer:
    allowed = sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})
    if call.method == "OPTIONS":
        return Answer(status=204, headers=[(b"allow", ", ".join(allowed).encode())])
    raise KubikError("KBK2007", allow=allowed)


async def send_answer(
    call: Call,
    answer: Answer,
    send: Send,
    receive: Receive | None = None,
    *,
    vary: bytes = _VARY,
    bare: bool = False,
) -> None:
    """Send an answer with the headers that every one has; ``bare`` when the sender adds them itself.

    A stream ends when its client goes away, which ``receive`` tells.
    """
    headers = list(answer.headers)
    if not bare:
        names = {name for name, _ in headers}
        headers.extend(SECURITY_HEADERS)
        headers.append((b"x-request-id", call.request_id.encode()))
        headers.append((b"vary", vary))
        if b"cache-control" not in names:
            headers.append((b"cache-control", b"private, no-cache" if b"etag" in names else b"no-store"))
    if answer.status not in (204, 304):
        headers.append((b"content-type", answer.media_type))
    if answer.stream is None and answer.status not in (204, 304):
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.stream is not None and receive is not None and call.method != "HEAD":
        whole = await _send_stream(call, answer.stream, send, receive)
        if not whole:
            return  # the client sees a broken answer rather than a short one
    body = b"" if call.method == "HEAD" or answer.status in (204, 304) else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _send_stream(call: Call, stream: Stream, send: Send, receive: Receive) -> bool:
    """Whether all of it came out without a fault."""

    async def pump() -> None:
        async for piece in stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})

    async def client_leaves() -> None:
        while True:
            event: Any = await receive()
            if event["type"] == "http.disconnect":
                return

    tasks = [asyncio.ensure_future(pump()), asyncio.ensure_future(client_leaves())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        for ended in ends:
            if isinstance(ended, Exception):
                log.error("fault in a stream", request_id=call.request_id, path=call.path, exc_info=ended)
    return not any(isinstance(ended, Exception) for ended in ends)


def make_call(site: Site, scope: HTTPScope, request_id: str, address: str) -> Call:
    """The call of an ASGI scope, nothing read of it yet."""
    return Call(
        site=site,
        request_id=request_id,
        method=scope["method"],
        path=scope["path"],
        headers=dict(scope["headers"]),
        query_string=scope["query_string"] or b"",
        address=address,
    )
