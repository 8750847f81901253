"""Menus of the model: the navigation of a solution, resolved."""

from __future__ import annotations

from dataclasses import dataclass

from metamodel.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """A place in the navigation: a group with items, or a link to an entity's list, one view of it, or a report (uids)."""

    label: Label
    icon: str | None = None
    entity: str | None = None
    view: str | None = None
    report: str | None = None
    items: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Navigation of a solution, for all or for some roles."""

    uid: str
    name: str
    solution: str
    roles: frozenset[str] | None = None
    items: tuple[MenuItem, ...] = ()
