"""What the templates of documents draw."""

from __future__ import annotations

from dataclasses import dataclass

from renderers.pages.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentButton:
    """A document that can be made of the record now; ``href`` asks what it needs."""

    label: str
    help: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatChoice:
    """A format that can be chosen."""

    name: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentForm:
    """What a document asks before it is issued. ``number`` is the one that would come; ``hidden`` says how much of it its
    reader may not see."""

    action: str
    title: str
    about: str
    help: str
    icon: str
    formats: tuple[FormatChoice, ...]
    date: str
    number: str
    hidden: str
    key: str
    """What keeps a second press from issuing a second one."""
    problem: str
    list_label: str
    list_href: str
    cancel_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file of a document: shown where a browser can, and saved."""

    label: str
    href: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """A document that was issued."""

    id: int
    label: str
    number: str
    name: str
    icon: str
    day: str
    told: str
    """By whom and when."""
    files: tuple[KeptFile, ...]
    erased: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """One document as a page."""

    line: KeptLine
    list_label: str
    list_href: str
    record: str
    record_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeChoice:
    """A document that can be made of chosen records."""

    name: str
    label: str
    help: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyForm:
    """What is asked before documents of many records are made."""

    action: str
    count: str
    types: tuple[TypeChoice, ...]
    formats: tuple[FormatChoice, ...]
    date: str
    hidden: tuple[tuple[str, str], ...]
    key: str
    problem: str
    back: str
    list_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A record of which there is no document, and why."""

    title: str
    href: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyPage(Progress):
    """Documents of many records on their way, or made."""

    failures: tuple[Failure, ...]
    more: bool
    zip_href: str
