"""What the template of the dialog that shares a record draws."""

from __future__ import annotations

from dataclasses import dataclass

from renderers.pages.people import Person
from renderers.people.view import Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLine:
    """Somebody who has a record by a share; ``warn`` is there when it gives less than it seems to."""

    icon: str
    person: Person | None
    label: str
    access: str
    until: str
    over: bool
    note: str
    by: str
    words: str
    warn: bool
    end_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """A kind of whom a record can be shared with, and where the choices come from."""

    name: str
    label: str
    icon: str
    source: str
    on: bool
    chosen: Chosen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """The dialog that shares a record."""

    here: str
    title: str
    record_href: str
    entity: str
    lines: tuple[ShareLine, ...]
    whom: tuple[Whom, ...]
    access: str
    until: str
    note: str
    refused: str
