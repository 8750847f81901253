"""Template files of a solution's folder: which they are, and that each is a document's and each document's is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.errors import KubikError
from core.storage.templates import sha256_of
from metamodel.definitions import Document
from metamodel.document_definitions import DocumentDefinition, TemplateDefinition
from metamodel.errors import Problem, unknown
from metamodel.messages import Message, message

_CODE = "KBK1105"
FOLDER = "documents/"
_ENDINGS = (".docx", ".html")
_LIKE_WORD = (".doc", ".docm", ".dotx", ".dotm", ".odt", ".rtf", ".xlsx", ".xls", ".htm", ".pdf")


def is_template(path: str) -> bool:
    """Whether a file of a solution is a template, or was meant for one: its bytes are no definition."""
    return path.startswith(FOLDER) and path.lower().endswith((*_ENDINGS, *_LIKE_WORD))


def with_templates(document: Document, files: Mapping[str, bytes]) -> Document:
    """The solution's documents with the SHA-256 of their files. KBK1105 for a file that is not there, is no document's,
    or is not the one whose SHA-256 is written."""
    found = {path.removeprefix(FOLDER): sha256_of(content) for path, content in files.items()}
    problems: list[Problem] = []
    made = tuple(_with_files(item, found, problems) for item in document.documents)
    used = {template.file for item in document.documents for template in item.templates}
    for file in sorted(found.keys() - used):
        if not file.startswith("~$"):  # Word's own, of a document that is open
            problems.append(_problem(f"{FOLDER}{file}", "", _unused(file)))
    if problems:
        raise KubikError(_CODE, errors=problems)
    return replace(document, documents=made)


def _with_files(
    item: DocumentDefinition, found: Mapping[str, str], problems: list[Problem]
) -> DocumentDefinition:
    return replace(item, templates=tuple(_filled(item, found, problems)))


def _filled(
    item: DocumentDefinition, found: Mapping[str, str], problems: list[Problem]
) -> Iterator[TemplateDefinition]:
    for index, template in enumerate(item.templates):
        sha256 = found.get(template.file)
        place = f"templates[{index}].file"
        if sha256 is None:
            why = unknown("there is no file “{name}” beside the definition", template.file, found)
            problems.append(_problem(item.place, place, why))
        elif template.sha256 not in ("", sha256):
            why = message("the file is not the one whose sha256 is written; leave sha256 out")
            problems.append(_problem(item.place, f"templates[{index}].sha256", why))
        else:
            template = replace(template, sha256=sha256)
        yield template


def _unused(file: str) -> Message:
    if not file.endswith(_ENDINGS):
        return message("templates are Word documents (.docx) and pages (.html)")
    return message("no document of the solution has this template")


def _problem(file: str, pointer: str, why: Message) -> Problem:
    return Problem(file=file, pointer=pointer, code=_CODE, message=why)
