"""What the templates of history draw."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from renderers.pages.options import Option
from renderers.pages.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A field that changed; ``before`` is None when it was empty, ``back`` is where its old value is brought back."""

    label: str
    before: Markup | None
    after: Markup
    back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A change: who, when, what; ``subject`` is the record it is about where that is not told already."""

    person: Person
    words: str
    at: str
    icon: str = ""
    job: str = ""
    """By what work on many records it was done, and its page where the reader may see it."""
    job_href: str = ""
    document_href: str = ""
    """The document that was issued."""
    behalf: str = ""
    subject: str = ""
    subject_kind: str = ""
    subject_href: str = ""
    changes: tuple[Told, ...] = ()
    folded: bool = False
    past_href: str = ""
    back_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Changes of one day."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """Where a page stands: the list, the record."""

    list_href: str
    list_label: str
    href: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """The history of a record; ``narrowed`` says that only a part is shown."""

    crumb: Crumb
    here: str
    days: tuple[Days, ...]
    fields: tuple[Option, ...]
    people: tuple[Option, ...]
    more_href: str = ""
    more_words: str = ""
    looked: str = ""
    narrowed: bool = False
    past_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value of the record as it was, marked where it is another today."""

    label: str
    html: Markup
    today: Markup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Child rows as they were."""

    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastView:
    """The record as it was in a version; the addresses lead to others."""

    crumb: Crumb
    here: str
    version: int
    last: int
    when: str
    moment: str
    by: str
    cells: tuple[Cell, ...]
    rows: tuple[Rows, ...]
    deleted: bool
    present: bool
    earlier_href: str = ""
    later_href: str = ""
    back_href: str = ""
    history_href: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backward:
    """A field in the preview: as it is, as it would be."""

    name: str
    label: str
    before: Markup
    after: Markup
    tall: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertView:
    """What a return would do, what stays, and what is against it."""

    crumb: Crumb
    here: str
    version: int
    current: int
    when: str
    lines: tuple[Backward, ...]
    left: tuple[str, ...]
    wrong: tuple[str, ...]
    names: tuple[str, ...]
    cancel_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """The feed of everything."""

    here: str
    days: tuple[Days, ...]
    entities: tuple[Option, ...]
    people: tuple[Option, ...]
    kinds: tuple[Option, ...]
    actions: tuple[Option, ...]
    begins: str
    ends: str
    more_href: str = ""
    more_words: str = ""
    looked: str = ""
    narrowed: bool = False
