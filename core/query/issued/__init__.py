"""Documents that were issued for records: as they are stored, who may open them now, and how they are found."""

from core.query.issued.finding import document, documents, documents_among, documents_of, documents_of_job
from core.query.issued.opening import note_opened, openable
from core.query.issued.stored import Issued, IssuedFile, Source, by_id, read_sources, write_sources

__all__ = [
    "Issued", "IssuedFile", "Source", "by_id", "document", "documents", "documents_among", "documents_of", "documents_of_job",
    "note_opened", "openable", "read_sources", "write_sources",
]  # fmt: skip
