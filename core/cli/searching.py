"""``kubik search``: the search index made anew."""

from __future__ import annotations

import click

from core.cli.common import opened, say
from core.cli.importing import progress
from core.errors import KubikError
from core.records.indexing.job import rebuild, run_index
from metamodel.messages import message


@click.group(short_help="The search index: make it anew.")
def search() -> None:
    """The search index, which every write keeps by itself."""


@search.command("rebuild", short_help="Make the search index anew.")
@click.argument("entities", nargs=-1, metavar="[ENTITY]...")
def rebuild_index(entities: tuple[str, ...]) -> None:
    """Make the search index of these entities, or of all, anew.

    The installation may be used meanwhile: texts are looked through until the index is there. Cut short, the work is
    gone on with by `kubik serve` or `kubik worker`.
    """
    with opened() as workspace, progress() as bar:
        with workspace.read() as tx:
            unknown = next((name for name in entities if name not in tx.model.entities), None)
            if unknown is not None:
                raise KubikError("KBK2006", message("there is no entity “{name}”", name=unknown))
            uids = tuple(tx.model.entities[name].uid for name in entities)
        rebuild(workspace, uids)
        outcome = run_index(workspace, lambda done, total: bar.update_to(done, total or done))
    if outcome.result.get("slow"):
        say(outcome.result["slow"], to_stderr=True)
    say(message("The search index is made, entities: {count}", count=len(outcome.result["entities"])))
