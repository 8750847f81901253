"""Many new records of one entity written column by column, with the same outcome as the general way of a write."""

from core.records.columnar.columns import MISSING, Astray, Sent, sent_of
from core.records.columnar.shape import FEWEST, fits, fits_columns
from core.records.columnar.write import write_new

__all__ = ["FEWEST", "MISSING", "Astray", "Sent", "fits", "fits_columns", "sent_of", "write_new"]
