"""What stands in a list to choose from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to choose, and whether it is chosen."""

    value: str
    label: str
    chosen: bool = False
