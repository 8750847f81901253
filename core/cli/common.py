"""What commands share: settings, the workspace, words of the terminal's language, refusals in one line."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from core.errors import KubikError, refused
from core.i18n import Texts, texts
from core.settings import Settings, read_settings
from metamodel.errors import Problem, ProblemsFound
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from core.storage.workspace import Workspace

PROBLEMS_SHOWN = 20


def words() -> Texts:
    """The language of the terminal: Russian when the locale says so, otherwise English."""
    locale = next((v for v in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if v), "")
    return texts("ru" if locale.startswith("ru") else "en")


def say(text: Message, *, to_stderr: bool = False) -> None:
    """Print a line for people."""
    click.echo(words().render(text), err=to_stderr)


def fail(error: KubikError) -> NoReturn:
    """Tell a refusal; exit status 1."""
    tell(error)
    sys.exit(1)


def tell(error: KubikError) -> None:
    """One line that says why, and a line for each place at fault."""
    spoken = words()
    detail = spoken.render(error.detail)
    click.echo(f"kubik: {error.code}: {detail}", err=True)
    for place in error.errors[:PROBLEMS_SHOWN]:
        if place.file is None and spoken.render(place.message) == detail:
            continue  # said already, and a pointer into what was never typed helps nobody
        click.echo(f"  {where(place)}{spoken.render(place.message)}{line(place, spoken)}", err=True)
    if error.code == "KBK1101":
        losses = ",".join(error.extra.get("losses", ()))
        how = message(
            "To apply it, accept what is lost: --accept {ids} (or all of it: --accept-loss).", ids=losses
        )
        click.echo(f"  {spoken.render(how)}", err=True)
    if len(error.errors) > PROBLEMS_SHOWN:
        more = message("… and {count} more", count=len(error.errors) - PROBLEMS_SHOWN)
        click.echo(f"  {spoken.render(more)}", err=True)


def where(place: Problem) -> str:
    """File and path of a fault, with a colon."""
    said = (
        "" if place.pointer.startswith("/accept/") else _in_words(place.pointer)
    )  # its words begin with the id
    parts = [part for part in (place.file, said) if part]
    return f"{': '.join(parts)}: " if parts else ""


def _in_words(place: str) -> str:
    """A line and column in the terminal's language; any other place as it is."""
    found = re.fullmatch("line ([0-9]+), column ([0-9]+)", place)
    if found is None:
        return place
    return words().render(message("line {line}, column {column}", line=found[1], column=found[2]))


def line(place: Problem, spoken: Texts) -> str:
    """The line of a fault behind its words, where it is known: ``fields[12].to`` is hard to count."""
    return "" if place.line is None else f" ({spoken.render(message('line {line}', line=str(place.line)))})"


def run(command: click.Command) -> NoReturn:
    """Run the command line: what is refused becomes one line, never a traceback."""
    try:
        sys.exit(command.main(prog_name="kubik", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        sys.exit(130)
    except ProblemsFound as error:
        fail(refused(error))
    except KubikError as error:
        fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        click.echo(f"kubik: {error}", err=True)
        sys.exit(1)


def settings() -> Settings:
    """The settings of the environment and the `.env` file."""
    return read_settings()


@contextmanager
def opened(given: Settings | None = None) -> Iterator[Workspace]:
    """The workspace of the settings, closed at the end, with the system's solution of this Kubik; KBK6002 when there
    is none. Where that solution is refused, stderr says why, and what was there goes on serving.
    """
    from core.solutions.start import bring_system
    from core.storage.workspace import Workspace

    workspace = Workspace.open(given or settings())
    try:
        try:
            if bring_system(workspace):
                say(message("The system's own definitions are those of this Kubik now."), to_stderr=True)
        except KubikError as error:
            if (
                error.code != "KBK6004"
            ):  # without a plugin nothing is read: whoever needs the configuration says so
                say(message("The system's own definitions stay those of an earlier Kubik:"), to_stderr=True)
                tell(error)
        yield workspace
    finally:
        workspace.close()
