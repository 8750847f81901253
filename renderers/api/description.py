"""The API's description of itself: the OpenAPI document of the caller, and a page that shows it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from core.errors import KubikError
from core.i18n import best_language, texts
from core.web.caller import reading
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from core.web.wire import encode
from renderers.api.openapi import openapi_document

HTML = b"text/html; charset=utf-8"


def openapi(call: Call) -> Answer:
    """OpenAPI 3.1 of what this caller may do."""
    return answer_json(document_of(call, call.language))


def document_of(call: Call, language: str) -> dict[str, Any]:
    """The document of the caller, its titles in a language."""
    with reading(call) as (transaction, actor):
        shown = [o for o in call.site.routes.operations if o.path.startswith("/api/")]
        return openapi_document(transaction.model, actor, shown, call.site.settings.url or "/", language)


def docs(call: Call) -> Answer:
    """A page of the operations that the caller may use."""
    language = best_language(call.header(b"accept-language"), call.site.settings.language)
    try:
        document = document_of(call, language)
    except KubikError as error:
        if error.code != "KBK4001" or b"text/html" not in call.headers.get(b"accept", b""):
            raise
        return Answer(
            status=303, media_type=HTML, headers=[(b"location", f"/sign-in?next={quote(call.path)}".encode())]
        )
    words = texts(language)
    template = call.site.templates.environment.get_template("api/docs.html")
    styles = [name for name in ("style.css", "app.css") if name in call.site.templates.manifest]
    body = template.render(
        **words.template_globals(), document=document, styles=styles, groups=groups(document), pretty=pretty
    )
    return Answer(body=body.encode(), media_type=HTML)


def pretty(value: Any) -> str:
    """JSON for people."""
    return msgspec.json.format(encode(value), indent=2).decode()


def groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations of a document by tag, each with its method and path."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(
                {"method": method.upper(), "path": path, **operation}
            )
    return found


OPERATIONS = (
    Operation(
        method="GET", path="/api/openapi.json", run=openapi, summary="This description",
        answer={"type": "object"},
    ),
    Operation(
        method="GET", path="/api/docs", run=docs, summary="This description as a page",
        answer={"type": "string", "contentMediaType": "text/html"},
    ),
)  # fmt: skip
