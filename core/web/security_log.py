"""The log of what matters to security: who tried to come in, what was refused, which keys changed hands.

One line an event, apart from the lines of requests, with the same request's id; passwords, codes and keys never stand in it.
"""

from __future__ import annotations

from typing import Any, Protocol

from core.web.log import log


class Asking(Protocol):
    """Where an event came from: a call, or a browser."""

    @property
    def request_id(self) -> str:
        """The name of the request."""

    @property
    def address(self) -> str:
        """The client's address."""


def note(asking: Asking, what: str, *, refused: bool = False, **facts: Any) -> None:
    """Write one event; ``facts`` are who and what (logins, ids, names of factors), never a secret."""
    write = log.warning if refused else log.info
    write(
        "security", what=what, refused=refused, request_id=asking.request_id, address=asking.address, **facts
    )
