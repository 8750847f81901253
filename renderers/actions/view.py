"""What the templates of actions draw."""

from __future__ import annotations

from dataclasses import dataclass

from renderers.forms.view import FormTab, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionForm:
    """What an action asks before it runs. ``action`` is its address, ``about`` the title of the record."""

    action: str
    title: str
    about: str
    help: str
    confirm: str
    icon: str
    list_label: str
    list_href: str
    cancel_href: str
    tabs: tuple[FormTab, ...]
    files: bool = False
    """Whether it asks for files, which go along as parts of their own."""
    summary: Summary | None = None
