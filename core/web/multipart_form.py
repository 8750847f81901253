"""Forms with files (multipart/form-data, RFC 7578), read whole within the limit of the call."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from multipart import MultipartError, MultipartParser, parse_options_header  # type: ignore[import-untyped]

from core.errors import KubikError
from core.web.exchange import Call
from metamodel.messages import message

MOST_PARTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its bytes, and the name of the file it came from."""

    data: bytes
    file_name: str | None = None


def read_parts(call: Call) -> dict[str, Part]:
    """The parts of a call's body by name; a body that is no such form is 400."""
    kind, options = parse_options_header(call.header(b"content-type") or "")
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise KubikError("KBK2000", message("A form with a file is expected (multipart/form-data)."))
    found: dict[str, Part] = {}
    size = len(call.body) + 1
    try:
        parser = MultipartParser(
            BytesIO(call.body),
            boundary,
            content_length=len(call.body),
            part_limit=MOST_PARTS,
            spool_limit=size,
            memory_limit=2 * size,
            disk_limit=size,
            strict=True,
        )
        for part in parser:
            if part.name in found:
                raise KubikError(
                    "KBK2000", message("The part “{name}” stands in the form twice.", name=part.name)
                )
            found[part.name] = Part(data=part.raw, file_name=part.filename or None)
            part.close()
    except MultipartError as error:
        raise KubikError("KBK2000", message("The form is not well-formed.")) from error
    return found
