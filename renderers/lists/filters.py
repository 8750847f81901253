"""Views of an entity that somebody has."""

from __future__ import annotations

from metamodel.model import Entity, Model, View


def views_of(model: Model, entity: Entity, roles: tuple[str, ...], everything: bool) -> list[View]:
    """The views of an entity for these roles, in the order of their tabs."""
    mine = frozenset(roles)
    found = [
        view
        for view in model.views.values()
        if view.entity in (entity.uid, entity.name)
        and not view.off
        and (everything or view.roles is None or view.roles & mine)
    ]
    return sorted(found, key=lambda view: (view.order is None, view.order or 0, view.name))
