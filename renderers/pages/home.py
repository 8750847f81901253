"""The start page: the first place of the person's navigation, or words when there is none."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from core.web.context import AnyRequest, reading
from core.web.render import render, see_other
from renderers.pages.shell import make_shell


@get("/", sync_to_thread=True, include_in_schema=False)
def home(request: AnyRequest) -> Response[Any]:
    """Where a person lands after signing in."""
    with reading(request) as (visit, transaction):
        shell = make_shell(request, visit, transaction)
        for group in shell.groups:
            return see_other(group.items[0].href)
        return render(visit, "welcome.html", shell=shell)
