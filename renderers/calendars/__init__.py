"""Calendars: the records of a view in their days and hours, moved by dragging."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The moving of a record; the page itself is a list's."""
    from litestar import Router

    from renderers.calendars.placing import place_in_calendar

    return [Router("/", route_handlers=[place_in_calendar])]
