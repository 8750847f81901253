"""Kubik's functions in a PostgreSQL schema: folding, upper and lower case by Python's tables of Unicode.

PostgreSQL's own `lower` and `upper` depend on the collation and leave ß, İ or ſ otherwise than `str.casefold`. Here
the cases of all of Unicode are two lists of `translate` and some `replace`, taken from Python; a text of plain Latin
and Russian letters, that is nearly every one, goes by a short list.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

PLAIN = "^[ -~А-Яа-яЁё«»–—№\u00a0]*$"
"""What a short list is enough for; of it NFKC changes № and the hard space, wherever they stand."""

_HARD_SPACE = "\u00a0"
_PLAIN_LETTERS = "".join(
    map(chr, (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0x410, 0x450), 0x401, 0x451))
)


def definitions(schema: str) -> list[str]:
    """The statements that make, or make again, the functions in that schema."""
    return [
        _definition(schema, "kubik_fold", _fold_one, "normalize(x, NFKC)"),
        _definition(schema, "kubik_upper", str.upper, "x"),
        _definition(schema, "kubik_lower", str.lower, "x"),
    ]


def _fold_one(character: str) -> str:
    """Folding after NFKC."""
    return character.casefold().replace("ё", "е")


def _definition(schema: str, name: str, of: Callable[[str], str], before: str) -> str:
    """In plpgsql: a function in SQL would prepare all of the long list at every call."""
    singles, several = _tables(of)
    short = {c: of(c) for c in _PLAIN_LETTERS if of(c) != c}
    plain = _translated("x", short)
    if before != "x":
        plain = f"replace({_translated('x', short | {_HARD_SPACE: ' '})}, '№', 'no')"
    body = _translated(before, singles)
    for found, made in several.items():
        body = f"replace({body}, {_quoted(found)}, {_quoted(made)})"
    quoted = schema.replace('"', '""')
    return (  # what is put together are constants of this module
        f'CREATE OR REPLACE FUNCTION "{quoted}".{name}(value text) RETURNS text '
        "LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $kubik$ "
        'DECLARE x text COLLATE "C" := value; '
        f"BEGIN IF x ~ {_quoted(PLAIN)} THEN RETURN {plain}; END IF; RETURN {body}; END $kubik$"
    )


@cache
def _tables(of: Callable[[str], str]) -> tuple[dict[str, str], dict[str, str]]:
    """What one character becomes: those that become one, and those that become several."""
    singles: dict[str, str] = {}
    several: dict[str, str] = {}
    for code in range(1, sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000:
            continue
        made = of(chr(code))
        if made != chr(code):
            (singles if len(made) == 1 else several)[chr(code)] = made
    return singles, several


def _translated(text: str, table: dict[str, str]) -> str:
    return f"translate({text}, {_quoted(''.join(table))}, {_quoted(''.join(table.values()))})"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
