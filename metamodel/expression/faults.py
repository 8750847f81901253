"""A fault of an expression: its code, the character it is at, what is wrong."""

from __future__ import annotations

from metamodel.errors import Problem, ProblemsFound
from metamodel.messages import Message, message

UNREADABLE = "KBK1010"
UNKNOWN = "KBK1011"
MIXED = "KBK1012"
DIGITS = "KBK1013"


class Fault(Exception):
    """What the parser and the checker raise inside; people get it as `ProblemsFound`."""

    def __init__(self, code: str, at: int, why: Message) -> None:
        self.code = code
        self.at = at
        self.why = why
        super().__init__(f"{at}: {why}")

    def problems(self) -> ProblemsFound:
        """The error for people, which counts characters from 1."""
        words = message("character {at}: {why}", at=self.at + 1, why=self.why)
        return ProblemsFound((Problem(pointer="", code=self.code, message=words),))
