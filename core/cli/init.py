"""``kubik init``: a new installation with its solutions and its first administrator."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from core.cli.common import say, settings
from core.cli.people import add_user, new_password
from core.cli.solutions import install_all
from core.errors import KubikError
from core.settings import Settings
from core.storage.workspace import Workspace
from metamodel.messages import message

ADMINISTRATOR = "administrator"


@click.command(short_help="Make a new installation.")
@click.option("--solution", "solutions", multiple=True, metavar="NAME-or-PATH", help="Install this solution; may be repeated.")
@click.option("--demo", is_flag=True, help="With the demonstration records of the solutions.")
@click.option("--admin", default="admin", show_default=True, metavar="LOGIN", help="Login of the first administrator.")
def init(solutions: tuple[str, ...], demo: bool, admin: str) -> None:
    """Make a new installation: database, secret key, solutions, first administrator.

    The administrator's password is taken from KUBIK_ADMIN_PASSWORD; otherwise one is made and printed once.
    """
    given = settings()
    password = os.environ.get("KUBIK_ADMIN_PASSWORD") or new_password()
    make_installation(given, solutions, admin, password, demo=demo)
    say(message("The installation is in {folder}.", folder=str(given.home)))
    say(message("Administrator: {login}", login=admin))
    if not os.environ.get("KUBIK_ADMIN_PASSWORD"):
        say(message("The password, shown this once: {password}", password=password))


def make_installation(given: Settings, solutions: Sequence[str], admin: str, password: str, *, demo: bool) -> None:
    """A whole new installation; one that is there is refused (KBK6002)."""
    workspace = Workspace.create(given)
    try:
        with workspace.read() as tx:
            if tx.model.version:
                raise KubikError("KBK6002", message("There is an installation already."))
        install_all(workspace, solutions, demo=demo)
        workspace.write(lambda tx: add_user(tx, admin, admin, (ADMINISTRATOR,), password))
    finally:
        workspace.close()


def examples() -> Path:
    """The solutions that come with the source code."""
    return Path(__file__).parents[2] / "examples"
