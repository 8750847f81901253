"""A report as a file: counted of what may be exported, and written into the security log."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from core.errors import KubikError
from core.query.exporting.pivots import export_pivot
from core.query.exporting.taken import dated_name, note_taken
from core.web.context import AnyRequest, reading
from core.web.sending import disposition
from metamodel.messages import message
from renderers.pivots.asking import asked_report
from renderers.pivots.counted import counted
from renderers.pivots.files.csv_file import MEDIA_TYPE as CSV
from renderers.pivots.files.csv_file import csv_of
from renderers.pivots.files.xlsx_file import MEDIA_TYPE as XLSX
from renderers.pivots.files.xlsx_file import xlsx_of

FORMATS = ("xlsx", "csv")


@get("/e/{entity:str}/report/export", sync_to_thread=True, include_in_schema=False)
def report_as_file(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """The report whose state stands in the address, as ``format``."""
    format = request.query_params.get("format", "xlsx")
    if format not in FORMATS:
        raise KubikError(
            "KBK2009", message("A report can be taken as {formats}.", formats=", ".join(FORMATS))
        )
    with reading(request) as (who, tx):
        asked = asked_report(who, tx, entity, request.query_params.multi_items())
        made = counted(who, tx, asked, export_pivot)
        records = asked.entity.label_many.in_language(who.language) or asked.entity.name
        label = asked.base.label if asked.base else records
        content = xlsx_of(made, label) if format == "xlsx" else csv_of(made)
        count = made.count if made.count is not None else len(made.found.rows)
    note_taken(who.workspace, who.actor, asked.entity, count, format)
    name = disposition(dated_name(label, who.workspace, format), inline=False).decode("latin-1")
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(content, media_type=XLSX if format == "xlsx" else CSV, headers=headers)
