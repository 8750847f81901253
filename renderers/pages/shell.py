"""The frame of a page: navigation from the menu definitions, the person, a notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from core.access.grants import Grants, grants_of
from core.i18n import texts
from core.records.reports import defined_reports
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, Visit
from metamodel.labels import Label
from metamodel.model import Entity, MenuItem, Model
from metamodel.reports import Report
from renderers.documents.kept import issued_notice
from renderers.pages.administration import COVERED, manages, places_for, works
from renderers.pages.icons import icon_name
from renderers.pages.notices import COOKIE, Notice, issued_id, read_notice
from renderers.pages.people import Person, person

BOTTOM_PLACES = 4
PRODUCT = "Kubik"
SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """A place one can go to."""

    label: str
    href: str
    icon: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NavGroup:
    """Places under one heading; the first group may have none."""

    label: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What `base.html` draws around a page; ``path`` is where a change of language or theme leads back to."""

    brand: str
    groups: tuple[NavGroup, ...]
    bottom: tuple[NavItem, ...]
    person: Person
    path: str
    notice: Notice | None


def make_shell(
    request: AnyRequest,
    visit: Visit,
    transaction: Transaction,
    entity: str | None = None,
    path: str | None = None,
    place: str | None = None,
) -> Shell:
    """The frame for this person; the place of ``entity`` (a name), or the address ``place``, is marked as the current one.

    ``path`` is where to come back to after a change of language or theme; by default the address asked for.
    """
    model, language = transaction.model, visit.language
    view = request.query_params.get("view")
    groups = tuple(
        _marked(group, place or f"/e/{entity}", view)
        for group in navigation(model, grants_of(model, visit.actor), visit)
    )
    places = [item for group in groups for item in group.items]
    return Shell(
        brand=brand(model, language),
        groups=groups,
        bottom=bottom_places(places),
        person=person(visit.actor.person, visit.actor.person_name),
        path=path or here(request),
        notice=_notice(visit, transaction, request.cookies.get(COOKIE)),
    )


def _notice(visit: Visit, tx: Transaction, written: str | None) -> Notice | None:
    document = issued_id(written)
    return read_notice(written, visit.texts) if document is None else issued_notice(visit, tx, document)


def here(request: AnyRequest) -> str:
    """The address asked for; of a form that was sent, the start page."""
    query = request.scope["query_string"].decode("latin-1")
    return request.scope["path"] + (f"?{query}" if query else "") if request.method == "GET" else "/"


def navigation(model: Model, grants: Grants, visit: Visit) -> tuple[NavGroup, ...]:
    """The groups of places open to these rights, in this language; made once for a model."""
    kept: dict[tuple[object, ...], tuple[NavGroup, ...]] = model.derived.setdefault("navigation", {})
    key = (tuple(sorted(visit.actor.roles)), grants.key, visit.actor.mode, visit.language)
    if key not in kept:
        reports = {report.uid: report for report in defined_reports(model, visit.actor)}
        groups = tuple(_groups(model, grants, frozenset(visit.actor.roles), visit.language, reports))
        kept[key] = (*groups, *_analysis(model, visit), *_administration(model, visit))
    return kept[key]


def _analysis(model: Model, visit: Visit) -> Iterator[NavGroup]:
    """Reports, for who reads anything to make them of."""
    if works(model, visit.actor):
        texts = visit.texts
        items = (NavItem(label=texts.gettext("Reports"), href="/reports", icon=icon_name("chart-histogram")),)
        yield NavGroup(label=texts.gettext("Analysis"), items=items)


def _administration(model: Model, visit: Visit) -> Iterator[NavGroup]:
    """People, departments, roles: for who manages them, and for who may look them up."""
    texts = visit.texts
    items = tuple(
        NavItem(label=texts.render(place.label), href=href, icon=icon_name(place.icon))
        for place, href in places_for(model, visit.actor)
    )
    if items:
        label = (
            texts.gettext("Administration") if manages(model, visit.actor) else texts.gettext("Company staff")
        )
        yield NavGroup(label=label, items=items)


