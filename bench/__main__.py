"""`kubik bench [lists|rights|boards|write|search|export|import|pivot|documents]…`: status 1 when a figure is over its limit."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.data import Size
from bench.installation import installed
from bench.measure import Results
from scripts.postgres import PostgresMissing

NAMES = ("lists", "rights", "boards", "write", "search", "export", "import", "pivot", "documents")

MODULES = {"import": "importing"}
"""Where a benchmark stands whose name is a word of Python."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Load each database once and run the named benchmarks on it, all of them by default."""
    parser = argparse.ArgumentParser(prog="kubik bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(NAMES)} (all)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="deals to load (1,000,000)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one (both)")
    parser.add_argument("--keep", type=Path, help="a folder where the loaded databases stay for the next run")
    given = parser.parse_args(arguments)
    for name in given.names:
        if name not in NAMES:
            parser.error(f"there is no benchmark {name!r}; one of {', '.join(NAMES)}")
    results = Results()
    for dialect in [given.database] if given.database else ["sqlite", "postgresql"]:
        try:
            _measure(dialect, given, results)
        except PostgresMissing as error:  # nothing is skipped: half of the figures is no benchmark
            print(f"bench: {error}, or measure one database: --database sqlite", file=sys.stderr)
            return 1
    over = [figure.name for figure in results.figures if not figure.good]
    print(
        f"\n{len(results.figures)} figures, {len(over)} over their limit"
        + (f": {'; '.join(over)}" if over else "")
    )
    return 1 if over else 0


def _measure(dialect: str, given: argparse.Namespace, results: Results) -> None:
    with installed(dialect, Size(deals=given.rows), given.keep) as installation:
        print(f"\n{dialect}: {given.rows:,} deals loaded in {installation.seconds:.0f} s", flush=True)
        for name in given.names or NAMES:
            importlib.import_module(f"bench.{MODULES.get(name, name)}").run(installation, results)


if __name__ == "__main__":
    sys.exit(main())
