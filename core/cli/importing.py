"""``kubik import``: records from a file."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from core.access.actor import system_actor
from core.cli.common import opened, say, words
from core.errors import KubikError
from core.records.importing import Options, Report, run_import
from core.records.importing.recipe import Recipe, read_recipe
from core.records.takeback import Scope, foresee, run_take_back
from metamodel.messages import message

ERRORS_SHOWN = 20


@click.command("import", short_help="Import records from a file.")
@click.argument("entity")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file: {column: field or null}, or a whole recipe.",
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
    """Import FILE (CSV, XLSX, XLS, ODS, vCard or JSON with a header of field names or labels) into ENTITY.

    Encoding, delimiter, decimal comma and the rows of titles are found by the program.

    Refused lines are named with their reasons; the others are written. Exit status 1 when lines were refused.
    """
    written = read_mapping(mapping) if mapping else {}
    options = Options(mode=mode, key=key, language=words().language, dry_run=dry_run)
    recipe = None
    if "targets" in written:
        recipe = read_recipe(written)
        recipe = replace(
            recipe, dry_run=dry_run or recipe.dry_run, language=recipe.language or words().language
        )
        must_be_of(entity, recipe)
    else:
        options = replace(options, mapping=fields_of(mapping, written))
    with opened() as workspace, progress() as bar:
        try:
            report = run_import(
                workspace, system_actor(), entity, file, options, bar.update_to, name=file.name, recipe=recipe,
                errors=errors,
            )  # fmt: skip
        except KeyboardInterrupt:
            if bar.begun and not (dry_run or recipe is not None and recipe.dry_run):
                told = message(
                    "Broken off: what was written stays. The same command goes on from there; a running server does so by itself in a minute."
                )
                say(told, to_stderr=True)
            raise
    show(report)
    if report.refused:
        context.exit(1)


def must_be_of(entity: str, recipe: Recipe) -> None:
    """The recipe's main entity is the one that was named."""
    if recipe.main.entity != entity:
        raise KubikError(
            "KBK5002",
            message("the recipe is of “{other}”, not of “{entity}”", other=recipe.main.entity, entity=entity),
        )


def read_mapping(path: Path) -> dict[str, Any]:
    """A recipe, or columns to fields, of a JSON file."""
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise KubikError(
            "KBK2001", message("{file} is not JSON: {why}", file=str(path), why=str(error))
        ) from error
    if not isinstance(found, dict):
        raise KubikError(
            "KBK2001", message("{file} must be an object of columns and names of fields", file=str(path))
        )
    return found


def fields_of(path: Path | None, written: dict[str, Any]) -> dict[str, str | None]:
    """Columns to fields."""
    if not all(v is None or isinstance(v, str) for v in written.values()):
        raise KubikError(
            "KBK2001", message("{file} must be an object of columns and names of fields", file=str(path))
        )
    return written


@click.command("take-back", short_help="Take an import back.")
@click.argument("job", type=int)
@click.option("--all", "everything", is_flag=True, help="Also what people changed since.")
def take_back(job: int, everything: bool) -> None:
    """Bring back what was before the import JOB (its number was printed at its end), updates included.

    Records that people changed since stay as they are, unless all is asked for.
    """
    with opened() as workspace:
        with workspace.read() as tx:
            found = foresee(tx, system_actor(), job)
        if found.since_count:
            say(message("Records that were changed since: {count}", count=found.since_count), to_stderr=True)
        with progress() as bar:
            scope: Scope = "all" if everything else "untouched"
            done = run_take_back(workspace, system_actor(), job, scope, bar.of_any)
    for left in done.left[:ERRORS_SHOWN]:
        place = message("{entity} {id}: {why}", entity=left.entity, id=left.id, why=left.why)
        say(place, to_stderr=True)
    say(
        message(
            "as before: {returned}, removed: {removed}, in the bin: {binned}, left as they are: {left}",
            returned=done.returned, removed=done.removed, binned=done.binned, left=done.left_count,
        )
    )  # fmt: skip


class Bar:
    """A progress bar on stderr; in a pipe or a log it says nothing."""

    begun = False

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
        self.begun = True
        if not self._shown:
            return
        if self._bar is None:
            self._bar = click.progressbar(length=total, file=sys.stderr, show_pos=True)
        self._bar.update(done - self._bar.pos)

    def of_any(self, done: int, total: int | None) -> None:
        """The same where the total may be unknown."""
        if total:
            self.update_to(min(done, total), total)


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
    more = report.refused - len({(e.sheet, e.line) for e in report.errors[:ERRORS_SHOWN]})
    if more > 0:
        say(message("… and {count} more", count=more), to_stderr=True)
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
    if len(report.made) > 1:
        for called, (created, updated, found) in report.made.items():
            say(message(
                "{target}: created {created}, updated {updated}, found {found}", target=called, created=created,
                updated=updated, found=found,
            ))  # fmt: skip
    if report.job:
        say(message("To take it back: {command}", command=f"kubik take-back {report.job}"))
