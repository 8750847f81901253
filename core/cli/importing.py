"""``kubik import``: records from a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from core.access.actor import system_actor
from core.cli.common import opened, say, words
from core.errors import KubikError
from core.records.importing import Options, Report, errors_file, read_table, run_import
from core.records.importing.reading import decode
from metamodel.messages import message

ERRORS_SHOWN = 20


@click.command("import", short_help="Import records from a CSV file.")
@click.argument("entity")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file: {column: field or null}.",
)
@click.option(
    "--mode", type=click.Choice(["create", "update", "upsert"]), default="create", show_default=True
)
@click.option("--key", metavar="FIELD", help="The unique field that finds records for update and upsert.")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused lines to this file."
)
@click.pass_context
def import_file(
    context: click.Context,
    entity: str,
    file: Path,
    mapping: Path | None,
    mode: Any,
    key: str | None,
    dry_run: bool,
    errors: Path | None,
) -> None:
    """Import the CSV file FILE (UTF-8, a header of field names or labels) into ENTITY.

    Refused lines are named with their reasons; the others are written. Exit status 1 when lines were refused.
    """
    options = Options(
        mode=mode,
        key=key,
        mapping=read_mapping(mapping) if mapping else {},
        language=words().language,
        dry_run=dry_run,
    )
    with opened() as workspace, progress() as bar:
        report = run_import(workspace, system_actor(), entity, file.read_bytes(), options, bar.update_to)
    show(report)
    if errors is not None and report.errors:
        table = read_table(decode(file.read_bytes()), options.delimiter)
        reason = words().phrase("Reason")
        errors.write_text(errors_file(table, report.errors, words().render, reason), "utf-8-sig")
    if report.refused:
        context.exit(1)


def read_mapping(path: Path) -> dict[str, str | None]:
    """Columns to fields of a JSON file."""
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise KubikError(
            "KBK2001", message("{file} is not JSON: {why}", file=str(path), why=str(error))
        ) from error
    if not isinstance(found, dict) or not all(v is None or isinstance(v, str) for v in found.values()):
        why = message("{file} must be an object of columns and names of fields", file=str(path))
        raise KubikError("KBK2001", why)
    return found


class Bar:
    """A progress bar on stderr; in a pipe or a log it says nothing."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._bar: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def update_to(self, done: int, total: int) -> None:
        """So much of so much is done."""
        if not self._shown:
            return
        if self._bar is None:
            self._bar = click.progressbar(length=total, file=sys.stderr, show_pos=True)
        self._bar.update(done - self._bar.pos)


def progress() -> Bar:
    """A progress bar that begins with the first news."""
    return Bar()


def show(report: Report) -> None:
    """What the import did, in numbers that add up to the file; then the refused lines."""
    spoken = words()
    for column, why in report.passed_over:
        reason = why if isinstance(why, str) else spoken.render(why)
        say(message("column {column} is passed over: {why}", column=column, why=reason), to_stderr=True)
    for error in report.errors[:ERRORS_SHOWN]:
        reason = error.message if isinstance(error.message, str) else spoken.render(error.message)
        place = message(
            "line {line}, {column}: {why}", line=error.line, column=error.column or "—", why=reason
        )
        say(place, to_stderr=True)
    if len(report.errors) > ERRORS_SHOWN:
        say(message("… and {count} more", count=len(report.errors) - ERRORS_SHOWN), to_stderr=True)
    if report.dry_run:
        say(message("Dry run: nothing was written."))
    say(
        message(
            "{total} rows: created {created}, updated {updated}, unchanged {skipped}, refused {refused}",
            total=report.total,
            created=report.created,
            updated=report.updated,
            skipped=report.skipped,
            refused=report.refused,
        )
    )
