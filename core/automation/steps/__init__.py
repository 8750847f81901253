"""The steps of actions, one file each; a step is a function of the action being run."""

from collections.abc import Callable, Mapping

from core.automation.standing import Standing
from core.automation.steps.create import create
from core.automation.steps.move import move
from core.automation.steps.print import print_document
from core.automation.steps.set import set_values
from core.automation.steps.take import take
from metamodel.actions import Do, Step

STEPS: Mapping[Do, Callable[[Standing, Step], None]] = {
    "set": set_values, "create": create, "take": take, "move": move, "print": print_document,
}  # fmt: skip

__all__ = ["STEPS"]
