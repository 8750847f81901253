"""``kubik init``: a new installation with its solutions and its first administrator."""

from __future__ import annotations

import os
from pathlib import Path

import click

from core.cli.common import say, settings
from core.cli.installation import is_whole, make
from core.cli.people import checked, new_password
from core.errors import KubikError
from core.settings import read_env_file
from metamodel.messages import message

PASSWORD = "KUBIK_ADMIN_PASSWORD"


@click.command(short_help="Make a new installation.")
@click.option(
    "--solution", "solutions", multiple=True, metavar="NAME-or-PATH", help="Install this; may be repeated."
)
@click.option("--demo", is_flag=True, help="With the demonstration records of the solutions.")
@click.option(
    "--admin", default="admin", show_default=True, metavar="LOGIN", help="Login of the administrator."
)
def init(solutions: tuple[str, ...], demo: bool, admin: str) -> None:
    """Make a new installation: database, secret key, solutions, first administrator.

    The administrator's password is taken from KUBIK_ADMIN_PASSWORD; otherwise one is made and printed once.
    """
    given = settings()
    if is_whole(given):
        raise KubikError("KBK6002", message("There is an installation already."))
    asked = os.environ.get(PASSWORD) or read_env_file(Path.cwd() / ".env").get(PASSWORD)
    password = checked(asked) if asked else new_password()
    make(given, solutions, admin, password, demo=demo).close()
    say(message("The installation is in {folder}.", folder=str(given.home)))
    say(message("Administrator: {login}", login=admin))
    if not asked:
        say(message("The password, shown this once: {password}", password=password))
