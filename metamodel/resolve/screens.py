"""Views and menus, resolved; a solution without a menu has one of its entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metamodel.definitions import Document, MenuItemDefinition
from metamodel.errors import unknown
from metamodel.messages import message
from metamodel.model import Entity, Menu, MenuItem, Role, View
from metamodel.names import SYSTEM_SOLUTION, first_uids
from metamodel.reports import Report
from metamodel.resolve.boards import board_of
from metamodel.resolve.entities import check_path, check_sort
from metamodel.resolve.expressions import Checker
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.list_views import formats_of, groups_of, told_of
from metamodel.resolve.naming import default_label
from metamodel.resolve.parts import Parts
from metamodel.resolve.view_kinds import calendar_of, tree_of

_DEEPEST = 3


def role_uids(
    names: Sequence[str] | None, roles: dict[str, Role], spot: Spot, faults: Faults
) -> frozenset[str] | None:
    """Uids of named roles, None when none are named (everybody)."""
    if names is None:
        return None
    for index, name in enumerate(names):
        if name not in roles:
            faults.add(
                spot.under("roles", index), "KBK1002", unknown("there is no role “{name}”", name, roles)
            )
    return frozenset(roles[name].uid for name in names if name in roles)


def make_views(
    checker: Checker,
    document: Document,
    roles: dict[str, Role],
    entities: dict[str, Entity],
    parts: Parts,
) -> dict[str, View]:
    """The views by name."""
    drafts, faults = checker.drafts, checker.faults
    made: dict[str, View] = {}
    for index, written in enumerate(document.views):
        spot = Spot("views", index, written)
        if written.name in made:
            faults.add(
                spot.under("name"), "KBK1003", message("there is another view “{name}”", name=written.name)
            )
            continue
        entity = drafts.entities.get(written.entity)
        if entity is None:
            why = unknown("there is no entity “{name}”", written.entity, drafts.entities)
            faults.add(spot.under("entity"), "KBK1002", why)
            continue
        for key, paths in (("columns", written.columns), ("sort", written.sort)):
            for number, path in enumerate(paths):
                place = spot.under(key, number)
                field = check_path(entity, path.removeprefix("-"), place, faults, drafts=drafts)
                if key == "sort":
                    check_sort(field, place, faults)
        board = board_of(written, entity, spot, faults)
        calendar = calendar_of(written, entity, spot, faults)
        made[written.name] = View(
            uid=written.uid, name=written.name, solution=written.solution,
            label=written.label or default_label(written.name), entity=entity.uid, kind=written.type,
            columns=written.columns, filter=checker.condition(written.filter, spot.under("filter"), entity.uid),
            filter_text=written.filter, sort=written.sort, order=written.order,
            roles=role_uids(written.roles, roles, spot, faults),
            off=parts.off(written.solution, written.of_part, spot) or _is_off(entities, written.entity),
            starts=calendar.starts, ends=calendar.ends, color_by=calendar.color_by,
            parent=tree_of(written, entity, spot, faults), group_by=board.group_by, totals=board.totals, folded=board.folded, hidden=board.hidden,
            group=groups_of(written, entity, spot, faults), told=told_of(written, entity, spot, faults),
            formats=formats_of(written, entity, spot, checker), frozen=written.frozen or 0,
        )  # fmt: skip
    return made


def _is_off(entities: dict[str, Entity], name: str) -> bool:
    found = entities.get(name)
    return found is not None and found.off


def make_menus(
    document: Document,
    entities: dict[str, Entity],
    views: dict[str, View],
    reports: dict[str, Report],
    roles: dict[str, Role],
    faults: Faults,
    parts: Parts,
) -> dict[str, Menu]:
    """The menus by name, those of solutions without one included."""
    made: dict[str, Menu] = {}
    for index, written in enumerate(document.menus):
        spot = Spot("menus", index, written)
        if written.name in made:
            faults.add(
                spot.under("name"), "KBK1003", message("there is another menu “{name}”", name=written.name)
            )
            continue
        items = _items(
            written.items, spot, _Menu(written.solution, entities, views, reports, parts), faults, 1
        )
        made[written.name] = Menu(
            uid=written.uid, name=written.name, solution=written.solution, items=items,
            roles=role_uids(written.roles, roles, spot, faults),
        )  # fmt: skip
    with_menu = {menu.solution for menu in made.values()}
    for solution in document.solutions:
        items = tuple(
            MenuItem(label=e.label_many, icon=e.icon, entity=e.uid)
            for e in entities.values()
            if e.solution == solution.name and e.menu and e.parent is None and not e.off
        )
        if solution.name not in with_menu and items:
            uid = next(first_uids(solution.name, "menu", "default"))
            name = solution.name if solution.name not in made else f"{solution.name}_{uid}"
            made[name] = Menu(uid=uid, name=name, solution=solution.name, items=items)
    system_last = sorted(made.values(), key=lambda menu: menu.solution == SYSTEM_SOLUTION)
    return {menu.name: menu for menu in system_last}


@dataclass(frozen=True, slots=True)
class _Menu:
    """What the items of a solution's menu may name."""

    solution: str
    entities: dict[str, Entity]
    views: dict[str, View]
    reports: dict[str, Report]
    parts: Parts


