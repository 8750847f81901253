"""What is asked about a record, and how far a job is: a fragment where it is shown, or a page of its own."""

from __future__ import annotations

from typing import Any

from litestar import Response

from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit
from core.web.render import render
from renderers.pages.progress import Progress
from renderers.pages.shell import make_shell


def asked_page(
    request: AnyRequest,
    who: Visit,
    tx: Transaction,
    entity: str,
    template: str,
    form: object,
    status: int = 200,
) -> Response[Any]:
    """The form of that template (title, about, list_label, list_href, cancel_href are read of it)."""
    if who.htmx:
        answer = render(who, template, status=status, form=form)
    else:
        shell = make_shell(request, who, tx, entity)
        answer = render(who, "asked.html", status=status, form=form, asked=template, shell=shell)
    answer.headers["Vary"] = "HX-Request, Cookie"
    return answer


def progress_page(
    request: AnyRequest, who: Visit, tx: Transaction, entity: str, template: str, page: Progress
) -> Response[Any]:
    """A job as a page of its own, or what is asked for again and again of it."""
    if who.htmx:
        return render(who, template, page=page)
    return render(who, "job.html", page=page, progress=template, shell=make_shell(request, who, tx, entity))
