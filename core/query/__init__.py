"""The only way to read records: a question in the user's words, planned, compiled, executed under their rights."""

from core.query.changes import Changes, changes
from core.query.history import HistoryPage, history
from core.query.options import options
from core.query.query import Column, Link, LinkAny, Page, Query
from core.query.read import count, read, record, record_by, titles, visible_ids

__all__ = [
    "Changes",
    "Column",
    "HistoryPage",
    "Link",
    "LinkAny",
    "Page",
    "Query",
    "changes",
    "count",
    "history",
    "options",
    "read",
    "record",
    "record_by",
    "titles",
    "visible_ids",
]
