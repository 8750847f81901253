"""The page of a calendar: parse the address, ask `core.query`, render."""

from __future__ import annotations

from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit
from renderers.actions.buttons import above_list
from renderers.calendars.build import calendar_of, calendar_view, drawing
from renderers.calendars.spans import span_of
from renderers.filters.view import FilterBar
from renderers.lists.build import list_page_view
from renderers.lists.listing import Listing
from renderers.pages.shell import make_shell


def calendar_html(
    request: AnyRequest, who: Visit, tx: Transaction, asked: Listing, bar: FilterBar | None
) -> str:
    """The page of a calendar, or for htmx the part below its title."""
    today = tx.now.astimezone(tx.workspace.zone).date()
    span = span_of(dict(request.query_params), today)
    made = drawing(tx, who, calendar_of(asked), span)
    actions = above_list(tx, who.actor, asked.entity, who.texts)
    page = list_page_view(asked, (), who.texts, "", empty=False, actions=actions, bar=bar)
    drawn = {"page": page, "calendar": calendar_view(made)}
    if who.htmx and request.headers.get("hx-history-restore-request") != "true":
        return who.site.templates.page(who, "calendars/_calendar.html", drawn)
    shell = make_shell(request, who, tx, asked.entity.name, asked.address.href())
    return who.site.templates.page(who, "calendars/page.html", {**drawn, "shell": shell})
