"""What the templates of personal data draw."""

from __future__ import annotations

from dataclasses import dataclass

from renderers.history.view import Crumb
from renderers.pages.options import Option
from renderers.pages.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A line of who saw what."""

    at: str
    person: Person
    behalf: str
    way: str
    what: str
    fields: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act of erasure in a list."""

    number: str
    what: str
    at: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalView:
    """Who saw personal data, and the latest acts of erasure."""

    here: str
    lines: tuple[Seen, ...]
    entities: tuple[Option, ...]
    people: tuple[Option, ...]
    ways: tuple[Option, ...]
    acts: tuple[Act, ...]
    acts_href: str
    more_href: str = ""
    narrowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """One record: who saw it, its extract, its erasure."""

    crumb: Crumb
    here: str
    lines: tuple[Seen, ...]
    extract_href: str
    erase_href: str
    more_href: str = ""
    acts: tuple[Act, ...] = ()
    job: JobView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """An erasure under way or done."""

    href: str
    state: str
    words: str
    act_href: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What of an entity would be erased."""

    label: str
    fields: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasingView:
    """What an erasure would do, before it is asked for."""

    crumb: Crumb
    here: str
    gone: tuple[Gone, ...]
    linked: tuple[Gone, ...]
    files: str
    ground: str
    attached: bool
    wrong: str
    cancel_href: str
