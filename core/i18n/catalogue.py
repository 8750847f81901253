"""Catalogues: the translations of a language, read from ``core/i18n/<language>/*.po`` (GNU gettext)."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What English texts are in ``language``: single texts, and texts with forms for numbers."""

    language: str
    single: Mapping[str, str]
    plural: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]
    """The index of the form that goes with a number."""


def read_catalogue(path: Path, language: str) -> Catalog:
    """One ``.po`` file; a file that cannot be read raises `babel.messages.pofile.PoFileError` with its line."""
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


_folders: list[Path] = [FOLDER]


def folders() -> tuple[Path, ...]:
    """Where catalogues stand: Kubik's own folder, then those of plugins."""
    return tuple(_folders)


def add_folders(more: Iterable[Path]) -> None:
    """Take the catalogues of plugins, too."""
    _folders.extend(folder for folder in more if folder not in _folders)


def catalogue(language: str) -> Catalogue:
    """All files of a language together. The same text in two files must be translated alike (a test holds it); what
    Kubik itself translates no plugin changes."""
    return _catalogue(language, folders())


@cache
def _catalogue(language: str, where: tuple[Path, ...]) -> Catalogue:
    single: dict[str, str] = {}
    plural: dict[str, tuple[str, ...]] = {}
    for path in (path for folder in where[::-1] for path in sorted((folder / language).glob("*.po"))):
        for entry in read_catalogue(path, language):
            key = entry.id[0] if isinstance(entry.id, list | tuple) else entry.id
            if not key or entry.fuzzy:
                continue
            if isinstance(entry.string, str):
                if entry.string:
                    single[key] = entry.string
            elif entry.string and all(entry.string):
                plural[key] = tuple(str(form) for form in entry.string)
    rule = gettext.c2py(get_plural(language).plural_expr)
    return Catalogue(language=language, single=single, plural=plural, form=rule)
