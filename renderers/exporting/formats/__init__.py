"""The formats of export, one file each."""

from __future__ import annotations

from core.query.exporting import Exporter


def built_in() -> tuple[Exporter, ...]:
    """CSV, XLSX and JSON."""
    from renderers.exporting.formats.csv_file import CSV
    from renderers.exporting.formats.json_file import JSON
    from renderers.exporting.formats.xlsx_file import XLSX

    return XLSX, CSV, JSON
