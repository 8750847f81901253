"""A call and its answer: what an operation of the API gets and gives."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import KubikError
from core.i18n import best_language
from core.web import wire
from metamodel.messages import message
from metamodel.text import number_of

if TYPE_CHECKING:
    from core.storage.patience import Waiting
    from core.web.site import Site
    from core.web.taking import Taking


GONE = 499
"""The status of a request whose client went away first: nobody reads it."""


class ClientGone(Exception):
    """The client went away before its request was whole."""


def identifier(text: str) -> int:
    """The id of a record in an address; what cannot be one is 404."""
    found = number_of(text)
    if found is None:
        raise KubikError("KBK2006")
    return found


def new_request_id() -> str:
    """A name for one request, for people to read out: 16 letters and digits."""
    return secrets.token_hex(8)


@dataclass(slots=True, kw_only=True)
class Call:
    """One request to the API, its body read, nothing of it judged yet."""

    site: Site
    request_id: str
    method: str
    path: str
    headers: Mapping[bytes, bytes]
    query_string: bytes
    address: str
    values: Mapping[str, str] = field(default_factory=dict)
    """Parts of the path, decoded."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the query string, all of them known to the operation."""
    body: bytes = b""
    taken: Taking | None = None
    """The form with files that was read in place of a body, of an operation that takes such forms."""
    attended: bool = True
    """Whether a person asked, rather than a page that stands open: the latter keeps no session from ending."""
    reads: bool = True
    """Whether what is called only reads."""
    waiting: Waiting | None = None
    """Who waits for the answer, once the body is read."""
    who: str = ""
    """The caller's login once known, for the log."""
    refusal: str = ""
    """The code of the error that was answered, for the log."""

    def header(self, name: bytes) -> str | None:
        """A header by its lower-case name."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def language(self) -> str:
        """The language of messages: what the caller accepts, otherwise English."""
        return best_language(self.header(b"accept-language"))

    def bearer(self) -> str:
        """The key of a program, however its header is written; empty when there is none."""
        return (self.header(b"authorization") or "").partition(" ")[2].strip()

    def cookie(self, name: str) -> str | None:
        """A cookie of the browser."""
        return read_cookie(self.header(b"cookie"), name)

    def json(self) -> Any:
        """The body as JSON; a body of another media type is refused."""
        kind = (self.header(b"content-type") or "application/json").split(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise KubikError("KBK2001", message("The body must be JSON (Content-Type: application/json)."))
        return wire.decode(self.body)

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object."""
        return wire.expect_object(self.json())

    def identifier(self, name: str = "id") -> int:
        """The id of a record in the path; what cannot be one is 404."""
        return identifier(self.values[name])


class Stream(Protocol):
    """Pieces of an answer that go out as they come."""

    async def begin(self) -> None:
        """Called before the answer begins: what it raises is an ordinary refusal."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back: a whole body, or a stream of pieces."""

    status: int = 200
    body: bytes = b""
    media_type: bytes = b"application/json"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    stream: Stream | None = None


def answer_json(value: Any, status: int = 200, *headers: tuple[bytes, bytes]) -> Answer:
    """An answer with ``value`` as JSON."""
    return Answer(status=status, body=wire.encode(value), headers=list(headers))


def read_cookie(header: str | None, name: str) -> str | None:
    """One cookie of a Cookie header, the last of that name; cookies of ours are plain words, never quoted."""
    for part in reversed(header.split(";") if header else ()):
        found, _, value = part.strip().partition("=")
        if found == name:
            return value
    return None
