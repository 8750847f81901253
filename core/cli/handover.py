"""Handing over from the command line: the same job as in the browser, done at once by the system itself."""

from __future__ import annotations

from collections.abc import Sequence

import click

from core.access.actor import system_actor
from core.cli.common import opened, say, words
from core.cli.people import user_id
from core.records.handover import Order, Report, run_handover
from core.storage.workspace import Workspace
from metamodel.messages import message

SHOWN = 20
"""Records that stayed and are named."""


def hand_over(workspace: Workspace, login: str, to: Sequence[str], *, closing: bool = False) -> Report:
    """Put the people ``to`` in the place of ``login`` in every link of a live record, several in turn."""
    with workspace.read() as tx:
        order = Order(
            person=user_id(tx, login), to=tuple(user_id(tx, heir) for heir in to), closing=closing,
            language=words().language,
        )  # fmt: skip
    return run_handover(workspace, system_actor(), order)


@click.command(short_help="Hand everything of a person over to another.")
@click.argument("login")
@click.argument("to", nargs=-1, required=True)
@click.option("--disable", is_flag=True, help="LOGIN signs in no more; sessions and tokens end at once.")
def handover(login: str, to: tuple[str, ...], disable: bool) -> None:
    """Put the person TO in the place of LOGIN wherever a record names them, such as an owner; several in turn."""
    with opened() as workspace:
        report = hand_over(workspace, login, to, closing=disable)
    for left in report.left[:SHOWN]:
        click.echo(f"  {left.entity} {left.id}: {left.why}", err=True)
    if report.left_count:
        say(message("These stayed: {count}", count=report.left_count), to_stderr=True)
    say(message("Handed over: {count}", count=report.handed))
