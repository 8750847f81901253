"""Plans as commands print them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from core.cli.common import words
from core.solutions.plans import Plan, PlannedChange
from metamodel.messages import Message, message


def accepting(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that accept losses."""
    command = click.option("--accept-loss", is_flag=True, help="Accept every loss of data.")(command)
    return click.option("--accept", default="", metavar="ID,…", help="Accept the losses with these ids.")(
        command
    )


def mapping(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that gives values of choices that go away to others."""
    return click.option(
        "--map", "mapped", multiple=True, metavar="ENTITY.FIELD.OLD=NEW", callback=_read_map,
        help="Give the values of a choice or stage that goes away to another one; may be given several times.",
    )(command)  # fmt: skip


def _read_map(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for text in given:
        place, equals, new = text.partition("=")
        field, _, old = place.strip().rpartition(".")
        if not equals or "." not in field or not old or not new.strip():
            words_ = message("“{text}” is not of the form ENTITY.FIELD.OLD=NEW", text=text)
            raise click.BadParameter(words().render(words_), context, option)
        found.setdefault(field, {})[old] = new.strip()
    return found


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
            examples = f" ({', '.join(change.loss.examples)})" if change.loss.examples else ""
            click.echo(f"    {spoken.render(lost)}{examples}")
        if change.forbids is not None:
            click.echo(f"    ! {spoken.render(change.forbids)}")
        for use in change.breaks:
            click.echo(f"    {use.kind} {use.target} {use.pointer}: {spoken.render(use.remedy)}")
    for advice in ways_out(plan):
        click.echo(spoken.render(advice))


def ways_out(plan: Plan) -> Iterator[Message]:
    """What to do about a plan that loses values or that the records forbid."""
    if any(change.forbids is not None for change in plan.changes):
        yield message("What is marked with ! must be mended in the records first.")
    if plan.losses:
        ids = ",".join(loss.id for loss in plan.losses)
        yield message(
            "To apply it, accept what is lost: --accept {ids} (or all of it: --accept-loss).", ids=ids
        )
    gone = next(
        (c.target for c in plan.changes if c.kind in ("choice", "stage") and c.loss is not None), None
    )
    if gone is not None:
        yield message(
            "Or give the values of a choice that goes away to another one: --map {place}=NAME", place=gone
        )


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
