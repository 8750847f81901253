"""A program apart that reads the binary workbooks (XLS, XLSB): what a harmful file breaks, it breaks here alone.

It is told the workbook, and the file to write: on the first line the sheets, then a JSON array for each row. It imports
nothing of Kubik and is run by its path.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import python_calamine

MEMORY = 1024 * 1024 * 1024
WRITTEN = 2 * 1024 * 1024 * 1024
SECONDS = 120
LOCKED, BROKEN, LARGE = 3, 4, 5


def limit() -> None:
    """No more memory, time and disk than a workbook of this kind needs, where the system can hold a process to that."""
    try:
        import resource
    except ImportError:  # Windows: the limit of time, kept by who asks, remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def packed(value: Any) -> Any:
    """A cell as JSON: dates, times and spans as an object of one key."""
    if value == "" or value is None:
        return None
    if isinstance(value, dt.datetime):
        return {"m": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, dt.time):
        return {"t": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"s": value.total_seconds()}
    return value


def main(source: str, target: str) -> int:
    """Read one and write the other."""
    limit()
    try:
        workbook = python_calamine.load_workbook(source)
        shown = python_calamine.SheetVisibleEnum.Visible
        tables = [
            each for each in workbook.sheets_metadata if each.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        with Path(target).open("w", encoding="utf-8") as out:
            out.write(json.dumps([[each.name, each.visible != shown] for each in tables]) + "\n")
            for place, each in enumerate(tables):
                sheet = workbook.get_sheet_by_name(each.name)
                first = sheet.start or (0, 0)
                for number, row in enumerate(sheet.iter_rows(), 1):
                    cells = [packed(value) for value in row]
                    while cells and cells[-1] is None:
                        cells.pop()
                    if cells:
                        out.write(
                            json.dumps(
                                [
                                    place,
                                    number + (first[0] if sheet.height < sheet.total_height else 0),
                                    cells,
                                ]
                            )
                            + "\n"
                        )
    except python_calamine.PasswordError:
        return LOCKED
    except MemoryError:
        return LARGE
    except Exception:
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
