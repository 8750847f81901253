"""``kubik check``: is this installation sound?"""

from __future__ import annotations

from itertools import chain

import click

from core.access.actor import system_actor
from core.cli.common import opened, say, settings, words
from core.documents.keeping.checking import check_documents
from core.records.indexing.checking import check_search
from core.records.sweeping import check_contents
from core.solutions.access_tests import check_tests
from core.solutions.sweep import purge_unreferenced, unreferenced
from core.solutions.template_faults import check_templates
from core.storage.check import check_storage
from metamodel.messages import message


@click.command(short_help="Is the installation sound?")
@click.option("--whole", is_flag=True, help="Look at every row, however long it takes.")
@click.option(
    "--purge",
    is_flag=True,
    help="Drop for ever what no definition names any more; undo cannot bring it back.",
)
@click.pass_context
def check(context: click.Context, whole: bool, purge: bool) -> None:
    """Look for faults: settings, database against model, rows against each other. Exit status 1 when there are any."""
    count = 0
    with opened(settings()) as workspace:
        for fault in chain(
            check_storage(workspace, whole=whole),
            check_contents(workspace, whole=whole),
            check_documents(workspace, whole=whole),
            check_templates(workspace),
            check_search(workspace, whole=whole),
            check_tests(workspace),
        ):
            count += 1
            click.echo(words().render(fault))
        if count == 0:
            left = purge_unreferenced(workspace, system_actor()) if purge else unreferenced(workspace)
            if left and purge:
                say(message("Columns and tables dropped for ever: {count}", count=len(left)))
            elif left:
                say(message("Columns and tables kept for undo alone: {count}", count=len(left)))
    if count:
        say(message("{count} faults", count=count), to_stderr=True)
        context.exit(1)
    say(message("The installation is sound."))
