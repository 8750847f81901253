"""Many new records of one entity written column by column, with the same outcome as the general way of a write."""

from core.records.columnar.shape import fits
from core.records.columnar.write import Astray, write_new

__all__ = ["Astray", "fits", "write_new"]
