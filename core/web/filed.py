"""``/files/{id}/{name}`` and ``/files/{id}/thumb/{size}``: a file for whoever may read a record that holds it; documents
that were issued, and how one would look, stand under ``/files/issued`` and ``/files/preview``."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from litestar import Request
from litestar.types import Receive, Send

from core.errors import KubikError
from core.query.opening import open_file
from core.storage.pictures import SIZES
from core.storage.sniffing import PICTURES
from core.web.api import failure, send_answer
from core.web.caller import reading
from core.web.context import ExchangeState
from core.web.exchange import Answer, Call, identifier, read_cookie
from core.web.issued_files import issued_file, previewed_file
from core.web.log import log
from core.web.page_errors import page_answer
from core.web.security import SESSION_COOKIE
from core.web.sending import guarding, send_file
from core.web.threads import DOCUMENTS, REQUESTS, in_threads

PREFIX = "/files/"


async def serve_filed(call: Call, scope: Any, receive: Receive, send: Send) -> None:
    """Answer one request for a file."""
    started = time.perf_counter()
    loop = asyncio.get_running_loop()
    try:
        threads = DOCUMENTS if call.path.startswith(f"{PREFIX}preview/") else REQUESTS
        answer = await in_threads(threads, filed, call)
        bare = True
    except Exception as error:
        answer = await loop.run_in_executor(REQUESTS, _refused, call, scope, error)
        bare = False
    if bare:
        answer.headers.append((b"x-request-id", call.request_id.encode()))
        answer.headers.append((b"vary", b"Authorization, Cookie"))
    await send_answer(call, answer, send, receive, vary=b"Authorization, Cookie, Accept", bare=bare)
    seconds = time.perf_counter() - started
    call.site.metrics.answered("file", call.method, answer.status, seconds)
    log.info(
        "request", request_id=call.request_id, method=call.method, path=call.path, status=answer.status,
        ms=round(seconds * 1000, 1), login=call.who, address=call.address,
    )  # fmt: skip


def filed(call: Call) -> Answer:
    """The file or its small picture; KBK2006 in the same words for one that is not there and one out of sight."""
    if call.method not in ("GET", "HEAD"):
        raise KubikError("KBK2007", allow=["GET", "HEAD"])
    call.site.count(call)
    parts = call.path.removeprefix(PREFIX).split("/")
    if parts[0] == "issued":
        return issued_file(call, parts[1:])
    if parts[0] == "preview":
        return previewed_file(call, parts[1:])
    file = identifier(parts[0])
    with reading(call) as (transaction, actor):
        item = open_file(transaction, actor, file)
    if len(parts) == 3 and parts[1] == "thumb":
        return _small(call, item, parts[2])
    store = call.site.workspace.files
    size = store.size(item["hash"])
    if size is None:
        raise KubikError("KBK2006")
    content = store.open(item["hash"])
    return send_file(
        call, content, size, name=item["name"], kind=item["type"], tag=item["hash"][:40],
        inline="download" not in call.query_string.decode("latin-1").split("&"),
    )  # fmt: skip


def _small(call: Call, item: dict[str, Any], size: str) -> Answer:
    if size not in map(str, SIZES) or item["type"] not in PICTURES:
        raise KubikError("KBK2006")
    tag = f'"{item["hash"][:40]}-{size}"'.encode()
    headers = [(b"etag", tag), (b"cache-control", b"private, no-cache"), *guarding("image/webp")]
    if tag.decode() in (call.header(b"if-none-match") or ""):
        return Answer(status=304, headers=headers)
    workspace = call.site.workspace
    path = workspace.pictures.small(workspace.files, item["hash"], int(size))
    if path is None:
        raise KubikError("KBK2006")
    return Answer(body=path.read_bytes(), media_type=b"image/webp", headers=headers)


def _refused(call: Call, scope: Any, error: Exception) -> Answer:
    """A page for a browser, a problem document for a program."""
    if call.header(b"authorization") is not None or "text/html" not in (call.header(b"accept") or ""):
        return failure(call, error)
    scope["kubik"] = ExchangeState(
        site=call.site, request_id=call.request_id, address=call.address,
        session=read_cookie(call.header(b"cookie"), SESSION_COOKIE),
    )  # fmt: skip
    return page_answer(Request(scope), error)
