"""The command line in the language of the terminal: what click says of a wrong call and in its help."""

from __future__ import annotations

from collections.abc import Iterable

import click
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
    click.Context.formatter_class = SpokenHelp
    for module in _SPEAKING:
        for name, told in (("_", _told), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, told)


class SpokenHelp(click.HelpFormatter):
    """Help whose texts are looked up in the catalogues; what stands in brackets behind them is click's own."""

    def write_text(self, text: str) -> None:
        """A text of a command."""
        super().write_text(_told(text.strip()))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names with what they are for."""
        spoken = []
        for name, said in rows:
            text, parted, more = said.partition("  [")
            spoken.append((name, f"{_told(text)}{parted}{more}"))
        super().write_dl(spoken, col_max, col_spacing)


def _told(text: str) -> str:
    """The text in the language of the terminal; the key of a catalogue is English, an empty one is none."""
    return words().gettext(text) if text else text


def _counted(singular: str, plural: str, count: int) -> str:
    return words().ngettext(singular, plural, count)
