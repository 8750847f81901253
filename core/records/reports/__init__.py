"""Reports as people have them: defined ones, their own, and those shared with their roles; each opened as it can be today."""

from core.records.reports.opening import Opened, ReportState, defined_reports, open_report, open_state
from core.records.reports.service import (
    SavedReport,
    delete_report,
    rename_report,
    save_report,
    save_report_state,
    saved_report,
    saved_reports,
    share_report,
)

__all__ = [
    "Opened", "ReportState", "SavedReport", "defined_reports", "delete_report", "open_report", "open_state", "rename_report",
    "save_report", "save_report_state", "saved_report", "saved_reports", "share_report",
]  # fmt: skip
