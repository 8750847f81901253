"""Names that a template gives itself: loop variables and ``set``, as far as they reach."""

from __future__ import annotations

from core.documents.checking.shapes import Shape, either


class Scopes:
    """The scopes around a tag, the innermost last."""

    def __init__(self) -> None:
        self.levels: list[dict[str, Shape]] = [{}]

    def enter(self) -> None:
        self.levels.append({})

    def leave(self) -> None:
        self.levels.pop()

    def set(self, name: str, shape: Shape) -> None:
        """Give a name; one that has another meaning here already (a branch of a condition set it) means either."""
        level = self.levels[-1]
        level[name] = either(level[name], shape) if name in level and name != "loop" else shape

    def get(self, name: str) -> Shape | None:
        """What the name means, None when no scope has it."""
        return next((level[name] for level in reversed(self.levels) if name in level), None)

    def names(self) -> list[str]:
        """Every name of the scopes."""
        return [name for level in self.levels for name in level]