def _items(
    written: Sequence[MenuItemDefinition], spot: Spot, menu: _Menu, faults: Faults, level: int
) -> tuple[MenuItem, ...]:
    """The items as they are shown: what is switched off, and groups of nothing else, are left out."""
    made = []
    for index, item in enumerate(written):
        place = spot.under("items", index)
        if level > _DEEPEST:
            faults.add(place, "KBK1005", message("a menu is at most {most} levels deep", most=_DEEPEST))
            continue
        shown, view = _menu_list(item, menu, place, faults)
        report = _menu_report(item, menu, place, faults)
        if item.entity is None and item.view is None and item.report is None and item.label is None:
            faults.add(
                place, "KBK1001", message("an entity, a view, a report, or a label with items is expected")
            )
        known = report or view
        label = item.label or (
            known.label if known is not None else shown.label_many if shown is not None else None
        )
        inner = _items(item.items, place, menu, faults, level + 1)
        off = menu.parts.off(menu.solution, item.of_part, place)
        off = off or (known.off if known is not None else shown is not None and shown.off)
        if off or (item.items and not inner and shown is None and report is None):
            continue
        made.append(
            MenuItem(
                label=label or default_label("menu"),
                icon=item.icon or (report.icon if report else shown.icon if shown else None),
                entity=shown.uid if shown is not None else None,
                view=view.uid if view is not None else None,
                report=report.uid if report is not None else None,
                items=inner,
            )
        )
    return tuple(made)


def _menu_list(
    item: MenuItemDefinition, menu: _Menu, place: Spot, faults: Faults
) -> tuple[Entity | None, View | None]:
    """The entity whose records a place leads to, and the view that it opens."""
    entities, views = menu.entities, menu.views
    view = views.get(item.view) if item.view is not None else None
    if item.view is not None and view is None:
        faults.add(place.under("view"), "KBK1002", unknown("there is no view “{name}”", item.view, views))
    entity = entities.get(item.entity) if item.entity is not None else None
    if item.entity is not None and entity is None:
        why = unknown("there is no entity “{name}”", item.entity, entities)
        faults.add(place.under("entity"), "KBK1002", why)
    if view is not None and entity is not None and view.entity != entity.uid:
        why = message("the view “{view}” is not one of “{entity}”", view=view.name, entity=entity.name)
        faults.add(place.under("view"), "KBK1005", why)
    if view is not None:
        entity = next((e for e in entities.values() if e.uid == view.entity), None)
    return entity, view


def _menu_report(item: MenuItemDefinition, menu: _Menu, place: Spot, faults: Faults) -> Report | None:
    """The report that a place leads to; a place leads to one thing."""
    if item.report is None:
        return None
    if item.entity is not None or item.view is not None:
        faults.add(
            place.under("report"),
            "KBK1005",
            message("a place leads to one of an entity, a view and a report"),
        )
    found = menu.reports.get(item.report)
    if found is None:
        why = unknown("there is no report “{name}”", item.report, menu.reports)
        faults.add(place.under("report"), "KBK1002", why)
    return found
