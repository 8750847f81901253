"""The text of a comment as HTML: escaped, addresses as links, people as they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from core.access.actor import Actor
from core.access.grants import grants_of
from core.query.comments import MENTION
from core.query.query import Query
from core.query.read import read
from core.storage.workspace import Transaction
from metamodel.text import fold

_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}»]")
_PIECES = re.compile(f"(?P<address>{_ADDRESS.pattern})|{MENTION.pattern}")


def logins_of(tx: Transaction, actor: Actor, people: Iterable[int]) -> dict[str, str]:
    """The names of people by their (folded) logins, as far as the actor may know them."""
    wanted = tuple(dict.fromkeys(people))
    user = tx.model.entities["user"]
    readable = grants_of(tx.model, actor).readable(user.uid)
    if not wanted or any(user.by_name[name].uid not in readable for name in ("login", "name")):
        return {}
    page = read(tx, actor, Query(entity="user", fields=("login", "name"), ids=wanted, limit=len(wanted)))
    return {fold(item["login"]): item["name"] for item in page.items if "login" in item and "name" in item}


def comment_html(text: str, people: Mapping[str, str]) -> Markup:
    """The text; ``people`` are the names of those it mentions by their logins."""
    made, end = [], 0
    for found in _PIECES.finditer(text):
        made.append(escape(text[end : found.start()]))
        end = found.end()
        address, login = found["address"], found[2]
        if address:
            made.append(
                Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>').format(
                    address, address
                )
            )
            continue
        kept = login.rstrip(".-+@")
        name = people.get(fold(kept))
        if name is None:
            made.append(escape(found[0]))
        else:
            made.append(
                Markup('<b class="mention" title="@{}">@{}</b>{}').format(kept, name, login[len(kept) :])
            )
    made.append(escape(text[end:]))
    return Markup("").join(made)
