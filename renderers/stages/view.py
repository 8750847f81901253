"""What the templates of stages draw."""

from __future__ import annotations

from dataclasses import dataclass

from renderers.forms.view import Summary, Widget


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePill:
    """A stage as a tinted word."""

    name: str
    label: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveForm:
    """What a move asks: only what is missing. ``action`` is its address, ``about`` the title of the record.

    ``blocked`` says why the move cannot be made at all; ``filled`` are the labels of what the stage requires and is
    there; ``asked`` are the names of the fields in the form.
    """

    action: str
    title: str
    about: str
    source: StagePill | None
    target: StagePill | None
    targets: tuple[StagePill, ...] = ()
    """Without a target: where the record may go."""
    left: str = ""
    help: str = ""
    filled: str = ""
    blocked: str = ""
    widgets: tuple[Widget, ...] = ()
    asked: str = ""
    version: str = ""
    back: str = ""
    stay: bool = False
    notice: bool = False
    files: bool = False
    list_label: str
    list_href: str
    cancel_href: str
    summary: Summary | None = None
