"""The picture of a code for cells, as a file of its own: it is drawn when it is looked at, and kept by the browser."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from core.errors import KubikError
from core.web.context import AnyRequest, visit
from metamodel.errors import ValueRefused
from plugins.barcode.codes import CODES
from plugins.barcode.codes import picture as drawn

_DAY = "private, max-age=86400, immutable"


@get("/barcode.svg", sync_to_thread=True, include_in_schema=False)
def picture(request: AnyRequest) -> Response[Any]:
    """``?kind=ean13&text=4600051000057`` as SVG, to who is signed in."""
    if visit(request).actor is None:
        raise KubikError("KBK4001")
    kind, text = request.query_params.get("kind", ""), request.query_params.get("text", "")
    if kind not in CODES or not 0 < len(text) <= CODES[kind].longest:
        raise KubikError("KBK2006")
    try:
        image = drawn(kind, text)
    except ValueRefused as refusal:
        raise KubikError(refusal.code, refusal.message) from refusal
    return Response(image, media_type="image/svg+xml", headers={"cache-control": _DAY})
