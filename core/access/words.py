"""What the actions of grants are called for people, alone and in a sentence about a role."""

from __future__ import annotations

from collections.abc import Mapping

from metamodel.messages import Message, message
from metamodel.model import Model

ACTIONS: Mapping[str, Message] = {
    "read": message("see"),
    "show": message("see cells"),
    "create": message("create"),
    "update": message("change"),
    "delete": message("delete"),
    "move": message("move to a stage"),
    "export": message("export"),
    "print": message("print"),
    "import": message("import"),
    "reveal": message("reveal secrets"),
    "share": message("share"),
    "configure": message("configure"),
}
"""The built-in actions as one may or may not do them: “may see”, “may not change”."""


def action_words(model: Model, right: str) -> Message:
    """What an action is called: a built-in one by its word, one of the configuration by its label."""
    if right in ACTIONS:
        return ACTIONS[right]
    found = next((a for a in model.actions.values() if a.right == right), None)
    return message("{text}", text=found.label if found is not None else right)
