"""``kubik check``: is this installation sound?"""

from __future__ import annotations

import click

from core.cli.common import opened, say, settings, words
from core.storage.check import check_storage
from metamodel.messages import message


@click.command(short_help="Is the installation sound?")
@click.option("--whole", is_flag=True, help="Look at every row, however long it takes.")
@click.pass_context
def check(context: click.Context, whole: bool) -> None:
    """Look for faults: settings, database against model, rows against each other. Exit status 1 when there are any."""
    count = 0
    with opened(settings()) as workspace:
        for fault in check_storage(workspace, whole=whole):
            count += 1
            click.echo(words().render(fault))
    if count:
        say(message("{count} faults", count=count), to_stderr=True)
        context.exit(1)
    say(message("The installation is sound."))
