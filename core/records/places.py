"""Where a fault stands in what was sent."""

from __future__ import annotations

from core.records.shapes import Row


def pointer_to(row: Row, name: str) -> str:
    """The place of a field of the row in what was sent."""
    return f"{row.pointer}/{escaped(name)}"


def escaped(name: str) -> str:
    """A name as a step of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
