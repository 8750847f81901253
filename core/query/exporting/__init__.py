"""Export: records on their way into a file, under the grants of `export`, in one snapshot and constant memory."""

from __future__ import annotations

from core.query.exporting.forms import ExportColumn, Form
from core.query.exporting.reading import Chunk, Export, begin_export, narrowed_of
from core.query.exporting.writing import Exporter, Manner, Progress, exporter_named, heads

__all__ = [
    "Chunk", "Export", "ExportColumn", "Exporter", "Form", "Manner", "Progress", "begin_export", "exporter_named", "heads",
    "narrowed_of",
]  # fmt: skip
