"""The reports that a person has, and what a new one can be about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from core.access.grants import Grants, grants_of
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit, reading
from core.web.render import render
from metamodel.model import Entity
from renderers.pages.icons import icon_name
from renderers.pages.shell import make_shell, navigation
from renderers.pivots.kept import Base, bases
from renderers.pivots.view import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A report of the list."""

    label: str
    href: str
    icon: str
    about: str
    shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Reports under one head."""

    label: str
    reports: tuple[Shelved, ...]


@get("/reports", sync_to_thread=True, include_in_schema=False)
def reports_page(request: AnyRequest) -> Response[Any]:
    """The reports of solutions, one's own, and those of others."""
    with reading(request) as (who, tx):
        grants = grants_of(tx.model, who.actor)
        groups = tuple(_groups(tx, who, bases(tx, who, grants)))
        shell = make_shell(request, who, tx, place="/reports")
        return render(
            who, "pivots/reports.html", lists=groups, begin=tuple(_subjects(tx, who, grants)), shell=shell
        )


def _groups(tx: Transaction, who: Visit, found: tuple[Base, ...]) -> Iterator[Group]:
    texts = who.texts
    parts = (
        (texts.gettext("Mine"), [each for each in found if each.mine]),
        (texts.gettext("Ready-made"), [each for each in found if not each.uid]),
        (texts.gettext("Shared with me"), [each for each in found if each.uid and not each.mine]),
    )
    for label, listed in parts:
        if listed:
            yield Group(label=label, reports=tuple(_shelved(tx, who, each) for each in listed))


def _shelved(tx: Transaction, who: Visit, base: Base) -> Shelved:
    about = tx.model.entity_by_uid[base.entity].label_many.in_language(who.language)
    return Shelved(
        label=base.label, href=f"/reports/{base.name}", icon=base.icon, shared=bool(base.roles),
        about=" · ".join(filter(None, (about, base.help))),
    )  # fmt: skip


def _subjects(tx: Transaction, who: Visit, grants: Grants) -> Iterator[Line]:
    """The entities a report can be about: those of the navigation first, in its order."""
    places = [item.href for group in navigation(tx.model, grants, who) for item in group.items]
    named = {f"/e/{entity.name}": entity for entity in tx.model.entities.values()}
    first = [named[href] for href in dict.fromkeys(places) if href in named]
    rest = [e for e in tx.model.entities.values() if e.solution != "system" and e.menu and e not in first]
    for entity in (*first, *rest):
        if not entity.off and grants.may(entity.uid, "read"):
            yield _subject(entity, who)


def _subject(entity: Entity, who: Visit) -> Line:
    label = entity.label_many.in_language(who.language) or entity.name
    return Line(label=label, href=f"/e/{entity.name}/report", icon=icon_name(entity.icon))
