"""Searching under the reader's rights: how a search is found, and what of a text it was."""

from core.query.searching.marks import Segment, marks

__all__ = ["Segment", "marks"]
