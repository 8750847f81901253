"""The functions that compiled expressions call, on either database."""

from core.storage.expressions.postgresql import definitions
from core.storage.expressions.sqlite import register

__all__ = ["definitions", "register"]
