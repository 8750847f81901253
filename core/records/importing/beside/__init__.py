"""A second process beside the one that writes: it reads, parses, finds what links name and makes the texts of search."""

from core.records.importing.beside.errand import Errand, Piece
from core.records.importing.beside.process import Beside, Lost

__all__ = ["Beside", "Lost", "Errand", "Piece"]