def brand(model: Model, language: str) -> str:
    """The name of the system: that of its first solution, the system's own apart."""
    own = [solution for solution in model.solutions.values() if solution.name != SYSTEM]
    return (own[0].label.in_language(language) or own[0].name) if own else PRODUCT


def bottom_places(places: list[NavItem]) -> tuple[NavItem, ...]:
    """The first places, the current one among them."""
    first = places[:BOTTOM_PLACES]
    current = next((place for place in places if place.current), None)
    if current is not None and current not in first:
        first[-1:] = [current]
    return tuple(first)


def _groups(
    model: Model, grants: Grants, roles: frozenset[str], language: str, reports: Mapping[str, Report]
) -> Iterator[NavGroup]:
    linked: set[str] = {e.uid for e in model.entities.values() if e.name in COVERED}
    menus = sorted(model.menus.values(), key=lambda menu: menu.solution == SYSTEM)
    for menu in menus:
        if menu.roles is not None and not (menu.roles & roles or grants.everything):
            continue
        passed_over = linked if menu.solution == SYSTEM else set()
        loose = [item for item in menu.items if not item.items]
        for label, items in [(Label(), loose), *((i.label, i.items) for i in menu.items if i.items)]:
            places = tuple(_places(items, model, grants, language, linked, frozenset(passed_over), reports))
            if places:
                yield NavGroup(label=label.in_language(language), items=places)
    rest = [e for e in model.entities.values() if e.menu and e.parent is None and e.uid not in linked]
    if menus and not grants.everything:
        return  # a menu is what its author wanted people to see; who may everything finds the rest below it
    places = tuple(_place(e, e.label_many, None, None, language) for e in rest if grants.may(e.uid, "read"))
    if places:
        yield NavGroup(label=texts(language).gettext("System") if menus else "", items=places)


def _places(
    items: Iterable[MenuItem], model: Model, grants: Grants, language: str, linked: set[str],
    passed_over: frozenset[str], reports: Mapping[str, Report],
) -> Iterator[NavItem]:  # fmt: skip
    for item in items:
        if item.report is not None:
            if (report := reports.get(item.report)) is not None:
                yield _report_place(report, item, model, language)
            continue
        entity = model.entity_by_uid.get(item.entity or "") or model.entities.get(item.entity or "")
        view = (
            next((v for v in model.views.values() if item.view in (v.uid, v.name)), None)
            if item.view
            else None
        )
        if entity is None and view is not None:
            entity = model.entity_by_uid.get(view.entity)
        if entity is None or entity.uid in passed_over or not grants.may(entity.uid, "read"):
            continue
        linked.add(entity.uid)
        label = (
            item.label if item.label.in_language(language) else (view.label if view else entity.label_many)
        )
        yield _place(entity, label, item.icon, view.name if view else None, language)


def _report_place(report: Report, item: MenuItem, model: Model, language: str) -> NavItem:
    return NavItem(
        label=item.label.in_language(language) or report.label.in_language(language) or report.name,
        href=f"/reports/{report.name}",
        icon=icon_name(item.icon, icon_name(model.entity_by_uid[report.entity].icon)),
    )


def _place(entity: Entity, label: Label, icon: str | None, view: str | None, language: str) -> NavItem:
    return NavItem(
        label=label.in_language(language) or entity.name,
        href=f"/e/{entity.name}" + (f"?view={view}" if view else ""),
        icon=icon_name(icon, icon_name(entity.icon)),
    )


def _marked(group: NavGroup, here: str, view: str | None) -> NavGroup:
    exact = f"{here}?view={view}" if view else here
    if not any(item.href in (here, exact) for item in group.items):
        return group
    items = tuple(replace(item, current=True) if item.href in (here, exact) else item for item in group.items)
    return replace(group, items=items)
