"""``kubik user``: people who may sign in."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from core import query, records
from core.access.actor import system_actor
from core.access.login import end_sessions, set_password
from core.access.second import drop_factor
from core.access.security import note_security
from core.cli.common import opened, say
from core.cli.handover import handover
from core.cli.people import CONTEXT, add_user, checked, new_password, user_id, warn_of_weak
from core.query.query import Query
from metamodel.messages import message

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group(short_help="People who may sign in.")
def user() -> None:
    """People who may sign in."""


@user.command(short_help="Add a person.")
@click.argument("login")
@click.option("--role", "roles", multiple=True, required=True, help="Name of a role; may be repeated.")
@click.option("--name", help="The person's name; the login when left out.")
@stdin_option
def add(login: str, roles: tuple[str, ...], name: str | None, password_stdin: bool) -> None:
    """Add a person with the login LOGIN. Without --password-stdin a password is made and printed."""
    password = read_password() if password_stdin else new_password()
    with opened() as workspace:
        workspace.write(lambda tx: add_user(tx, login, name or login, roles, password))
    say(message("User {login} is added.", login=login))
    if not password_stdin:
        show_password(password)
    else:
        warn_of_weak(password, login)


@user.command(short_help="Set a password.")
@click.argument("login")
@stdin_option
def password(login: str, password_stdin: bool) -> None:
    """Set the password of LOGIN; all their sessions end. Without --password-stdin one is made and printed."""
    new = read_password() if password_stdin else new_password()
    with opened() as workspace:
        workspace.write(lambda tx: set_password(tx, user_id(tx, login), checked(new)))
    say(message("The password of {login} is set.", login=login))
    if not password_stdin:
        show_password(new)
    else:
        warn_of_weak(new, login)


@user.command(short_help="Let a person sign in no more.")
@click.argument("login")
def disable(login: str) -> None:
    """Let LOGIN sign in no more; sessions and tokens stop working at once."""
    with opened() as workspace:
        workspace.write(
            lambda tx: records.update(
                tx,
                system_actor(),
                "user",
                user_id(tx, login),
                {"active": False},
                if_version=None,
                context=CONTEXT,
            )
        )
    say(message("User {login} may sign in no more.", login=login))


@user.command("reset-factor", short_help="Take off a lost second factor.")
@click.argument("login")
def reset_second_factor(login: str) -> None:
    """Take off the second factor of LOGIN, who lost it; all their sessions end."""

    def reset(tx: Transaction) -> None:
        found = user_id(tx, login)
        drop_factor(tx, found)
        end_sessions(tx, found)
        note_security(tx, "factor_off", found, None)

    with opened() as workspace:
        workspace.write(reset)
    say(message("The second factor of {login} is off.", login=login))


user.add_command(handover)


@user.command("list", short_help="List people.")
def list_users() -> None:
    """List people: login, whether active, roles, name."""
    with opened() as workspace, workspace.read() as tx:
        asked = Query(entity="user", fields=("login", "name", "active", "roles"), sort=("login",), limit=1000)
        page = query.read(tx, system_actor(), asked)
        while True:
            for item in page.items:
                roles = ",".join(str(row["role"].title) for row in item.get("roles") or ())
                click.echo(
                    "\t".join(
                        (item["login"], "active" if item["active"] else "disabled", roles, item["name"])
                    )
                )
            if page.next is None:
                return
            page = query.read(tx, system_actor(), replace(asked, cursor=page.next))


def read_password() -> str:
    """The first line of standard input."""
    return sys.stdin.readline().rstrip("\r\n")


def show_password(new: str) -> None:
    """Print a password that was made, this once."""
    say(message("The password, shown this once: {password}", password=new))
