"""The same change of many records: previewed by trying it, done at once or by a job, taken back by its job."""

from core.records.bulk.choosing import chosen_count, chosen_ids
from core.records.bulk.doing import Differs, run_bulk
from core.records.bulk.job import KIND, bulk_job, start_bulk
from core.records.bulk.order import AT_ONCE, MOST_NAMED, Choice, Deed, Order, read_order
from core.records.bulk.preview import Preview, preview
from core.records.bulk.report import Left, Reason, Report, read_report

__all__ = [
    "AT_ONCE", "KIND", "MOST_NAMED", "Choice", "Deed", "Differs", "Left", "Order", "Preview", "Reason", "Report",
    "bulk_job", "chosen_count", "chosen_ids", "preview", "read_order", "read_report", "run_bulk", "start_bulk",
]  # fmt: skip
