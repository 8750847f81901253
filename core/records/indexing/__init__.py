"""The search index as records keep it: written with every record, made anew by a job."""

from core.records.indexing.rows import forget, index_new, index_work, reindex

__all__ = ["forget", "index_new", "index_work", "reindex"]
