"""Everything a template reads of some records, under the rights of who asks: read through `core.query` alone, a question
for each level of links however many records there are."""

from core.documents.gathering.data import Data
from core.documents.gathering.gather import gather
from core.documents.gathering.reading import MOST_RECORDS

__all__ = ["MOST_RECORDS", "Data", "gather"]
