"""``kubik demo``: the example ``crm`` with demonstration records, made when it is not there, and served."""

from __future__ import annotations

import click

from core import query
from core.access.actor import system_actor
from core.access.login import has_password, hash_password, set_password
from core.cli.common import say, settings
from core.cli.init import make_installation
from core.cli.serve import check_free, run_server
from core.errors import KubikError
from core.query.query import Query
from core.settings import Settings
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message

ADMIN = "admin"
WORDS = "kubik-demo"
"""The password of everybody in the demonstration, which listens to this machine alone."""


@click.command(short_help="The demonstration system.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def demo(port: int) -> None:
    """Make the demonstration system in KUBIK_HOME if there is none, and serve it to this machine."""
    given = settings()
    check_free("127.0.0.1", port)
    if not is_there(given):
        say(message("The demonstration system is being made in {folder} …", folder=str(given.home)), to_stderr=True)
        make_installation(given, ("crm",), ADMIN, WORDS, demo=True)
        give_passwords(given)
    introduce(given)
    run_server(given, "127.0.0.1", port, 1, log_level="warning")


def is_there(given: Settings) -> bool:
    """Whether an installation was made whole; half of one is made again from what is there."""
    try:
        workspace = Workspace.open(given)
    except KubikError as error:
        if error.code != "KBK6002":
            raise
        return False
    try:
        with workspace.read() as tx:
            return bool(tx.model.version) and bool(query.count(tx, system_actor(), Query(entity="user")))
    finally:
        workspace.close()


def give_passwords(given: Settings) -> None:
    """Let every demonstration user sign in with the same words."""
    workspace, hashed = Workspace.open(given), hash_password(WORDS)

    def action(tx: Transaction) -> None:
        for user in people(tx):
            if not has_password(tx, user["id"]):
                set_password(tx, user["id"], hashed)

    try:
        workspace.write(action)
    finally:
        workspace.close()


def people(tx: Transaction) -> list[dict[str, object]]:
    """The users with their roles."""
    asked = Query(entity="user", fields=("login", "name", "roles"), filter="active", sort=("id",), limit=100)
    found: list[dict[str, object]] = query.read(tx, system_actor(), asked).items
    return found


def introduce(given: Settings) -> None:
    """Say who may sign in, with which words."""
    workspace = Workspace.open(given)
    try:
        with workspace.read() as tx:
            found = people(tx)
    finally:
        workspace.close()
    say(message("Sign in with one of these logins, the password is {password}:", password=WORDS))
    for user in found:
        roles = ", ".join(str(row["role"].title) for row in user.get("roles") or ())  # type: ignore[attr-defined]
        click.echo(f"  {user['login']:<16} {roles:<28} {user['name']}")
