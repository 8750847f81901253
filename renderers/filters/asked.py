"""What a page of filters was asked for: the state of the list around it, the place in its filter, what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from renderers.filters.bar import Links
from renderers.filters.parts import Place

MOST_STEPS = 8
MOST_PAIRS = 400
MAX_TEXT = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``state`` are the pairs of the list's address but for its filter; ``sent`` what begins with ``_`` in a form."""

    state: tuple[tuple[str, str], ...]
    text: str
    sent: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        """A text that was sent, empty for none."""
        return next((value for key, value in self.sent if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every text that was sent under a name, empty ones too."""
        return [value for key, value in self.sent if key == name]

    @property
    def place(self) -> Place | None:
        """Where in the filter; None when nothing or nonsense is said."""
        steps = self.one("_at").split(".")
        if (
            not all(step.isascii() and step.isdigit() and len(step) < 5 for step in steps)
            or len(steps) > MOST_STEPS
        ):
            return None
        return tuple(int(step) for step in steps)

    @property
    def part(self) -> bool:
        """Whether it is drawn inside a page that is there already."""
        return bool(self.one("_part"))

    def links(self, entity: str) -> Links:
        """The addresses around it."""
        return Links(path=f"/e/{entity}", state=self.state, text=self.text)

    def hidden(self, *names: str) -> tuple[tuple[str, str], ...]:
        """What a form carries along: the state, the filter, and these of what was sent."""
        kept = tuple((key, value) for key, value in self.sent if key in names and value)
        return (*self.state, ("filter", self.text), *kept)


def read_asked(pairs: Iterable[tuple[str, str]]) -> Asked:
    """The parts of an address; its page and what draws a part of it are left out."""
    every: Sequence[tuple[str, str]] = list(pairs)[:MOST_PAIRS]
    return Asked(
        state=tuple(
            (k, v) for k, v in every if not k.startswith("_") and k not in ("filter", "cursor", "part")
        ),
        text=next((value for key, value in every if key == "filter"), "")[:MAX_TEXT],
        sent=tuple((key, value[:MAX_TEXT]) for key, value in every if key.startswith("_")),
    )
