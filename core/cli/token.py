"""``kubik token``: keys of programs."""

from __future__ import annotations

import click

from core.access.tokens import create_token
from core.cli.common import opened, say
from core.cli.people import active_user_id
from metamodel.messages import message


@click.group(short_help="API tokens.")
def token() -> None:
    """API tokens: keys that give programs the rights of a user."""


@token.command(short_help="Make a token; it is printed once, as the last word.")
@click.argument("login")
@click.option("--name", default="kubik token create", help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 3660), help="Days after which it ends.")
def create(login: str, name: str, days: int | None) -> None:
    """Make an API token of LOGIN; it is printed once, as the last word."""
    with opened() as workspace:
        made = workspace.write(lambda tx: create_token(tx, active_user_id(tx, login), name, days))
    say(message("The token of {login}, shown this once:", login=login), to_stderr=True)
    click.echo(made)
