"""Writes docs/integrators/errors.md from the table of error codes; ``--check`` only says whether it is current."""

from __future__ import annotations

import sys
from pathlib import Path

from core.errors import CODES

PAGE = Path(__file__).parent.parent / "docs" / "integrators" / "errors.md"

GROUPS = {
    "1": "Definitions, expressions and changes of configuration",
    "2": "Requests",
    "3": "Records",
    "4": "Who and what",
    "5": "Jobs, import, files",
    "6": "The installation",
    "9": "Faults of Kubik",
}

HEAD = """# Errors

Every refusal has a stable code. Over HTTP it is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) document of type
`application/problem+json`:

```json
{
  "type": "urn:kubik:error:KBK3001", "title": "a required field is empty", "status": 422, "detail": "Name: a value is needed",
  "code": "KBK3001", "errors": [{"pointer": "/name", "code": "KBK3001", "message": "a value is needed"}],
  "request_id": "8f14e45fceea167a"
}
```

`title` is the meaning of the code, `detail` what happened here, in the language of `Accept-Language` (Russian or English).
`errors` names each place at fault by a JSON Pointer into what was sent (`?name` is a parameter). `request_id` stands in the
log of the server and in the header `X-Request-Id`. Commands print the same code and words on stderr and exit with status 1.

This page is made from `core/errors.py` by `python -m scripts.error_docs`.
"""


def page() -> str:
    """The page as it should be."""
    parts = [HEAD]
    for digit, title in GROUPS.items():
        rows = [
            f"| `{code}` | {status} | {words} |"
            for code, (status, words) in CODES.items()
            if code[3] == digit
        ]
        if rows:
            parts.append(
                "\n".join(
                    [f"## {title}", "", "| code | status | meaning |", "| --- | --- | --- |", *rows, ""]
                )
            )
    return "\n".join(parts)


def main() -> int:
    """Write the page, or compare it."""
    if "--check" in sys.argv:
        return 0 if PAGE.is_file() and PAGE.read_text("utf-8") == page() else 1
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
