"""``kubik solution``: packages of definitions."""

from __future__ import annotations

from pathlib import Path

import click

from core.access.actor import system_actor
from core.cli.common import opened, say, words
from core.cli.plans import accepting, identifiers, show_plan
from core.solutions import data, packages
from core.solutions.apply import apply
from core.solutions.source import read_solution
from core.solutions.start import find_solution
from metamodel.messages import message

SHOWN = 20
"""Records that stay and are named."""


@click.group(short_help="Solutions: packages of definitions.")
def solution() -> None:
    """Solutions: packages of definitions, as folders or zips of text files."""


@solution.command(short_help="Install or update a solution.")
@click.argument("path")
@click.option("--demo", is_flag=True, help="With its demonstration records.")
@accepting
def install(path: str, demo: bool, accept: str, accept_loss: bool) -> None:
    """Install the solution at PATH, or update it."""
    source = read_solution(find_solution(path))
    with opened() as workspace:
        version = packages.install(
            workspace, system_actor(), source, demo=demo, accept=identifiers(accept), accept_loss=accept_loss
        )
    say(message("Solution {name} is installed.", name=source.name))
    say(message("Version {version} of the configuration is in force.", version=version))


@solution.command(short_help="Write a solution as text files.")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path))
def export(name: str, path: Path) -> None:
    """Write the installed solution NAME into the folder PATH, or into a zip when it ends with .zip."""
    with opened() as workspace:
        packages.export_solution(workspace, system_actor(), name, path)
    say(message("Solution {name} is written to {path}.", name=name, path=str(path)))


@solution.command("list", short_help="List installed solutions.")
def list_installed() -> None:
    """List installed solutions: name, version, number of entities, label."""
    with opened() as workspace:
        found = packages.list_solutions(workspace, system_actor())
    for each in found:
        click.echo("\t".join((each.name, each.version, str(each.entities), words().render(each.label))))


@solution.command("remove-demo", short_help="Take the demonstration records away.")
def remove_demo() -> None:
    """Put the demonstration records of all solutions into the bin; those that other records lead to stay, and are named."""
    with opened() as workspace:
        count, staying = data.remove_demo(workspace)
    for entity, record in staying[:SHOWN]:
        label = words().render(entity.label) or entity.name
        say(
            message("{entity} {id} stays: other records lead to it.", entity=label, id=record), to_stderr=True
        )
    say(message("Demonstration records in the bin: {count}, left: {left}", count=count, left=len(staying)))


@solution.command(short_help="Switch a part of a solution on or off.")
@click.argument("name")
@click.argument("part")
@click.argument("state", type=click.Choice(["on", "off"]))
@accepting
def part(name: str, part: str, state: str, accept: str, accept_loss: bool) -> None:
    """Switch the PART of the solution NAME: off, it leaves menus, forms, cards and buttons; its data stays.

    It is a change of the configuration like any other: `kubik undo` takes it back.
    """
    with opened() as workspace:
        plan = packages.plan_part(workspace, system_actor(), name, part, state == "on")
        show_plan(plan)
        version = apply(
            workspace, system_actor(), plan.id, accept=identifiers(accept), accept_loss=accept_loss
        )
    say(message("Version {version} of the configuration is in force.", version=version))


@solution.command(short_help="Remove a solution.")
@click.argument("name")
@accepting
def remove(name: str, accept: str, accept_loss: bool) -> None:
    """Remove the solution NAME with its definitions; its records are a loss that must be accepted."""
    with opened() as workspace:
        packages.remove(workspace, system_actor(), name, accept=identifiers(accept), accept_loss=accept_loss)
    say(message("Solution {name} is removed.", name=name))
