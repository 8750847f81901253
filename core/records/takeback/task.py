"""What is asked of a taking back and what comes of it, as jobs keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Scope = Literal["untouched", "all"]
"""Only the records that nobody changed since, or all of them."""

SCOPES: tuple[Scope, ...] = ("untouched", "all")

MOST_LEFT = 500
"""Records that stayed and are named with their reason; more are counted only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A record that stayed as the job left it, and why."""

    entity: str
    id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """How far a taking back is, and at its end what it did.

    ``phase`` 0 brings back from the bin what the job put there, walking the journal forwards; 1 undoes the rest, from
    the last change to the first. ``last`` is the row of the journal dealt with. ``returned`` counts records that are as
    they were, ``removed`` new ones that are gone for ever, ``binned`` new ones that lie in the bin since something
    still leads to them; ``overwritten`` those that people had changed since. Child rows are records and count as such,
    also where they go, or stay, with their parents.
    """

    phase: int = 0
    last: int = 0
    returned: int = 0
    removed: int = 0
    binned: int = 0
    overwritten: int = 0
    left: tuple[Left, ...] = ()
    left_count: int = 0

    @property
    def dealt(self) -> int:
        """Records dealt with so far."""
        return self.returned + self.removed + self.binned + self.left_count

    def plus(self, **counts: int) -> Returned:
        """The same with these counts raised."""
        return replace(self, **{name: getattr(self, name) + more for name, more in counts.items()})

    def leaving(self, left: Left, along: int = 0) -> Returned:
        """The same with one record more that stayed, and so many child rows with it."""
        named = (*self.left, left) if len(self.left) < MOST_LEFT else self.left
        return replace(self, left=named, left_count=self.left_count + 1 + along)

    def written(self) -> dict[str, Any]:
        """As a job keeps it, to go on after a crash and to be shown."""
        counts = {name: getattr(self, name) for name in _COUNTS}
        return {**counts, "left": [[each.entity, each.id, each.why] for each in self.left]}


_COUNTS = ("phase", "last", "returned", "removed", "binned", "overwritten", "left_count")


def read_returned(written: Mapping[str, Any] | None) -> Returned:
    """What `Returned.written` wrote down; the state before anything is done."""
    if written is None:
        return Returned()
    left = tuple(Left(entity=entity, id=record, why=why) for entity, record, why in written["left"])
    return Returned(**{name: int(written[name]) for name in _COUNTS}, left=left)


@dataclass(slots=True, kw_only=True)
class Deed:
    """What a job did to one record: ``diff`` is (before, after) by uid of the field, in the values of the journal.

    ``first`` and ``last`` are its rows of the journal, ``kinds`` what happened, in order. ``since`` says that somebody
    else changed the record after it, ``done`` that an earlier taking back dealt with it.
    """

    record: int
    first: int
    last: int
    kinds: list[str] = field(default_factory=list)
    diff: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    since: bool = False
    done: bool = False
    along: int = 0

    @property
    def created(self) -> bool:
        """Whether the record came by it."""
        return self.kinds[0] == "created"

    @property
    def binned(self) -> bool:
        """Whether it took a record that was there into the bin."""
        return not self.created and self.way == "deleted"

    @property
    def brought(self) -> bool:
        """Whether it took a record out of the bin."""
        return not self.created and self.way == "restored"

    @property
    def way(self) -> str | None:
        """The last of what it did with the bin, unless it ended where it began."""
        ways = [kind for kind in self.kinds if kind in ("deleted", "restored")]
        return ways[-1] if len(ways) % 2 else None
