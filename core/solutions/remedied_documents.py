"""What is done about a document that names what goes away: it is never offered to more people, nor for more records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.messages import Message, message

Path = tuple[str | int, ...]


def remedied_document(item: Mapping[str, Any], path: Sequence[str | int]) -> tuple[Path, Message | None]:
    """What goes of a document for a fault at ``path``, an empty path is all of it; no words where only a person can
    decide."""
    match list(path):
        case ["number", "by"]:
            return ("number", "by"), message("the number bears the date of the document itself")
        case ["file_name"]:
            return ("file_name",), message("the file is called by label and number")
        case ["stages", int() as index]:
            if len(item["stages"]) == 1:
                return (), message("the document goes: no stage is left in which it is offered")
            return ("stages", index), message("the stage leaves the document")
        case ["stages"]:
            return (), message("the document goes: no stage is left in which it is offered")
        case ["when"]:
            return (), message("the document goes: its condition cannot be asked any more")
        case ["roles", int() as index]:
            return ("roles", index), message("the role leaves the document")
        case ["entity"]:
            return (), message("the document goes")
    return (), None
