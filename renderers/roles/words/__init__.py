"""Rules in words: sentences with chips made from the expression itself, in the reader's language."""

from renderers.roles.words.grant import GrantWords, grant_words
from renderers.roles.words.pieces import Piece, Speaker
from renderers.roles.words.rule import rule_words

__all__ = ["GrantWords", "Piece", "Speaker", "grant_words", "rule_words"]
