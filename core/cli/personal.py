"""``kubik personal``: an extract of what is kept of somebody, erasure with an act, who saw it."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import click

from core.access.actor import Actor, system_actor
from core.access.login import load_actor
from core.cli.common import opened, say
from core.cli.people import user_id
from core.errors import KubikError
from core.jobs.running import JobLost, Run, take
from core.query.extract import content_of
from core.query.extract import extract as extracted
from core.query.sighted import sightings
from core.records.erasing import begin_erasure, run_erasure
from core.storage.workspace import Transaction, Workspace
from core.web.wire import encode
from metamodel.messages import message


@click.group(short_help="Personal data: extract, erase, who saw it.")
def personal() -> None:
    """Personal data: an extract of it, its erasure, who saw it."""


as_option = click.option("--as", "login", required=True, help="The login of the administrator who does it.")


@personal.command(short_help="Erase the personal data of a record.")
@click.argument("entity")
@click.argument("record", type=click.IntRange(min=1))
@click.option(
    "--ground", required=True, help="Why: a request of the person, the end of a term. It stands in the act."
)
@click.option("--files", is_flag=True, help="Erase files attached to the record, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_option
def erase(entity: str, record: int, ground: str, files: bool, yes: bool, login: str) -> None:
    """Erase what is marked as personal in the record RECORD of ENTITY: it cannot be taken back. An act is written."""
    if not yes:
        click.confirm(f"{entity} {record}?", abort=True)
    with opened() as workspace:
        job = workspace.write(
            lambda tx: begin_erasure(tx, _doer(tx, login), entity, record, ground, attached=files)
        ).job
        act = _run(workspace, job)
    say(message("Erased; the act is record {act} of erasure.", act=act))


@personal.command(short_help="Write everything about a record into a file.")
@click.argument("entity")
@click.argument("record", type=click.IntRange(min=1))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def extract(entity: str, record: int, file: Path) -> None:
    """Write the record RECORD of ENTITY and everything that leads to it into FILE, as JSON. The browser gives files, too."""
    with opened() as workspace, workspace.read() as tx:
        file.write_bytes(encode(content_of(extracted(tx, system_actor(), entity, record))))
    say(message("Written: {file}", file=str(file)))


@personal.command("seen", short_help="Who saw the personal data of a record.")
@click.argument("entity")
@click.argument("record", type=click.IntRange(min=1))
def seen(entity: str, record: int) -> None:
    """List who saw personal data of the record RECORD of ENTITY: when, who, how, which fields."""
    with opened() as workspace, workspace.read() as tx:
        cursor = None
        while True:
            page = sightings(tx, system_actor(), entity=entity, record=record, cursor=cursor, limit=500)
            for each in page.items:
                who = each.by.title if each.by is not None else "-"
                fields = ",".join(field.name for field in each.fields)
                click.echo("\t".join((each.at.astimezone(UTC).isoformat(), who, each.way, fields)))
            cursor = page.next
            if cursor is None:
                return


def _doer(tx: Transaction, login: str) -> Actor:
    return load_actor(tx, user_id(tx, login))


def _run(workspace: Workspace, job: int) -> int:
    """Do the job here and now; the id of the act."""
    try:
        taken = workspace.write(lambda tx: take(tx, job, "kubik personal"))
    except JobLost:
        raise KubikError("KBK5003", message("another worker does it")) from None
    run = Run(workspace, taken, "kubik personal")
    result = run_erasure(run)
    run.finish("done", result=result)
    return int(result["act"])
