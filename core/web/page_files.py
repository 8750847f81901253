"""Forms of pages with files, without scripts: each file becomes a record, and its id stands in the form in its place."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from litestar.types import Receive

from core.access.actor import Actor
from core.access.login import actor_of_session
from core.errors import KubikError
from core.records.uploads import clean_name, keep_file, measured
from core.web.context import ExchangeState
from core.web.exchange import Call
from core.web.guard import is_ours
from core.web.security import CSRF_FIELD, CSRF_HEADER
from core.web.site import Site
from core.web.taking import Taking, Upload, take
from core.web.threads import REQUESTS
from metamodel.fields.file import REFUSED
from metamodel.messages import message


async def take_page_form(call: Call, state: ExchangeState, boundary: str, receive: Receive) -> bytes:
    """The body of the form as if it had no files; files of nobody, or of a form that is not ours, are not read."""
    loop = asyncio.get_running_loop()
    actor = await loop.run_in_executor(REQUESTS, _who, state)

    def permit(texts: list[tuple[str, str]]) -> None:
        given = call.header(CSRF_HEADER) or next((v for n, v in texts if n == CSRF_FIELD), None)
        if not is_ours(state, given):
            raise KubikError("KBK4003", message("This form is out of date."))
        if actor is None:
            raise KubikError("KBK4001", message("Sign in first."))

    taking = Taking(
        store=state.site.workspace.files, boundary=boundary, most=state.site.settings.max_file_size,
        strict=False, permit=permit, scanner=state.site.settings.scan_command,
    )  # fmt: skip
    await take(receive, taking)
    pairs = await loop.run_in_executor(REQUESTS, _with_ids, state.site, actor, taking)
    return urlencode(pairs).encode()


def _who(state: ExchangeState) -> Actor | None:
    if not state.session:
        return None
    with state.site.workspace.read() as transaction:
        return actor_of_session(transaction, state.session)


def _with_ids(site: Site, actor: Actor | None, taking: Taking) -> list[tuple[str, str]]:
    return [
        pair
        for part in taking.parts
        for pair in (_kept(site, actor, part) if isinstance(part, Upload) else [part])
    ]


def _kept(site: Site, actor: Actor | None, upload: Upload) -> list[tuple[str, str]]:
    """The id of a file under the name of its field, and beside it what a form keeps to name it again."""
    stored = upload.stored
    if stored is None or actor is None:
        return [(upload.part, REFUSED + upload.refused)]
    name = clean_name(upload.file_name)
    kind, measures = measured(site.workspace, stored, name)
    kept = site.workspace.write(lambda tx: keep_file(tx, actor, stored, name, kind, measures))
    return [(upload.part, str(kept.id)), (f"{upload.part}~was", f"{kept.id} {name}")]
