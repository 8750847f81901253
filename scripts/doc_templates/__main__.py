"""``python -m scripts.doc_templates``: write the templates, or say what is not up to date."""

from __future__ import annotations

import sys

from scripts.doc_templates import ROOT, wanted


def main() -> int:
    """Exit status 1 when ``--check`` finds a file that is not what the code makes."""
    stale = [path for path, data in wanted().items() if not path.is_file() or path.read_bytes() != data]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to date: run python -m scripts.doc_templates")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted()[path])
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
