"""A first template for an entity: a Word document with its fields, the rows of its lists, a place to sign."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from core.i18n import Texts
from metamodel.labels import Label
from metamodel.model import Entity, Field, Model

_LEFT_OUT = (
    "children",
    "secret",
    "json",
    "files",
    "file",
    "image",
    "rich_text",
    "links",
    "users",
    "link_any",
)
_FILTERS = {"money": "money", "date": "date", "datetime": "date", "boolean": "yes_no"}
MOST_FIELDS = 40
MOST_COLUMNS = 6


def starter_template(model: Model, entity: Entity, label: Label, spoken: Texts) -> bytes:
    """The bytes of a .docx that passes the check and prints whatever a record of the entity holds."""
    made: Any = Document()
    made.styles["Normal"].font.name, made.styles["Normal"].font.size = "Calibri", Pt(11)
    title = made.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(f"{spoken.render(label)} № {{{{ doc.number }}}}")
    run.bold, run.font.size = True, Pt(15)
    day = made.add_paragraph(f"{spoken.gettext('Date')}: {{{{ doc.date|date }}}}")
    day.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    fields = [f for f in entity.fields if _shown(f)][:MOST_FIELDS]
    grid = made.add_table(rows=0, cols=2)
    grid.style = "Table Grid"
    for field in fields:
        cells = grid.add_row().cells
        cells[0].text = spoken.render(field.label)
        cells[1].text = tag_of(field)
        cells[0].paragraphs[0].runs[0].bold = True
    for field in entity.fields:
        if field.type.name == "children" and field.target is not None and not field.off:
            _rows(made, model.entity_by_uid[field.target], field, spoken)
    for field in entity.fields:
        if field.type.name == "rich_text" and not field.off:
            made.add_paragraph().add_run(spoken.render(field.label)).bold = True
            made.add_paragraph(f"{{{{p {field.name} }}}}")
    made.add_paragraph()
    made.add_paragraph("_______________________ {{ my.name }}")
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def tag_of(field: Field, owner: str = "") -> str:
    """The tag that prints a field, with the filter that suits it."""
    name = f"{owner}.{field.name}" if owner else field.name
    kind = "money" if field.type.name == "money" or field.result.currency else field.result.kind
    chosen = _FILTERS.get(kind)
    return f"{{{{ {name}|{chosen} }}}}" if chosen else f"{{{{ {name} }}}}"


def _rows(made: Any, child: Entity, field: Field, spoken: Texts) -> None:
    """The child records as rows of a table: a heading, the beginning of the repetition, a row, its end."""
    made.add_paragraph()
    made.add_paragraph().add_run(spoken.render(field.label)).bold = True
    columns = [f for f in child.fields if _shown(f) and f.uid != field.through][:MOST_COLUMNS]
    grid = made.add_table(rows=4, cols=len(columns) + 1)
    grid.style = "Table Grid"
    head, first, row, last = (each.cells for each in grid.rows)
    head[0].text, row[0].text = "№", "{{ loop.index }}"
    for cells in (first, last):
        cells[0].merge(cells[-1])
    first[0].text, last[0].text = f"{{%tr for row in {field.name} %}}", "{%tr endfor %}"
    for index, column in enumerate(columns, 1):
        head[index].text = spoken.render(column.label)
        row[index].text = tag_of(column, "row")
    for cell in head:
        cell.paragraphs[0].runs[0].bold = True


def _shown(field: Field) -> bool:
    hidden = field.system or field.off or field.of_stage is not None
    return (
        not hidden
        and field.type.name not in _LEFT_OUT
        and field.result.kind not in ("json", "secret", "rows")
    )
