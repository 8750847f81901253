"""The doors of the running application, taken from its code, and who has claimed each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import click

from core.cli import cli
from core.web.app import Application
from tests.doors.visit import Visit

Probe = Callable[[Visit], None]
P = TypeVar("P", bound=Callable[..., object])

PROBES: dict[str, Probe] = {}
"""By door (``GET /e/{entity}``), what goes through it."""

OUTSIDE = (
    "GET /assets/{name}",
    "GET /files/{id}/{name}",
    "GET /files/{id}/thumb/{size}",
    "GET /files/issued/{id}/{format}",
    "GET /files/preview/{document}/{record}/{format}",
)
"""Doors that `Application` opens itself, before it asks any table of routes."""


def claims(*doors: str) -> Callable[[P], P]:
    """Says that a probe goes through these doors."""

    def claim(probe: P) -> P:
        for door in doors:
            assert door not in PROBES, f"{door} is claimed twice"
            PROBES[door] = probe  # type: ignore[assignment]
        return probe

    return claim


def doors_of(application: Application) -> Iterator[str]:
    """Every operation of the API and every page, fragment or form."""
    yield from OUTSIDE
    for operation in application.site.routes.operations:
        yield f"{operation.method} {operation.path}"
    for route in application.routes:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        for method in getattr(route, "methods", ()):
            if method not in ("OPTIONS", "HEAD"):
                yield f"{method} {path}"


def commands(group: click.Command = cli, name: str = "kubik") -> Iterator[str]:
    """Every command of the shell."""
    if not isinstance(group, click.Group):
        yield name
        return
    context = click.Context(group)
    for each in group.list_commands(context):
        found = group.get_command(context, each)
        assert found is not None
        yield from commands(found, f"{name} {each}")
