"""The search index as records keep it: written with every record, made anew by a job."""

from core.records.indexing.rows import forget, index_new, index_work, reindex
from core.records.indexing.texts import keep_lines, lines_of_titles

__all__ = ["keep_lines", "lines_of_titles", "forget", "index_new", "index_work", "reindex"]
