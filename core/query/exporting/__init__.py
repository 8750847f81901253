"""Export: records on their way into a file, under the grants of `export`, in one snapshot and constant memory."""

from __future__ import annotations

from core.query.exporting.forms import ExportColumn, Form
from core.query.exporting.reading import Chunk, Export, begin_export, narrowed_of

__all__ = ["Chunk", "Export", "ExportColumn", "Form", "begin_export", "narrowed_of"]
