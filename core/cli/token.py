"""``kubik token``: keys of programs."""

from __future__ import annotations

import click

from core.access.tokens import create_token, list_tokens, narrowed, revoke_token
from core.cli.common import opened, say
from core.cli.people import active_user_id, user_id
from core.errors import KubikError
from metamodel.messages import message


@click.group(short_help="API tokens.")
def token() -> None:
    """API tokens: keys that give programs the rights of a user, or less."""


@token.command(short_help="Make a token; it is printed once, as the last word.")
@click.argument("login")
@click.option("--name", default="kubik token create", help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 3660), help="Days after which it ends.")
@click.option("--read-only", is_flag=True, help="It reads and exports, and changes nothing.")
@click.option("--entity", "entities", multiple=True, help="It knows this entity only; may be repeated.")
def create(login: str, name: str, days: int | None, read_only: bool, entities: tuple[str, ...]) -> None:
    """Make an API token of LOGIN; it is printed once, as the last word."""
    with opened() as workspace:
        made = workspace.write(
            lambda tx: create_token(
                tx,
                active_user_id(tx, login),
                name,
                days,
                narrowed(tx.model, read_only=read_only, entities=entities),
            )
        )
    say(message("The token of {login}, shown this once:", login=login), to_stderr=True)
    click.echo(made)


@token.command("list", short_help="List the tokens of a person.")
@click.argument("login")
def list_of(login: str) -> None:
    """List the tokens of LOGIN: number, how it begins, until when, last use, what it may, name."""
    with opened() as workspace, workspace.read() as tx:
        for each in list_tokens(tx, user_id(tx, login)):
            left = each.narrowing
            names = sorted(
                tx.model.entity_by_uid[uid].name
                for uid in (left.entities if left and left.entities is not None else ())
                if uid in tx.model.entity_by_uid
            )
            may = ["read-only" if left is not None and not left.writes else "full", *names]
            until = each.ends_at.date().isoformat() if each.ends_at else "-"
            used = each.used_at.date().isoformat() if each.used_at else "-"
            click.echo("\t".join((str(each.id), each.hint or "-", until, used, ",".join(may), each.name)))


@token.command(short_help="End a token at once.")
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """End the token NUMBER (of `kubik token list LOGIN`) at once."""
    with opened() as workspace:
        if not workspace.write(lambda tx: revoke_token(tx, number)):
            raise KubikError("KBK2006", message("there is no token {number}", number=number))
    say(message("Token {number} is good no more.", number=number))
