"""``/files/issued/{id}/{format}/{name}``: a document that was issued, for whoever may open it; and
``/files/preview/{document}/{record}/{format}``: how one would look, with no number taken and nothing kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from functools import partial

from core.documents.issuing.order import MEDIA_TYPES, Order, check_formats
from core.documents.issuing.preparing import prepare, render
from core.documents.keeping.making import file_of
from core.errors import KubikError
from core.query.issued import Issued, document, note_opened
from core.web.caller import reading
from core.web.exchange import Answer, Call, identifier
from core.web.parameters import Parameter, read_parameters, refuse
from core.web.sending import send_file
from core.web.threads import Slowly
from metamodel.labels import LANGUAGES
from metamodel.messages import message

_ASKED = (Parameter(name="date", about="The day"), Parameter(name="language", about="The language"))


def issued_file(call: Call, parts: Sequence[str]) -> Answer:
    """A file of a document, made `Slowly` when nobody has asked for the format yet; KBK2006 in the same words for one that
    is not there and one out of reach."""
    if not 2 <= len(parts) <= 3:
        raise KubikError("KBK2006")
    with reading(call) as (tx, actor):
        found = document(tx, actor, identifier(parts[0]))
        note_opened(tx, actor, found)
    inline = "download" not in call.query_string.decode("latin-1").split("&")
    sent = partial(send_issued, call, found, parts[1], inline=inline)
    if found.file(parts[1]) is None:
        raise Slowly(sent)
    return sent()


def send_issued(call: Call, found: Issued, format: str, *, inline: bool) -> Answer:
    """The answer with a file of a document that the caller may open."""
    file = file_of(call.site.workspace, found, format)
    size = call.site.workspace.files.size(file.hash)
    if size is None:
        raise KubikError("KBK2006")
    return send_file(
        call, call.site.workspace.files.open(file.hash), size, name=f"{found.name}.{format}",
        kind=MEDIA_TYPES[format], tag=file.hash[:40], inline=inline,
    )  # fmt: skip


def previewed_file(call: Call, parts: Sequence[str]) -> Answer:
    """How a document would look; refused as issuing it would be."""
    if len(parts) != 3:
        raise KubikError("KBK2006")
    given = read_parameters(call.query_string, _ASKED)
    language = given.get("language") or None
    if language is not None and language not in LANGUAGES:
        raise refuse("language", message("The language is one of: {known}.", known=list(LANGUAGES)))
    order = Order(
        type=parts[0], formats=check_formats((parts[2],)), date=day_of(given.get("date")), language=language
    )
    return preview(call, order, identifier(parts[1]), inline=True)


def preview(call: Call, order: Order, record: int, *, inline: bool) -> Answer:
    """The file of a document that nobody issues."""
    with reading(call) as (tx, actor):
        draft = prepare(tx, actor, order, record)
    (content,) = render(draft, call.site.workspace, preview=True).values()
    (format,) = order.formats
    answer = send_file(
        call, io.BytesIO(content), len(content), name=f"{draft.named(None)}.{format}", kind=MEDIA_TYPES[format],
        tag=call.request_id, inline=inline,
    )  # fmt: skip
    answer.headers.append((b"kubik-hidden-places", str(draft.data.hidden).encode()))
    return answer


def day_of(written: str | None) -> date | None:
    """A day as forms and the API write it; KBK2009 for what is none."""
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise refuse(
            "date", message("A date is expected, such as {example}.", example="2026-11-21")
        ) from None
