"""Tabs of views, and what can be done with the one in force: kept as it is changed, named, shared, put first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.i18n import Texts
from metamodel.messages import Message, message
from metamodel.model import Role
from renderers.lists.address import EVERY
from renderers.lists.listing import Listing
from renderers.lists.view import Tab

ICONS = {"list": "list", "board": "layout-kanban", "calendar": "calendar", "tree": "list-tree"}
"""What stands beside the name of a view, where an entity has views of several kinds."""
_LOST: dict[str, Message] = {
    "columns": message("some columns"), "filter": message("the filter"), "sort": message("a part of the order"),
    "group": message("the groups"), "formats": message("some colours"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A role that a view can be shared with."""

    uid: str
    label: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What can be done with the view in force. ``state`` is the address's, ``uid`` of one's own saved view.

    ``changed``: something of it is said otherwise now; ``drop`` is the list without that. ``lost`` tells which parts a
    saved view opens without.
    """

    action: str
    state: str
    label: str
    changed: bool
    drop: str
    mine: bool = False
    uid: str = ""
    first: bool = False
    name: str = ""
    roles: tuple[Shared, ...] = ()
    lost: str = ""
    shared: bool = False


def tabs_of(listing: Listing, texts: Texts) -> tuple[Tab, ...]:
    """The tabs: of solutions, one's own, those of others, and all records where no view shows them."""
    if not listing.views:
        return ()
    plain = replace(listing.address.unchanged(), view=None, search=listing.address.search)
    kinds = {view.kind for view in listing.views}
    kept = {each.view.name: each.saved for each in listing.kept}
    tabs = [
        Tab(
            label=view.label.in_language(texts.language) or view.name,
            href=replace(plain, view=view.name).href(),
            current=listing.view is not None and view.name == listing.view.name,
            icon=ICONS[view.kind] if len(kinds) > 1 else "",
            saved=view.name in kept,
            shared=view.name in kept and bool(kept[view.name].roles),
        )
        for view in listing.views
    ]
    defined = [view for view in listing.views if view.name not in kept]
    if all(view.filter_text is not None for view in defined if view.kind == "list"):
        every = replace(plain, view=EVERY).href()
        icon = ICONS["list"] if kinds - {"list"} else ""
        tabs.append(Tab(label=texts.gettext("All"), href=every, current=listing.view is None, icon=icon))
    return tuple(tabs)


def saved_panel(
    listing: Listing, texts: Texts, roles: Sequence[Role] = (), first: str | None = None
) -> Saving:
    """What can be done with the view in force; ``roles`` are those the person may share with."""
    address, kept, view = listing.address, listing.saved, listing.view
    state = address.href().partition("?")[2]
    name = view.name if view is not None else EVERY
    label = view.label.in_language(texts.language) or view.name if view is not None else texts.gettext("All")
    made = Saving(
        action=f"{address.path}/views", state=state, label=label, changed=address.changed, name=name,
        drop=replace(address.unchanged(), search=address.search).href(), first=first == name,
    )  # fmt: skip
    if kept is None:
        return made
    lost = [texts.render(_LOST[part]) for part in _LOST if part in kept.lost]
    words = texts.render(message("Opened without what is not there for you: {parts}.", parts=", ".join(lost)))
    made = replace(made, lost=words if lost else "", uid=kept.saved.uid)
    if not kept.saved.mine:
        return made
    on = set(kept.saved.roles)
    shared = tuple(
        Shared(uid=role.uid, label=role.label.in_language(texts.language) or role.name, on=role.uid in on)
        for role in roles
    )
    return replace(made, mine=True, roles=shared, shared=bool(on))
