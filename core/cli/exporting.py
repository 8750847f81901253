"""``kubik export``: records into a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from core.access.actor import system_actor
from core.cli.common import opened, say, words
from core.cli.importing import progress
from core.query.exporting import Manner, begin_export, exporter_named
from core.query.exporting.known import exporters
from core.query.query import Query
from metamodel.messages import message


@click.command("export", short_help="Export records to a CSV, XLSX or JSON file.")
@click.argument("entity")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--filter", "condition", metavar="EXPR", help="Only the records of this expression.")
@click.option("--search", metavar="TEXT", help="Only the records that hold this text.")
@click.option("--sort", metavar="FIELDS", help="The order: names of fields, - before a descending one.")
@click.option("--fields", metavar="FIELDS", help="Names of fields and paths, all fields when left out.")
@click.option("--labels", is_flag=True, help="Head columns with labels rather than names.")
def export_file(
    entity: str, file: Path, condition: str | None, search: str | None, sort: str | None, fields: str | None,
    labels: bool,
) -> None:  # fmt: skip
    """Export the records of ENTITY to FILE: .csv, .xlsx or .json by its ending. What is exported imports again."""
    format = exporter_named(exporters(), file.suffix.removeprefix(".").lower())
    language = words().language
    part = file.with_name(f"{file.name}.part")
    with opened() as workspace, workspace.read() as tx:
        manner = Manner(language=language, zone=workspace.zone.key, labels=labels, mark=labels)
        query = Query(
            entity=entity, filter=condition, search=search, sort=_names(sort) or (), fields=_names(fields)
        )
        actor = replace(system_actor(), language=language)
        export = begin_export(tx, actor, query, strict=True)
        try:
            with part.open("wb") as target, progress() as bar:
                format.write(export, target, manner, bar.update_to)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    say(message("Written: {file}, records: {count}", file=str(file), count=export.written))


def _names(written: str | None) -> tuple[str, ...] | None:
    return None if written is None else tuple(name.strip() for name in written.split(",") if name.strip())
