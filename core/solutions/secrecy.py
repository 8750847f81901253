"""No field turns into a secret, and no secret into anything else: plain copies of its values would stay behind."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import KubikError
from metamodel.diff.changes import Change
from metamodel.errors import Problem
from metamodel.messages import message
from metamodel.model import Field


def refuse_turning(changes: Iterable[Change]) -> None:
    """KBK1106 for a change of type from or to a secret, with the way that is open instead."""
    found = [
        Problem(
            pointer=change.target,
            code="KBK1106",
            message=message(
                "{field}: a field does not turn into a secret, nor a secret into another type, since history, search and "
                "undo keep what was written; add a field of the new type, write the values there, then remove this one",
                field=change.target,
            ),
        )
        for change in changes
        if change.kind == "field" and change.effect == "retyped" and _is_secret(change.before) != _is_secret(change.after)
    ]  # fmt: skip
    if found:
        raise KubikError("KBK1106", found[0].message if len(found) == 1 else None, errors=found)


def _is_secret(field: Field) -> bool:
    return field.type.name == "secret"
