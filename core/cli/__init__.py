"""The command ``kubik``: one small file a command, read only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from core.cli.common import run

COMMANDS: Mapping[str, str] = {
    "demo": "demo:demo",
    "init": "init:init",
    "serve": "serve:serve",
    "worker": "worker:worker",
    "check": "check:check",
    "solution": "solution:solution",
    "plan": "configuration:plan",
    "apply": "configuration:apply",
    "undo": "configuration:undo",
    "user": "user:user",
    "token": "token:token",
    "import": "importing:import_file",
    "bench": "bench:bench",
}
"""Each command, and where it stands in this package."""


class Kubik(click.Group):
    """A group that imports a command when it is called or described."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(f"core.cli.{module}"), name)
        return command


@click.group(cls=Kubik, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="kubik", prog_name="kubik", message="%(prog)s %(version)s")
def cli() -> None:
    """Kubik: definitions in, a running system out. See docs/administrators/commands.md."""


def main() -> None:
    """Run the command line; exit 0 when done, 1 with one line on stderr when refused, 2 on a wrong call."""
    run(cli)
