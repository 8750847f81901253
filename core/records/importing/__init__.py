"""Import of files into records: reading, fitting columns to fields, writing in resumable chunks, a report."""

from core.records.importing.importer import import_file
from core.records.importing.job import import_job, run_import, start_import
from core.records.importing.keeping import errors_path
from core.records.importing.reading import Table, decode, read_table
from core.records.importing.report import LineError, Report, in_words, load_report
from core.records.importing.task import Mode, Options

__all__ = [
    "LineError", "Mode", "Options", "Report", "Table", "decode", "errors_path", "import_file", "import_job",
    "in_words", "load_report", "read_table", "run_import", "start_import",
]  # fmt: skip
