"""The command ``kubik``: one small file a command, read only when it is asked for."""

from __future__ import annotations

import importlib
import importlib.metadata
import tomllib
from collections.abc import Mapping
from pathlib import Path

import click

from core.cli.common import run, words
from core.cli.spoken import speak

COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo:demo", "The demonstration system."),
    "init": ("init:init", "Make a new installation."),
    "serve": ("serve:serve", "Serve the installation."),
    "worker": ("worker:worker", "Run background jobs apart from the server."),
    "check": ("check:check", "Is the installation sound?"),
    "solution": ("solution:solution", "Solutions: packages of definitions."),
    "plan": ("configuration:plan", "What a changed solution or model would do."),
    "apply": ("configuration:apply", "Carry a changed solution or model out."),
    "undo": ("configuration:undo", "Take the last change of configuration back."),
    "user": ("user:user", "People who may sign in."),
    "token": ("token:token", "API tokens: keys of programs."),
    "personal": ("personal:personal", "Personal data: extract, erase, who saw it."),
    "import": ("importing:import_file", "Import records from a file."),
    "take-back": ("importing:take_back", "Take an import back."),
    "export": ("exporting:export_file", "Export records to a CSV, XLSX or JSON file."),
    "search": ("searching:search", "The search index: make it anew."),
    "bench": ("bench:bench", "Run the benchmarks."),
}
"""Each command: where it stands in this package, and what it is for."""


class Kubik(click.Group):
    """A group that imports a command when it is called or described."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(f"core.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands; none of them is imported for it."""
        with formatter.section(words().gettext("Commands")):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


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
    speak()
    run(cli)
