"""The formats of export, one file each."""

from __future__ import annotations

from core.query.exporting import Exporter


def built_in() -> tuple[Exporter, ...]:
    """CSV, XLSX and JSON."""
    from renderers.exporting.formats import csv_file, json_file, xlsx_file

    return csv_file.CSV, xlsx_file.XLSX, json_file.JSON
