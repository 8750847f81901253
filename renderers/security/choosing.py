"""Choosing a password in a browser: long enough, twice the same, not one that is guessed at once."""

from __future__ import annotations

from collections.abc import Iterable

from core.access.actor import system_actor
from core.access.passwords import PasswordHash, hash_password
from core.access.weak import refuse_weak
from core.errors import KubikError
from core.query.query import Query
from core.query.read import read
from core.storage.workspace import Transaction
from metamodel.messages import message


def chosen(new: str, again: str, context: Iterable[str]) -> PasswordHash:
    """The hash of a password that may be; KBK3003 with what is wrong with it."""
    if new != again:
        raise KubikError("KBK3003", message("The two passwords differ."))
    hashed = hash_password(new)
    refuse_weak(new, context)
    return hashed


def words_of(tx: Transaction, user: int, login: str, name: str) -> tuple[str, ...]:
    """Words that belong to a person and to the office: names, the address of mail, labels of what is installed."""
    found = read(tx, system_actor(), Query(entity="user", fields=("email",), ids=(user,), limit=1)).items
    mail = str(found[0]["email"] or "") if found else ""
    labels = (s.label.in_language(language) for s in tx.model.solutions.values() for language in ("ru", "en"))
    return (login, name, mail, *(label for label in labels if label), *tx.model.solutions)
