"""Many new records of one entity written column by column, with the same outcome as the general way of a write."""

from core.records.columnar.columns import MISSING, Astray, Sent, sent_of
from core.records.columnar.made import Made, MadeAhead, made_of
from core.records.columnar.numbering import Foreseen
from core.records.columnar.shape import FEWEST, fits, fits_columns
from core.records.columnar.write import Stored, write_new

__all__ = [
    "FEWEST",
    "MISSING",
    "Astray",
    "Foreseen",
    "Made",
    "MadeAhead",
    "Sent",
    "Stored",
    "fits",
    "fits_columns",
    "made_of",
    "sent_of",
    "write_new",
]
