"""What a change does to the records that are there: counted, with examples, and what it breaks."""

from core.solutions.effects.planned import planned_changes

__all__ = ["planned_changes"]
