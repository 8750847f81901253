"""The command line in the language of the terminal: what click says of a wrong call and in its help."""

from __future__ import annotations

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from core.cli.common import words

_SPEAKING = (
    click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.termui, click.types,
)  # fmt: skip


def speak() -> None:
    """Give click our catalogues in place of gettext's: its modules ask the names ``_`` and ``ngettext`` they imported.

    The language is looked up at every word, so it is that of the environment when the word is said.
    """
    for module in _SPEAKING:
        for name, told in (("_", _told), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, told)


def _told(text: str) -> str:
    return words().gettext(text)


def _counted(singular: str, plural: str, count: int) -> str:
    return words().ngettext(singular, plural, count)
