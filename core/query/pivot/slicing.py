"""Which statements answer a pivot: figures of one owner together, additive ones once, the others for each set of totals.

Where every record of an owner falls into exactly one cell, counts, sums and ends of the cells add up to those of every
total, exactly. A deal that is met under two products must count once in the total: there each total is a question of
its own, and so it is for medians and distinct values wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.query.pivot.resolving import Figure, Key, PivotPlan, Place, Way
from metamodel.aggregates import SHARES

FILLED = ("count", "avg")
SUMMED = ("sum", "avg", *SHARES)
ENDS = ("min", "max")

What = Literal["sums", "distinct", "median", "first", "last"]

Margin = tuple[int, int]
"""How many of the first row keys and how many of the column keys a set of groups is made by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One statement: the keys it groups by, whose values it takes (None: the records themselves), and what of them.

    ``once`` says that an owner may be met several times in a group and is to be taken once. ``filled``, ``summed``
    and ``ends`` are those of the values whose counts, sums, and least and greatest ones are asked for; ``counted`` says
    that the owners themselves are.
    """

    keys: tuple[Key, ...]
    what: What
    values: tuple[Place, ...]
    owner: Place | None
    once: bool
    counted: bool = False
    filled: frozenset[Place] = frozenset()
    summed: frozenset[Place] = frozenset()
    ends: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A slice for the groups of a margin; ``adds`` when all smaller margins follow from it."""

    slice: Slice
    margin: Margin
    adds: bool


def margins(plan: PivotPlan, *, subtotals: bool) -> tuple[Margin, ...]:
    """All sets of groups that are shown, the finest first."""
    rows, columns = len(plan.rows), len(plan.columns)
    depths = {rows, 0} | (set(range(1, rows)) if subtotals else set())
    return tuple((r, c) for r in sorted(depths, reverse=True) for c in sorted({columns, 0}, reverse=True))


def keys_of(plan: PivotPlan, margin: Margin) -> tuple[Key, ...]:
    """The keys that the groups of a margin have."""
    return (*plan.rows[: margin[0]], *plan.columns[: margin[1]])


def parts(plan: PivotPlan, wanted: tuple[Margin, ...]) -> Iterator[Part]:
    """The statements of a pivot; the first counts the records of every cell."""
    by_owner = _by_owner(plan)
    for owner, figures in by_owner.items():
        places = tuple(dict.fromkeys(f.place for f in figures if f.place is not None and _adds(f)))
        if places or (owner is None and (figures or len(by_owner) == 1)):
            yield from _parts(plan, wanted, figures, places, owner)
    for figure in _others(plan):
        assert figure.place is not None
        what = _what(figure)
        owner = None if what == "distinct" else _owner(figure)
        for margin in wanted:
            yield Part(
                slice=_slice(keys_of(plan, margin), what, (figure.place,), owner), margin=margin, adds=False
            )


def _parts(
    plan: PivotPlan, wanted: tuple[Margin, ...], figures: Sequence[Figure], places: tuple[Place, ...],
    owner: Place | None,
) -> Iterator[Part]:  # fmt: skip
    def slice_of(keys: tuple[Key, ...]) -> Slice:
        return replace(
            _slice(keys, "sums", places, owner),
            counted=not figures or any(f.place is None for f in figures),
            filled=_asked(figures, FILLED),
            summed=_asked(figures, SUMMED),
            ends=_asked(figures, ENDS),
        )

    whole = slice_of(plan.keys)
    if not whole.once:
        yield Part(slice=whole, margin=wanted[0], adds=True)
        return
    for margin in wanted:
        yield Part(slice=slice_of(keys_of(plan, margin)), margin=margin, adds=False)


def _asked(figures: Sequence[Figure], aggregates: tuple[str, ...]) -> frozenset[Place]:
    return frozenset(f.place for f in figures if f.place is not None and f.aggregate in aggregates)


def _slice(keys: tuple[Key, ...], what: What, places: tuple[Place, ...], owner: Place | None) -> Slice:
    return Slice(keys=keys, what=what, values=places, owner=owner, once=meets_again(keys, owner))


def meets_again(keys: tuple[Key, ...], owner: Place | None) -> bool:
    """Whether an owner may be met several times under these keys: their lists lead elsewhere than to it, or links do."""
    if owner is not None and len(owner.steps) > 1:
        return True
    ways = () if owner is None else owner.ways
    if any(step for way in ways for step in way.steps):
        return True
    if any(way.shared for way in ways):  # a tag is of many records
        return True
    sides = {key.side for key in keys if key.place.ways or key.kind == "choices"}
    if len(sides) > 1 or any(key.kind == "choices" for key in keys):
        return True
    return any(key.place.ways != ways[: len(key.place.ways)] for key in keys)


def way_side(keys: tuple[Key, ...], ways: tuple[Way, ...]) -> Literal["row", "column", "value"]:
    """With which side's records a value is taken: with those that are grouped by the same list, where there are."""
    if ways:
        for key in keys:
            if key.place.ways[:1] == ways[:1]:
                return key.side
    return "value"


def _by_owner(plan: PivotPlan) -> dict[Place | None, list[Figure]]:
    """Figures by whose values they are, the records themselves first."""
    found: dict[Place | None, list[Figure]] = {None: []}
    for figure in plan.figures:
        if figure.place is None or _adds(figure):
            found.setdefault(_owner(figure), []).append(figure)
    return found


def _owner(figure: Figure) -> Place | None:
    """Whose value a figure takes: None for the records of the pivot."""
    place = figure.place
    if place is None or (not place.ways and len(place.steps) == 1):
        return None
    return place.owner


def _adds(figure: Figure) -> bool:
    return figure.aggregate in ("count", "sum", "avg", "min", "max", *SHARES)


def _others(plan: PivotPlan) -> list[Figure]:
    """Figures with statements of their own, each once."""
    found = {(f.aggregate, f.place): f for f in plan.figures if not _adds(f)}
    return list(found.values())


def _what(figure: Figure) -> What:
    match figure.aggregate:
        case "count_distinct":
            return "distinct"
        case "median" | "first" | "last":
            return figure.aggregate
        case _:
            raise ValueError(figure.aggregate)
