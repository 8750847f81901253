"""Two to five records that are one: made one, with everything that leads to them, and taken apart again."""

from core.records.merging.merge import KIND, MOST, Merged, Order, merge
from core.records.merging.offer import BOTH, Offered, may_merge, mergeable, offered
from core.records.merging.unmerge import merged_job, taken_back, unmerge

__all__ = [
    "BOTH",
    "KIND",
    "MOST",
    "Merged",
    "Offered",
    "Order",
    "merge",
    "may_merge",
    "mergeable",
    "merged_job",
    "offered",
    "taken_back",
    "unmerge",
]
