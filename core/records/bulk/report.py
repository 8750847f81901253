"""What came of a deed on many records: how many changed, how many did not and why, with examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MOST_LEFT = 500
"""Records that stayed and are named with their reason; more are counted only."""

EXAMPLES = 3
"""Records named with each reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A record that stayed as it was, and why."""

    id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why some stayed: how many, and some of them."""

    why: str
    count: int
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far a deed is: ``last`` is the record dealt with; ``same`` counts those in which nothing was to be changed."""

    last: int = 0
    changed: int = 0
    same: int = 0
    left_count: int = 0
    left: tuple[Left, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def dealt(self) -> int:
        """Records dealt with."""
        return self.changed + self.same + self.left_count

    @property
    def by_reason(self) -> tuple[Reason, ...]:
        """The reasons, the most frequent first."""
        return tuple(sorted(self.reasons.values(), key=lambda reason: -reason.count))

    def plus(self, *, last: int, changed: int, same: int, left: list[Left]) -> Report:
        """The same with some records more."""
        reasons = dict(self.reasons)
        for each in left:
            known = reasons.get(each.why) or Reason(why=each.why, count=0, examples=())
            examples = (*known.examples, each.id) if len(known.examples) < EXAMPLES else known.examples
            reasons[each.why] = replace(known, count=known.count + 1, examples=examples)
        room = MOST_LEFT - len(self.left)
        return Report(
            last=last, changed=self.changed + changed, same=self.same + same, left_count=self.left_count + len(left),
            left=(*self.left, *left[:room]), reasons=reasons,
        )  # fmt: skip

    def written(self) -> dict[str, Any]:
        """As a job keeps it, to go on after a crash and to be shown."""
        return {
            "last": self.last, "changed": self.changed, "same": self.same, "left_count": self.left_count,
            "left": [[each.id, each.why] for each in self.left],
            "reasons": [[reason.why, reason.count, list(reason.examples)] for reason in self.reasons.values()],
        }  # fmt: skip


def read_report(written: Mapping[str, Any] | None) -> Report:
    """What `Report.written` wrote down; the state before anything is done."""
    if written is None:
        return Report()
    return Report(
        last=written["last"], changed=written["changed"], same=written["same"], left_count=written["left_count"],
        left=tuple(Left(id=id, why=why) for id, why in written["left"]),
        reasons={why: Reason(why=why, count=count, examples=tuple(ids)) for why, count, ids in written["reasons"]},
    )  # fmt: skip
