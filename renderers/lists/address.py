"""The state of a list in its address: view, filters, search, sort, page; every link of the list is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

MAX_TEXT = 200
MAX_VALUES = 50
PREFIX = "f."
EVERY = "all"
"""What stands for a view in the address of the list without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a list was asked for. ``chosen``: field name to the values of its quick filter."""

    entity: str
    view: str | None = None
    search: str = ""
    sort: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bin: bool = False
    cursor: str | None = None

    @property
    def path(self) -> str:
        """The address without its state."""
        return f"/e/{self.entity}"

    def pairs(self) -> list[tuple[str, str]]:
        """The state as query parameters, the page left out."""
        pairs = [
            ("view", self.view or ""),
            ("q", self.search),
            ("sort", self.sort),
            ("bin", "1" if self.bin else ""),
        ]
        pairs += [(PREFIX + name, value) for name, values in self.chosen.items() for value in values]
        return [(name, value) for name, value in pairs if value]

    def href(self, path: str = "", **more: str | None) -> str:
        """The link to this state; ``more`` are further parameters, None for those left out."""
        pairs = self.pairs() + [(name, value) for name, value in more.items() if value]
        return self.path + path + (f"?{urlencode(pairs)}" if pairs else "")

    def sorted_by(self, sort: str) -> Address:
        """The same rows in another order."""
        return replace(self, sort=sort, cursor=None)

    def choosing(self, name: str, values: Iterable[str]) -> Address:
        """The same list with these values of a quick filter, none to drop it."""
        chosen = {**self.chosen, name: tuple(values)}
        return replace(self, chosen={n: v for n, v in chosen.items() if v}, cursor=None)

    def switching(self, name: str, value: str) -> Address:
        """The same list with one value of a quick filter put in or taken out."""
        values = self.chosen.get(name, ())
        return self.choosing(name, [v for v in values if v != value] if value in values else [*values, value])

    def unfiltered(self) -> Address:
        """The same list without search and quick filters."""
        return replace(self, search="", chosen={}, cursor=None)

    @property
    def narrowed(self) -> bool:
        """Whether search or quick filters leave something out."""
        return bool(self.search or self.chosen)


def read_address(entity: str, pairs: Iterable[tuple[str, str]]) -> Address:
    """The state of an address; what it does not know is passed over."""
    one: dict[str, str] = {}
    chosen: dict[str, list[str]] = {}
    for name, value in pairs:
        if not value:
            continue
        if name.startswith(PREFIX):
            values = chosen.setdefault(name.removeprefix(PREFIX), [])
            if value not in values and len(values) < MAX_VALUES:
                values.append(value)
        else:
            one[name] = value
    return Address(
        entity=entity,
        view=one.get("view"),
        search=one.get("q", "").strip()[:MAX_TEXT],
        sort=one.get("sort", "")[:MAX_TEXT],
        chosen={name: tuple(values) for name, values in chosen.items()},
        bin=one.get("bin") == "1",
        cursor=one.get("cursor"),
    )
