"""Pivots: records gathered by any fields in rows and columns, with counts, sums and other figures, under the reader's rights."""
