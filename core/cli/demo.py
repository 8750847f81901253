"""``kubik demo``: the example ``crm`` with demonstration records, made when it is not there, and served."""

from __future__ import annotations

from typing import Any

import click

from core import query
from core.access.actor import system_actor
from core.access.login import has_password, hash_password, set_password
from core.cli.common import opened, say, settings
from core.cli.installation import is_whole, make
from core.cli.serve import check_free, run_server
from core.errors import KubikError
from core.query.query import Query
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message

ADMIN = "admin"
MARKER = "demonstration"
"""A file in KUBIK_HOME that says: everybody here has the words that are printed."""
WORDS = "kubik-demo"
"""The password of everybody in the demonstration, which listens to this machine alone."""


@click.command(short_help="The demonstration system.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
def demo(port: int) -> None:
    """Make the demonstration system in KUBIK_HOME if there is none, and serve it to this machine."""
    given = settings()
    check_free("127.0.0.1", port)
    marker = given.home / MARKER
    if not is_whole(given):
        say(
            message("The demonstration system is being made in {folder} …", folder=str(given.home)),
            to_stderr=True,
        )
        given.home.mkdir(parents=True, exist_ok=True)
        marker.touch()
        make(given, ("crm",), ADMIN, WORDS, demo=True).close()
    if not marker.exists():
        why = message("{folder} holds another installation: run “kubik serve”.", folder=str(given.home))
        raise KubikError("KBK6002", why)
    with opened(given) as workspace:
        give_passwords(workspace)
        introduce(workspace)
    run_server(given, "127.0.0.1", port, 1, log_level="warning")


def give_passwords(workspace: Workspace) -> None:
    """The same words for everybody who has no password yet."""
    with workspace.read() as tx:
        lacking = [user["id"] for user in people(tx) if not has_password(tx, user["id"])]
    if not lacking:
        return
    hashed = hash_password(WORDS)

    def action(tx: Transaction) -> None:
        for user in lacking:
            set_password(tx, user, hashed)

    workspace.write(action)


def people(tx: Transaction) -> list[dict[str, Any]]:
    """The users with their roles."""
    asked = Query(entity="user", fields=("login", "name", "roles"), filter="active", sort=("id",), limit=100)
    return query.read(tx, system_actor(), asked).items


def introduce(workspace: Workspace) -> None:
    """Say who may sign in, with which words."""
    with workspace.read() as tx:
        found = people(tx)
    say(message("Sign in with one of these logins, the password is {password}:", password=WORDS))
    for user in found:
        roles = ", ".join(str(row["role"].title) for row in user.get("roles") or ())
        click.echo(f"  {user['login']:<12} {roles:<28} {user['name']}")
