"""Commands and settings are documented, every one."""

from __future__ import annotations

from pathlib import Path

import click

from core import settings
from core.cli import COMMANDS, cli

DOCS = Path(__file__).parents[3] / "docs" / "administrators"


def test_every_command_is_documented_and_says_what_it_does() -> None:
    page = (DOCS / "commands.md").read_text("utf-8")
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None and command.name == name
        assert command.help
        parts = command.commands if isinstance(command, click.Group) else {"": command}
        for part in parts:
            assert f"`{name} {part}".rstrip() in page, (name, part)


def test_every_option_says_what_it_does() -> None:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        for each in command.commands.values() if isinstance(command, click.Group) else [command]:
            for parameter in each.params:  # type: ignore[union-attr]
                assert (
                    not isinstance(parameter, click.Option) or parameter.help or parameter.name in ("mode",)
                ), parameter


def test_every_setting_is_documented() -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    assert [name for name in settings._READERS if f"| `{name}` |" not in page] == []
