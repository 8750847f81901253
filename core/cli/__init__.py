"""The command ``kubik``: one small file a command, read only when it is asked for."""

from __future__ import annotations

import importlib
import importlib.metadata
import tomllib
from collections.abc import Mapping
from pathlib import Path

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


def version() -> str:
    """The version of the installed package, or of the checkout."""
    try:
        return importlib.metadata.version("kubik")
    except importlib.metadata.PackageNotFoundError:
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
        return str(project["project"]["version"])


def print_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the version and end."""
    if asked and not context.resilient_parsing:
        click.echo(f"kubik {version()}")
        context.exit()


@click.group(cls=Kubik, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Kubik: definitions in, a running system out. See docs/administrators/commands.md."""


def main() -> None:
    """Run the command line; exit 0 when done, 1 with one line on stderr when refused, 2 on a wrong call."""
    run(cli)
