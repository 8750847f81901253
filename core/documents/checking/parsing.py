"""Jinja's tree of a template's tags: each tag on a line of its own, each name with its column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import Environment, nodes
from jinja2.lexer import Token, TokenStream


class At(str):
    """A name as it stands in the source: in which column its tag has it."""

    __slots__ = ("column",)
    column: int


class Quoted(str):
    """A name of a path in quotes: the path, and where in it the name begins."""

    __slots__ = ("offset", "whole")
    offset: int
    whole: str


class _Columns(Environment):
    """An environment whose names know their columns."""

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        pieces = list(self.lexer.tokeniter(source, name, filename, state))
        columns = _columns(pieces)
        tokens = self.lexer.wrap(pieces, name, filename)
        return TokenStream(_placed(tokens, columns), name, filename)


def _columns(pieces: Iterable[tuple[int, str, str]]) -> list[int]:
    """The column of each name, counted from where its tag begins."""
    found: list[int] = []
    column = 0
    for _, kind, text in pieces:
        if kind in ("variable_begin", "block_begin", "raw_begin"):
            column = 0
        if kind == "name":
            found.append(column)
        column += len(text)
    return found


def _placed(tokens: Iterable[Token], columns: list[int]) -> Iterator[Token]:
    rest = iter(columns)
    for token in tokens:
        value: Any = token.value
        if token.type == "name":
            value = At(value)
            value.column = next(rest)
        yield Token(token.lineno, token.type, value)


ENVIRONMENT = _Columns()


def tree_of(sources: Iterable[str]) -> nodes.Template:
    """The tree of tags in their order: the line of a node is the number of its tag, from 1. Raises what Jinja raises."""
    return ENVIRONMENT.parse("\n".join(sources) + "\n")
