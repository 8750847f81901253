"""What a database says when a number or a text grows too long or a statement is too deep, as the error for people."""

from __future__ import annotations

import sqlite3

import psycopg
import sqlalchemy as sa

from core.errors import KubikError
from metamodel.expression.types import MAX_DIGITS
from metamodel.messages import message

_SQLITE_DEPTH = ("parser stack overflow", "Expression tree is too large")
_TOO_BIG = "string or blob too big"
_SQLITE_WORDS = ("user-defined function raised exception", "integer overflow")


def refusal_of(error: BaseException) -> KubikError | None:
    """KBK1013 for an error of the driver (or SQLAlchemy's around it) that is an overflow, KBK1010 for a statement
    that is nested too deeply for the database, or makes too long a text; None for any other.
    """
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, psycopg.errors.StatementTooComplex) or (
        isinstance(cause, sqlite3.OperationalError) and str(cause).startswith(_SQLITE_DEPTH)
    ):
        return KubikError("KBK1010", message("this is nested too deeply to be asked at once"))
    if isinstance(cause, psycopg.errors.ProgramLimitExceeded) or (
        isinstance(cause, sqlite3.DataError) and str(cause) == _TOO_BIG
    ):
        return KubikError("KBK1010", message("a text grows too long here"))
    overflow = isinstance(cause, psycopg.errors.NumericValueOutOfRange) or (
        isinstance(cause, sqlite3.OperationalError) and str(cause) in _SQLITE_WORDS
    )
    if not overflow:
        return None
    return KubikError(
        "KBK1013", message("a number in the answer has more than {digits} digits", digits=MAX_DIGITS)
    )
