"""XLSX and XLSM: the XML of the workbook read as a stream, in the same memory however many rows it has."""

from core.records.importing.formats.xlsx.workbook import XlsxSource

__all__ = ["XlsxSource"]
