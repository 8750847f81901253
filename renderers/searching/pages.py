"""The page of the search, and its results alone for the search above other pages."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from core.web.context import AnyRequest, reading
from core.web.render import render
from renderers.pages.shell import make_shell
from renderers.searching.view import recent, results

LONGEST = 500


@get("/search", sync_to_thread=True, include_in_schema=False)
def search_page(request: AnyRequest) -> Response[Any]:
    """Everything that is found for ``q``; with ``part`` its results alone, of an empty ``q`` what was opened lately."""
    asked = request.query_params
    text = (asked.get("q") or "")[:LONGEST]
    with reading(request) as (who, tx):
        opened = asked.getall("r", [])
        found = recent(who, tx, opened) if opened and not text.strip() else results(who, tx, text)
        if asked.get("part"):
            return render(who, "searching/_results.html", found=found, listed=True)
        shell = make_shell(request, who, tx, place="/search")
        return render(who, "searching/page.html", found=found, shell=shell, listed=False)
