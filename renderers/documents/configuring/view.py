"""What the screens of templates show."""

from __future__ import annotations

from dataclasses import dataclass

from core.documents.reading.sketch import Sketch
from renderers.documents.configuring.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A line of a list to choose from."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """A fault on its card; ``number`` is its place in the list, from 1."""

    number: int
    title: str
    tag: str
    place: str
    near: str
    hint: str
    repair: str
    first: bool
    """Whether it is the first that one press mends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLine:
    """A field that a template may name, with the tag to copy; ``inner`` are those behind a link, or of each row."""

    label: str
    tag: str
    inner: tuple[TagLine, ...] = ()
    rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A template file: its address for download, whether it is looked at."""

    format: str
    file: str
    sha256: str
    href: str
    current: bool
    fresh: bool
    off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A line of a page's source, its tags apart."""

    number: int
    pieces: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """The screen of one document."""

    title: str
    state: State
    action: str
    entity_label: str
    files: tuple[FileView, ...]
    faults: tuple[FaultView, ...]
    places: int
    good: int
    refused: tuple[str, ...]
    sketch: Sketch | None
    source: tuple[SourceLine, ...]
    faulty: dict[int, int]
    """The number of a tag: the number of its first fault."""
    result: Sketch | None
    result_href: str
    result_words: str
    hidden: int
    records: tuple[Choice, ...]
    stages: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    dates: tuple[Choice, ...]
    tags: tuple[TagLine, ...]
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A document in the list."""

    label: str
    name: str
    entity: str
    files: tuple[str, ...]
    number: str
    off: tuple[str, ...]
    unused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What applying a document does."""

    plan: str
    title: str
    back: str
    changes: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    refused: str = ""
