"""Buttons of actions: which a person has on a record, on the rows of a list, above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from core.access.actor import Actor
from core.access.grants import Grants
from core.i18n import Texts
from core.records import buttons, list_buttons
from core.storage.workspace import Transaction
from metamodel.actions import Action
from metamodel.model import Entity, Model
from renderers.pages.icons import icon_name

ICON = "bolt"
"""What stands for an action without an icon of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionButton:
    """A button. One that is ``immediate`` is pressed, any other leads to the page that asks what it needs."""

    name: str
    label: str
    help: str
    icon: str
    rank: str
    href: str
    immediate: bool


def on_card(tx: Transaction, actor: Actor, entity: Entity, id: int, texts: Texts) -> tuple[ActionButton, ...]:
    """The buttons of a card: what the person may do with this record now."""
    actions = [a for a in buttons(tx, actor, entity.name, [id])[id] if "card" in a.where]
    return tuple(_button(action, f"/e/{entity.name}/{id}", texts) for action in actions)


def above_list(tx: Transaction, actor: Actor, entity: Entity, texts: Texts) -> tuple[ActionButton, ...]:
    """The buttons above a list."""
    return tuple(
        _button(action, f"/e/{entity.name}", texts) for action in list_buttons(tx, actor, entity.name)
    )


def has_row_buttons(model: Model, grants: Grants, entity: Entity) -> bool:
    """Whether rows of the list have a place for buttons: whether the person has any that stands there."""
    return any("row" in a.where and not a.off and grants.may_run(a) for a in model.actions_of[entity.uid])


def on_rows(
    tx: Transaction, actor: Actor, entity: Entity, ids: Sequence[int], texts: Texts, sprite: str
) -> Mapping[int, Markup]:
    """The last cell of each row: a small button for each action that can be run there now. ``sprite`` holds icons."""
    found = buttons(tx, actor, entity.name, ids) if ids else {}
    return {
        id: Markup('<td class="acts">{}</td>').format(
            Markup("").join(
                _small(_button(action, f"/e/{entity.name}/{id}", texts), sprite)
                for action in found[id]
                if "row" in action.where
            )
        )
        for id in ids
    }


def _button(action: Action, here: str, texts: Texts) -> ActionButton:
    return ActionButton(
        name=action.name,
        label=action.label.in_language(texts.language) or action.name,
        help=(action.help.in_language(texts.language) or "") if action.help else "",
        icon=icon_name(action.icon, ICON),
        rank=action.rank,
        href=f"{here}/run/{action.name}",
        immediate=action.immediate,
    )


def _small(button: ActionButton, sprite: str) -> Markup:
    return Markup(
        '<a class="btn ghost slim icon" href="{href}" data-dialog aria-label="{label}" title="{label}">'
        '<svg class="i s" aria-hidden="true"><use href="{icon}"></use></svg></a>'
    ).format(href=button.href, label=button.label, icon=f"{sprite}#{button.icon}")
