"""Errors as they leave: problem documents (RFC 9457) for programs; nothing of the inside ever shows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from core.errors import CODES, KubikError, refused
from core.i18n import Texts
from core.web.exchange import Answer
from core.web.wire import encode
from metamodel.errors import ProblemsFound
from metamodel.messages import message

MAX_PROBLEMS = 1000
"""Places at fault that one answer names; a batch may have more."""

PROBLEM_JSON = b"application/problem+json"


def as_kubik_error(error: BaseException) -> KubikError:
    """Any error as one of the family: a foreign one is an unexpected fault that says nothing of itself."""
    if isinstance(error, KubikError):
        return error
    if isinstance(error, ProblemsFound):
        return refused(error)
    return KubikError("KBK9000")


def problem_document(error: KubikError, texts: Texts, request_id: str) -> dict[str, Any]:
    """The members of an answer of media type application/problem+json."""
    document: dict[str, Any] = {
        "type": f"urn:kubik:error:{error.code}",
        "title": texts.render(message(CODES[error.code][1])),
        "status": error.status,
        "detail": texts.render(error.detail),
        "code": error.code,
        "errors": [
            {
                "pointer": place.pointer,
                "code": place.code,
                "message": texts.render(place.message),
                **({"file": place.file} if place.file else {}),
            }
            for place in error.errors[:MAX_PROBLEMS]
        ],
        "request_id": request_id,
    }
    document.update({name: value for name, value in error.extra.items() if name not in document})
    return document


def problem_answer(error: KubikError, texts: Texts, request_id: str) -> Answer:
    """The answer for an error, with the headers its status asks for (RFC 9110)."""
    headers = error_headers(error)
    body = encode(problem_document(error, texts, request_id))
    return Answer(status=error.status, body=body, media_type=PROBLEM_JSON, headers=headers)


def error_headers(error: KubikError) -> list[tuple[bytes, bytes]]:
    """``WWW-Authenticate``, ``Retry-After`` and ``Allow`` where they belong."""
    headers = []
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b'Bearer realm="kubik"'))
    if error.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers.append((b"retry-after", str(int(error.extra.get("retry_after", 1))).encode()))
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED and "allow" in error.extra:
        headers.append((b"allow", ", ".join(error.extra["allow"]).encode()))
    if error.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and "size" in error.extra:
        headers.append((b"content-range", f"bytes */{error.extra['size']}".encode()))
    return headers
