"""The state of a list in its address: view, filter, search, order, columns, groups, page; every link of it is made here.

Of the filter, the order, the columns and the groups: absent, the view's own holds; present, even empty, it stands in
its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

MAX_TEXT = 200
MAX_LIST = 2000
MAX_FILTER = 8000
MAX_VALUES = 50
PREFIX = "f."
EVERY = "all"
"""What stands for a view in the address of the list without one."""

OWN = ("filter", "sort", "columns", "group", "totals")
"""What of a view an address may put something else in the place of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a list was asked for. ``filter`` is the expression of the whole filter bar, ``group`` fields with the step
    that their values are gathered by (``closes_on:month``); None of these means the view's own.

    ``chosen``: field name to the values of a quick filter, as older addresses have it; `listing` makes it a filter.
    """

    entity: str
    view: str | None = None
    search: str = ""
    filter: str | None = None
    sort: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    group: tuple[str, ...] | None = None
    totals: tuple[str, ...] | None = None
    """What is told below the columns, ``amount:avg``."""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bin: bool = False
    cursor: str | None = None
    pipeline: str = ""
    """The pipeline whose stages a board shows, where there are several."""

    @property
    def path(self) -> str:
        """The address without its state."""
        return f"/e/{self.entity}"

    def pairs(self) -> list[tuple[str, str]]:
        """The state as query parameters, the page left out."""
        pairs = [("view", self.view or ""), ("q", self.search), ("bin", "1" if self.bin else "")]
        pairs.append(("pipeline", self.pipeline))
        pairs = [(name, value) for name, value in pairs if value]
        if self.filter is not None:
            pairs.append(("filter", self.filter))
        for name in OWN[1:]:
            listed: tuple[str, ...] | None = getattr(self, name)
            if listed is not None:
                pairs.append((name, ",".join(listed)))
        return pairs + [(PREFIX + name, value) for name, values in self.chosen.items() for value in values]

    def href(self, path: str = "", **more: str | None) -> str:
        """The link to this state; ``more`` are further parameters, None for those left out."""
        pairs = self.pairs() + [(name, value) for name, value in more.items() if value]
        return self.path + path + (f"?{urlencode(pairs)}" if pairs else "")

    def sorted_by(self, *sort: str) -> Address:
        """The same rows in another order."""
        return replace(self, sort=sort, cursor=None)

    def filtered(self, filter: str | None) -> Address:
        """The same list with another filter: empty for none, None for that of the view."""
        return replace(self, filter=filter, chosen={}, cursor=None)

    def grouped(self, *group: str) -> Address:
        """The same rows in other groups."""
        return replace(self, group=group, cursor=None)

    def with_columns(self, *columns: str) -> Address:
        """The same rows with other columns."""
        return replace(self, columns=columns, cursor=None)

    def telling(self, *totals: str) -> Address:
        """The same rows with other totals."""
        return replace(self, totals=totals, cursor=None)

    def choosing(self, name: str, values: Iterable[str]) -> Address:
        """The same list with these values of a quick filter, none to drop it."""
        chosen = {**self.chosen, name: tuple(values)}
        return replace(self, chosen={n: v for n, v in chosen.items() if v}, cursor=None)

    def switching(self, name: str, value: str) -> Address:
        """The same list with one value of a quick filter put in or taken out."""
        values = self.chosen.get(name, ())
        return self.choosing(name, [v for v in values if v != value] if value in values else [*values, value])

    def unfiltered(self) -> Address:
        """The same list without search and any filter but that of the view."""
        return replace(self, search="", filter=None, chosen={}, cursor=None)

    def unchanged(self) -> Address:
        """The same view as it is kept, nothing of it changed."""
        return replace(self.unfiltered(), sort=None, columns=None, group=None, totals=None)

    @property
    def narrowed(self) -> bool:
        """Whether search or a filter other than the view's leaves something out."""
        return bool(self.search or self.filter or self.chosen)

    @property
    def changed(self) -> bool:
        """Whether anything that a view keeps is said otherwise here."""
        return bool(self.chosen) or any(getattr(self, name) is not None for name in OWN)


def read_address(entity: str, pairs: Iterable[tuple[str, str]]) -> Address:
    """The state of an address; what it does not know is passed over."""
    one: dict[str, str] = {}
    chosen: dict[str, list[str]] = {}
    for name, value in pairs:
        if name.startswith(PREFIX):
            values = chosen.setdefault(name.removeprefix(PREFIX), [])
            if value and value not in values and len(values) < MAX_VALUES:
                values.append(value)
        else:
            one[name] = value
    return Address(
        entity=entity,
        view=one.get("view") or None,
        search=one.get("q", "").strip()[:MAX_TEXT],
        filter=one["filter"].strip()[:MAX_FILTER] if "filter" in one else None,
        sort=_listed(one.get("sort")),
        columns=_listed(one.get("columns")),
        group=_listed(one.get("group")),
        totals=_listed(one.get("totals")),
        chosen={name: tuple(values) for name, values in chosen.items() if values},
        bin=one.get("bin") == "1",
        cursor=one.get("cursor") or None,
        pipeline=one.get("pipeline", "")[:MAX_TEXT],
    )


def _listed(written: str | None) -> tuple[str, ...] | None:
    """A list of names, each once; None where nothing is said."""
    if written is None:
        return None
    names = (name.strip() for name in written[:MAX_LIST].split(","))
    return tuple(dict.fromkeys(name for name in names if name))
