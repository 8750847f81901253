"""Plans as commands print them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from core.cli.common import words
from core.solutions.plans import Plan, PlannedChange
from metamodel.messages import message


def accepting(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that accept losses."""
    command = click.option("--accept-loss", is_flag=True, help="Accept every loss of data.")(command)
    return click.option("--accept", default="", metavar="ID,…", help="Accept the losses with these ids.")(
        command
    )


def identifiers(text: str) -> tuple[str, ...]:
    """The ids of a list parted by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def show_plan(plan: Plan) -> None:
    """Print a plan, what is lost first."""
    spoken = words()
    if not plan.changes:
        click.echo(spoken.render(message("Nothing would change.")))
    for change in sorted(plan.changes, key=lambda c: c.loss is None):
        click.echo(spoken.render(line(change)))
        if change.loss is not None:
            lost = message("loss {id}: {count} values are lost", id=change.loss.id, count=change.loss.values)
            click.echo(f"    {spoken.render(lost)} ({', '.join(change.loss.examples)})")
        if change.forbids is not None:
            click.echo(f"    ! {spoken.render(change.forbids)}")
        for use in change.breaks:
            click.echo(f"    {use.kind} {use.target} {use.pointer}: {spoken.render(use.remedy)}")


def line(change: PlannedChange) -> Any:
    """The change in one line."""
    if change.rows is None:
        return message(
            "{kind} {target}: {effect}", kind=change.kind, target=change.target, effect=change.effect
        )
    return message(
        "{kind} {target}: {effect} (records: {count})",
        kind=change.kind,
        target=change.target,
        effect=change.effect,
        count=change.rows,
    )
