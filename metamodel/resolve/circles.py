"""Circles in what leads to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def circle(leads: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Each circle once, as its members in order; what is in no circle is not there. Needs no recursion."""
    done: set[str] = set()
    found = []
    for start in leads:
        if start in done:
            continue
        trail: list[str] = [start]
        on_trail = {start: 0}
        ahead = [iter(leads.get(start, ()))]
        while trail:
            following = next(ahead[-1], None)
            if following is None:
                done.add(trail[-1])
                del on_trail[trail.pop()]
                ahead.pop()
            elif following in on_trail:
                found.append(tuple(trail[on_trail[following] :]))
            elif following not in done:
                on_trail[following] = len(trail)
                trail.append(following)
                ahead.append(iter(leads.get(following, ())))
    return found
